import { AppError } from '../../shared/errors.ts';
import { formatUsd, usdForMs } from '../../shared/money.ts';
import type { Verdict } from './events.ts';
import { idleMinutes } from './idle.ts';
import { diskUsdPerHour } from './pod/meters.ts';
import type { DeploymentRecord } from './record.ts';
import { isBooting, type Moment, type State } from './state.ts';

/**
 * A deployment's own budget of a day (SPEC 5.4), held ahead of time: between two looks at the ledger what is spent goes on
 * at the rate that is known, and the stop is sent at the instant the limit is reached. It is passed by what the stop
 * itself takes, and by what began to bill unseen since the last look.
 */

/** Looks come far oftener; a longer silence means that a clock was set or that the computer slept, and the next one tells. */
const SILENCE_MS = 150_000;

type Facts = Pick<State, 'record' | 'live'>;

export const usdPerHourNow = ({ pod, endpoint }: Pick<DeploymentRecord, 'pod' | 'endpoint'>): number =>
  (pod === null ? 0 : pod.usdPerHour + diskUsdPerHour(pod)) + (endpoint?.usdPerHour ?? 0);

/** Spent of the user's day that holds `now`. */
export function spentOfDay({ record, live }: Facts, now: number): number {
  const { spentTodayUsd, spentAt, dayUntil } = live;
  const sinceMs = now - spentAt;
  if (sinceMs <= 0 || sinceMs > SILENCE_MS) return spentTodayUsd;
  const rate = usdPerHourNow(record);
  if (now >= dayUntil) return usdForMs(rate, now - dayUntil);
  return spentTodayUsd + usdForMs(rate, sinceMs);
}

/** When the present rate reaches `usd` of today; null = not before the next look. */
function reachedAt({ record, live }: Facts, usd: number): number | null {
  const rate = usdPerHourNow(record);
  if (rate <= 0) return null;
  const at = live.spentAt + ((usd - live.spentTodayUsd) / rate) * 3_600_000;
  // A whole millisecond on: a timer that fires early would find it not reached.
  return at - live.spentAt > SILENCE_MS || at >= live.dayUntil ? null : Math.ceil(at) + 1;
}

/** The share at which people are told (SPEC 5.4). */
const WARNING = 0.8;

/** What the budget has to say now; null = nothing. Told once a day. */
export function decideDayBudget({ record, live }: Facts, { now }: Pick<Moment, 'now'>): Verdict | null {
  const { usdPerDay } = record.spec.budget;
  if (usdPerDay === null) return null;
  const spentUsd = spentOfDay({ record, live }, now);
  if (spentUsd >= usdPerDay) {
    return {
      do: 'apply',
      event: { type: 'stop-asked', why: `its budget of ${formatUsd(usdPerDay)} a day is used up` },
    };
  }
  const isTold = record.budgetToldAt !== null && record.budgetToldAt >= live.dayFrom;
  return spentUsd >= usdPerDay * WARNING && !isTold ? { do: 'apply', event: { type: 'budget-soon' } } : null;
}

/** When the budget is to be looked at again, whatever else is waited for; null = at the next look at the ledger. */
export function budgetDueAt({ record, live }: Facts): number | null {
  const { usdPerDay } = record.spec.budget;
  const isUp = record.pod !== null || record.endpoint !== null;
  if (usdPerDay === null || !isUp || record.ending !== null) return null;
  return isBooting(record) || record.state === 'ready' ? reachedAt({ record, live }, usdPerDay) : null;
}

/** The least that a start costs: the time it is kept up without work. `lastUsdPerHour`: what it cost before; null = not known. */
export function idleWindowUsd(record: DeploymentRecord, lastUsdPerHour: number | null): number {
  const { pod, endpoint, spec } = record;
  if (endpoint !== null) {
    const { idleTimeout } = endpoint.launch.workers;
    return usdForMs(endpoint.launch.gpus[0]?.usdPerHour ?? 0, (idleTimeout ?? 0) * 1000);
  }
  const rate = pod?.rateUsdPerHour ?? lastUsdPerHour ?? 0;
  return spec.idle.policy === 'off' ? 0 : usdForMs(rate, idleMinutes(record) * 60_000);
}

/** Why it may not start; null = it may. `needUsd`: what the start costs at the least. */
export function dayBudgetRefusal(
  { spec }: Pick<DeploymentRecord, 'spec'>,
  spentUsd: number,
  needUsd: number,
): AppError | null {
  const { usdPerDay } = spec.budget;
  if (usdPerDay === null || spentUsd + needUsd < usdPerDay) return null;
  const details = { field: 'budget.usdPerDay', value: usdPerDay, spentUsd, needUsd };
  if (spentUsd >= usdPerDay) {
    const message = `"${spec.name}" has used up its ${formatUsd(usdPerDay)} for today.`;
    return new AppError('budget_exceeded', message, { details });
  }
  return new AppError(
    'budget_exceeded',
    `"${spec.name}" has ${formatUsd(usdPerDay - spentUsd)} left of its ${formatUsd(usdPerDay)} for today; a start costs ${formatUsd(needUsd)} at the least, until its idle time is over.`,
    { details },
  );
}
