import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import type { RequestRecord } from '../../../shared/model.ts';
import { RequestHead, RequestRow } from '../../components/request-table.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { words } from './messages.ts';

const ROW_HEIGHT = 33;

/** Ten thousand requests as a real table of which only the visible rows exist. */
export function VirtualRequests({ requests }: { readonly requests: readonly RequestRecord[] }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: requests.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 15,
  });
  const items = list.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = list.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <ScrollRegion
      ref={scroller}

      label={words.newestFirst}
      className="min-h-0 grow overflow-auto bg-surface focus-visible:-outline-offset-2"
    >
      <table className="w-full" aria-rowcount={requests.length + 1}>
        <caption className="sr-only">{words.newestFirst}</caption>
        <thead className="sticky top-0 bg-surface">
          <RequestHead />
        </thead>
        <tbody>
          {before > 0 && <Gap height={before} />}
          {items.map((item) => {
            const request = requests[item.index];
            return request === undefined ? null : <RequestRow key={request.id} request={request} />;
          })}
          {after > 0 && <Gap height={after} />}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function Gap({ height }: { readonly height: number }): ReactNode {
  return (
    <tr aria-hidden>
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- an empty cell that keeps the place of unseen rows */}
      <td style={{ height }} />
    </tr>
  );
}
