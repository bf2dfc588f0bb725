import type { ReactNode } from 'react';
import type { Unattended } from '../../../shared/deployment.ts';
import type { CostSummary } from '../../../shared/model.ts';
import { useCostsAge } from '../../app/costs-age.ts';
import { Stat, StatRow } from '../../components/surface.tsx';
import { useCosts } from '../../stores/costs.ts';
import { duration, usd, usdPerHour } from '../../view/format.ts';
import { words } from './messages.ts';
import { fromCore } from '../../view/core-words.ts';

export function CostStats({
  budget,
  running,
}: {
  readonly budget: number | null;
  readonly running: number;
}): ReactNode {
  const costs = useCosts((state) => state.summary);
  const w = words.stats;
  const age = useCostsAge();
  if (costs === null) return null;
  const { unattended } = costs;
  const ceiling = ceilingOf(unattended, running);
  const near = budget !== null && costs.todayUsd >= budget * 0.8;
  return (
    <StatRow label={w.label} columns={5} age={age}>
      <Stat label={w.now} value={usdPerHour(costs.nowUsdPerHour)} note={w.running(running)} />
      <Stat
        label={w.today}
        value={usd(costs.todayUsd)}
        note={budget === null ? w.noBudget : w.ofBudget(usd(budget))}
        tone={near ? 'warn' : undefined}
      />
      <Stat label={w.month} value={usd(costs.monthUsd)} note={w.forecast(usd(costs.forecastMonthUsd))} />
      <Stat
        label={w.balance}
        value={usd(costs.balanceUsd)}
        note={balanceNote(costs)}
        tone={balanceTone(costs)}
      />
      <Stat
        label={w.ceiling}
        value={
          <span
            title={
              unattended.excludes.length === 0
                ? undefined
                : words.leavesOut(unattended.excludes.map((part) => fromCore(part).text).join('; '))
            }
          >
            {ceiling.value}
          </span>
        }
        note={ceiling.note}
        tone={unattended.usd === null ? 'bad' : undefined}
      />
    </StatRow>
  );
}

function balanceNote({ balanceUsd, runwayHours }: CostSummary): string | undefined {
  const w = words.stats;
  if (balanceUsd === null) return w.unknownBalance;
  if (balanceUsd <= 0) return w.empty;
  return runwayHours === null ? undefined : w.lasts(duration(runwayHours * 3_600_000));
}

function balanceTone({ balanceUsd, runwayHours, nowUsdPerHour }: CostSummary): 'bad' | 'warn' | undefined {
  if (balanceUsd !== null && balanceUsd <= 0) return 'bad';
  return runwayHours !== null && runwayHours < 24 && nowUsdPerHour > 0 ? 'warn' : undefined;
}

/** Something runs and nothing is at stake only until its pod has a price: that is no figure to show. */
function ceilingOf(
  unattended: Unattended,
  running: number,
): { readonly value: string; readonly note: string } {
  const w = words.stats;
  if (unattended.usd === null) return { value: w.noBound, note: w.unprotected };
  if (unattended.usd > 0) return { value: usd(unattended.usd), note: w.atMost };
  return running > 0 ? { value: '–', note: w.notKnownYet } : { value: usd(0), note: w.nothingAtStake };
}
