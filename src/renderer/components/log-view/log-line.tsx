import { memo, type ReactNode } from 'react';
import { ansiSpans, type AnsiTone } from '../../view/ansi.ts';
import type { LogRow } from '../../view/log-book.ts';
import { clockTime } from '../../view/format.ts';
import { cx } from '../cx.ts';

const TONE: Readonly<Record<AnsiTone, string>> = {
  red: 'text-bad',
  green: 'text-ok',
  yellow: 'text-warn',
  blue: 'text-busy',
  magenta: 'text-accent-text',
  cyan: 'text-busy',
  grey: 'text-faint',
};

const LEVEL = {
  debug: { word: 'DEBUG', look: 'text-faint' },
  info: { word: 'INFO', look: 'text-busy' },
  warn: { word: 'WARN', look: 'text-warn' },
  error: { word: 'ERROR', look: 'text-bad' },
} as const;

/** A row never changes, so it is drawn once however often the list moves. */
export const LogLineRow = memo(function LogLineRow({
  row,
  mark,
  current,
  wrap,
}: {
  readonly row: LogRow;
  readonly mark: string;
  readonly current: boolean;
  readonly wrap: boolean;
}): ReactNode {
  if (row.remark) {
    return (
      <div className="flex h-6 items-center gap-3 px-4 text-faint before:h-px before:w-6 before:bg-line after:h-px after:grow after:bg-line">
        {row.plain}
      </div>
    );
  }
  const level = row.line.level === null ? null : LEVEL[row.line.level];
  return (
    <div
      className={cx(
        'flex gap-3 px-4 leading-6',
        current && 'bg-accent-soft',
        row.line.level === 'error' && !current && 'bg-bad-soft',
      )}
    >
      <time dateTime={row.line.at} className="num shrink-0 text-faint">
        {clockTime(row.line.at)}
      </time>
      <span className={cx('w-11 shrink-0', level?.look)}>{level?.word}</span>
      <span className={wrap ? 'min-w-0 break-all whitespace-pre-wrap' : 'whitespace-pre'}>
        {mark !== '' && row.plain.toLowerCase().includes(mark.toLowerCase()) ? (
          <Marked text={row.plain} mark={mark} />
        ) : (
          <Spans text={row.line.text} />
        )}
      </span>
    </div>
  );
});

function Spans({ text }: { readonly text: string }): ReactNode {
  return ansiSpans(text).map((span, index) => (
    // Spans of one line never move.
    <span
      key={index}
      className={cx(
        span.tone !== null && TONE[span.tone],
        span.bold && 'font-bold',
        span.dim && 'text-faint',
      )}
    >
      {span.text}
    </span>
  ));
}

function Marked({ text, mark }: { readonly text: string; readonly mark: string }): ReactNode {
  const parts: ReactNode[] = [];
  const lower = text.toLowerCase();
  const wanted = mark.toLowerCase();
  let at = 0;
  for (let found = lower.indexOf(wanted); found !== -1; found = lower.indexOf(wanted, at)) {
    parts.push(text.slice(at, found));
    parts.push(
      <mark key={found} className="rounded-xs bg-warn-soft text-warn outline-1 outline-warn">
        {text.slice(found, found + wanted.length)}
      </mark>,
    );
    at = found + wanted.length;
  }
  return [...parts, text.slice(at)];
}
