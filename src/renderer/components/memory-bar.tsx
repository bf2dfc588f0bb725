import type { ReactNode } from 'react';
import type { MemoryBarLook, MemorySegment } from '../view/memory-bar.ts';
import { gib } from '../view/format.ts';
import { cx } from './cx.ts';
import { words } from './messages.ts';

const FILLS: Readonly<Record<MemorySegment['kind'], string>> = {
  weights: 'fill-chart-1',
  kv: 'fill-chart-2',
  overhead: 'fill-chart-5',
};
/** What one GPU's memory is filled with; the words beside it say the same. */
export function MemoryBar({
  look,
  tight,
}: {
  readonly look: MemoryBarLook;
  readonly tight: boolean;
}): ReactNode {
  const parts = look.segments.map((segment) => `${words.memory[segment.kind]} ${gib(segment.gib)}`);
  return (
    <div className="min-w-32">
      <svg
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        className="h-2 w-full rounded-sm bg-sunken"
        role="img"
        aria-label={[...parts, words.memory.free(gib(look.freeGiB))].join(', ')}
      >
        {look.segments.map((segment) => (
          <rect
            key={segment.kind}
            x={segment.start * 100}
            width={Math.max(0, segment.share * 100 - 0.6)}
            height="6"
            className={FILLS[segment.kind]}
          />
        ))}
      </svg>
      <p className={cx('num mt-0.5 text-sm whitespace-nowrap', tight ? 'text-warn' : 'text-soft')}>
        {words.memory.free(gib(look.freeGiB))}
        {tight && words.memory.tight}
      </p>
    </div>
  );
}

export function MemoryLegend(): ReactNode {
  return (
    <ul className="flex gap-3 text-xs text-soft">
      {(['weights', 'kv', 'overhead'] as const).map((kind) => (
        <li key={kind} className="flex items-center gap-1">
          <svg viewBox="0 0 8 8" className="size-2" aria-hidden>
            <rect width="8" height="8" rx="1" className={FILLS[kind]} />
          </svg>
          {words.memory[kind]}
        </li>
      ))}
    </ul>
  );
}
