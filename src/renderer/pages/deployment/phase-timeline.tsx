import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { useNow } from '../../app/clock.ts';
import { cx } from '../../components/cx.ts';
import { StateShape } from '../../components/state-badge.tsx';
import { Section } from '../../components/surface.tsx';
import { duration, stopwatch, usd } from '../../view/format.ts';
import { phaseRows, startProgress, type PhaseRow } from '../../view/phases.ts';
import { isStarting } from '../../view/state.ts';
import { words } from './messages.ts';

/** The steps of the start, each with its time and the usual time for this GPU and model. */
export function PhaseTimeline({ view }: { readonly view: DeploymentView }): ReactNode {
  const starting = isStarting(view);
  const nowMs = useNow(starting ? 1000 : 60_000);
  const rows = phaseRows(view, nowMs);
  if (view.phases.length === 0) return null;
  const total = rows.reduce((sum, row) => sum + (row.elapsedMs ?? 0), 0);
  const progress = starting ? startProgress(rows) : null;
  const spent =
    starting && view.cost.nowUsdPerHour > 0
      ? words.aboutSoFar(usd((view.cost.nowUsdPerHour * total) / 3_600_000))
      : '';
  return (
    <Section
      title={starting ? words.phases : words.phasesDone}
      aside={
        <span className="num text-sm text-soft">
          {starting ? stopwatch(total) : duration(total)}
          {spent}
        </span>
      }
    >
      {progress !== null && (
        <progress
          aria-label={words.phases}
          value={progress}
          max={1}
          className="mb-3 block h-1.5 w-full overflow-hidden rounded-full bg-sunken [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-busy"
        />
      )}
      <ol className="grid grid-cols-4 gap-3 @max-3xl:grid-cols-2">
        {rows.map((row) => (
          <Step key={row.phase} row={row} />
        ))}
      </ol>
    </Section>
  );
}

function Step({ row }: { readonly row: PhaseRow }): ReactNode {
  return (
    <li aria-current={row.status === 'now' ? 'step' : undefined} className="min-w-0">
      <p className={cx('flex items-center gap-1.5', row.status === 'next' ? 'text-faint' : 'font-medium')}>
        {row.status === 'done' && <Check size={14} className="text-ok" aria-hidden />}
        {row.status === 'now' && <StateShape shape="half" tone="busy" />}
        {row.status === 'next' && <StateShape shape="hollow" tone="idle" />}
        <span className="truncate">{row.word}</span>
        <span className="sr-only">
          {row.status === 'done'
            ? words.phaseStates.done
            : row.status === 'now'
              ? words.phaseStates.now
              : words.phaseStates.next}
        </span>
      </p>
      <p className="num pl-5 text-sm text-soft">
        {row.elapsedMs !== null && (
          <span className="text-text">
            {row.status === 'now' ? stopwatch(row.elapsedMs) : duration(row.elapsedMs)}{' '}
          </span>
        )}
        <span className="text-faint">
          {row.usualMs === null ? words.firstTime : words.usual(duration(row.usualMs))}
        </span>
      </p>
      {row.detail !== null && row.status === 'now' && (
        <p className="truncate pl-5 text-sm text-soft">{row.detail}</p>
      )}
    </li>
  );
}
