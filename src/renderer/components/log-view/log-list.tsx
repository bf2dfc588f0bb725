import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { LogRow } from '../../view/log-book.ts';
import { Button } from '../button.tsx';
import { cx } from '../cx.ts';
import { LogLineRow } from './log-line.tsx';
import { words } from '../messages.ts';

/** Of an unwrapped line, in rem: it grows with the reader's text. */
const ROW_REM = 1.5;
const NEAR_END = 40;

/** Only what is seen is in the page, however long the log. Scrolling up ends following; End takes it up again. */
export function LogList({
  label,
  rows,
  version,
  mark,
  goTo,
  follow,
  wrap,
  onFollow,
}: {
  readonly label: string;
  readonly rows: readonly LogRow[];
  readonly version: number;
  readonly mark: string;
  /** Row to bring into view; null = none. */
  readonly goTo: number | null;
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly onFollow: (follow: boolean) => void;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(0);
  const [rowHeight] = useState(() => Math.round(ROW_REM * rootFontSize()));
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    getItemKey: (index) => rows[index]?.seq ?? index,
  });
  const last = rows.at(-1)?.seq ?? -1;

  useEffect(() => {
    if (!follow || rows.length === 0) return;
    list.scrollToIndex(rows.length - 1, { align: 'end' });
    setSeen(last);
  }, [follow, version, rows.length, last, list]);
  // Heights measured while lines were wrapped say nothing about single ones.
  useEffect(() => list.measure(), [wrap, list]);
  useEffect(() => {
    if (goTo !== null) list.scrollToIndex(goTo, { align: 'center' });
  }, [goTo, list]);

  const onScroll = (): void => {
    const box = scroller.current;
    if (box === null) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    if (atEnd && !follow) onFollow(true);
  };
  // Counted from the end: the log is long, what is new is not.
  const unseen = follow ? 0 : rows.length - 1 - rows.findLastIndex((row) => row.seq <= seen);
  return (
    <div className="relative min-h-0 grow">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys and wheel only tell where the reader is */}
      <div
        ref={scroller}
        role="log"
        aria-label={label}
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable region must be reachable by key
        tabIndex={0}
        className="absolute inset-0 overflow-auto bg-sunken py-2 font-mono text-[0.86rem] focus-visible:-outline-offset-2"
        onScroll={onScroll}
        onWheel={(event) => event.deltaY < 0 && onFollow(false)}
        onKeyDown={(event) => {
          if (event.key === 'End') onFollow(true);
          if (['PageUp', 'ArrowUp', 'Home'].includes(event.key)) onFollow(false);
        }}
      >
        <div className={cx('relative', !wrap && 'min-w-max')} style={{ height: list.getTotalSize() }}>
          <div
            className={wrap ? 'absolute inset-x-0 top-0' : 'absolute top-0 left-0 min-w-full'}
            style={{ transform: `translateY(${list.getVirtualItems()[0]?.start ?? 0}px)` }}
          >
            {list.getVirtualItems().map((item) => {
              const row = rows[item.index];
              return row === undefined ? null : (
                // A measured line moves all that follow; lines of one height are never measured.
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={wrap ? list.measureElement : undefined}
                  className="overflow-y-clip"
                  style={wrap ? undefined : { height: rowHeight }}
                >
                  <LogLineRow row={row} mark={mark} current={item.index === goTo} wrap={wrap} />
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {unseen > 0 && (
        <Button
          className="absolute right-6 bottom-4 shadow-pop"
          size="sm"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={() => onFollow(true)}
        >
          {unseen === 1 ? words.log.oneNew : words.log.someNew(unseen)}
        </Button>
      )}
    </div>
  );
}

const rootFontSize = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
