import type { ReactNode } from 'react';
import type { CostSummary } from '../../../shared/model.ts';
import { Section } from '../../components/surface.tsx';
import { dateTime } from '../../view/format.ts';
import { emptyAt } from '../../view/month-ahead.ts';
import { words } from './messages.ts';

/** When the balance is empty, and by name what RunPod then stops and deletes (SPEC 5.3). */
export function RunwaySection({ summary }: { readonly summary: CostSummary }): ReactNode {
  const w = words.runway;
  const at = emptyAt(summary);
  const { deleted, stopped, maybeDeletedLater } = summary.atZero;
  const lists = [
    [w.deleted, deleted],
    [w.stopped, stopped],
    [w.later, maybeDeletedLater],
  ] as const;
  const lost = lists.filter(([, names]) => names.length > 0);
  if (at === null && lost.length === 0) return null;
  return (
    <Section title={w.title}>
      <p className="num">{when(summary, at)}</p>
      {lost.length === 0 ? (
        <p className="text-soft">{w.nothing}</p>
      ) : (
        <dl className="mt-1 space-y-1">
          {lost.map(([what, names]) => (
            <div key={what}>
              <dt className="inline text-soft">{what}</dt> <dd className="inline">{names.join(', ')}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

function when({ balanceUsd }: CostSummary, at: string | null): string {
  if (balanceUsd !== null && balanceUsd <= 0) return words.runway.now;
  return at === null ? words.runway.unknown : words.runway.at(dateTime(at));
}
