import type { ReactNode } from 'react';
import { Stat, StatRow } from '../../components/surface.tsx';
import { useCosts } from '../../stores/costs.ts';
import { duration, usd, usdPerHour } from '../../view/format.ts';
import { words } from './messages.ts';

export function CostStats({
  budget,
  running,
}: {
  readonly budget: number | null;
  readonly running: number;
}): ReactNode {
  const costs = useCosts((state) => state.summary);
  const w = words.stats;
  if (costs === null) return null;
  const { unattended } = costs;
  const near = budget !== null && costs.todayUsd >= budget * 0.8;
  return (
    <StatRow label={w.label} columns={5}>
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
        note={
          costs.balanceUsd === null
            ? w.unknownBalance
            : costs.runwayHours === null
              ? undefined
              : w.lasts(duration(costs.runwayHours * 3_600_000))
        }
        tone={
          costs.runwayHours !== null && costs.runwayHours < 24 && costs.nowUsdPerHour > 0 ? 'warn' : undefined
        }
      />
      <Stat
        label={w.ceiling}
        value={
          <span
            title={
              unattended.excludes.length === 0 ? undefined : `Leaves out: ${unattended.excludes.join('; ')}`
            }
          >
            {unattended.usd === null ? w.noBound : usd(unattended.usd)}
          </span>
        }
        note={unattended.usd === null ? w.unprotected : unattended.usd === 0 ? w.nothingAtStake : w.atMost}
        tone={unattended.usd === null ? 'bad' : undefined}
      />
    </StatRow>
  );
}
