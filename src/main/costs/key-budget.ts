import { AppError } from '../../shared/errors.ts';
import { formatUsd } from '../../shared/money.ts';
import { dayOf, startOfDay, startOfMonth } from './calendar.ts';

/** What the requests of one client key may cost (SPEC 4.11); null = no limit. */
export interface KeyBudget {
  readonly usdPerDay: number | null;
  readonly usdPerMonth: number | null;
}

export interface KeySpending {
  readonly todayUsd: number;
  readonly monthUsd: number;
}

/** Asked for when it is needed: the zone takes a while to find out. */
export interface Today {
  readonly nowMs: number;
  readonly zone: string;
}

export function isLimited(budget: KeyBudget | undefined): budget is KeyBudget {
  return budget !== undefined && (budget.usdPerDay !== null || budget.usdPerMonth !== null);
}

/** Sums of floating-point seconds: a limit met to a millionth of it is met. */
const ROUNDING = 1 + 1e-6;

/**
 * Why a key's requests are refused; null = they are not. What is under way is finished, so a budget is passed by what ran
 * when it was reached.
 */
export function keyRefusal(
  name: string,
  budget: KeyBudget,
  spent: KeySpending,
  today: () => Today,
): AppError | null {
  const isReached = (usd: number, limit: number | null): limit is number =>
    limit !== null && usd * ROUNDING >= limit;
  if (isReached(spent.monthUsd, budget.usdPerMonth)) {
    const { nowMs, zone } = today();
    const resetsMs = startOfMonth(nowMs, zone, 1);
    return refusal(name, 'month', budget.usdPerMonth, spent.monthUsd, resetsMs, dayOf(resetsMs, zone));
  }
  if (isReached(spent.todayUsd, budget.usdPerDay)) {
    const { nowMs, zone } = today();
    return refusal(name, 'day', budget.usdPerDay, spent.todayUsd, startOfDay(nowMs, zone, 1), 'tomorrow');
  }
  return null;
}

function refusal(
  name: string,
  scope: 'day' | 'month',
  limitUsd: number,
  spentUsd: number,
  resetsMs: number,
  until: string,
): AppError {
  const what = `The budget of ${formatUsd(limitUsd)} a ${scope} of the key "${name}" is used up`;
  return new AppError('budget_exceeded', `${what} (${formatUsd(spentUsd)} spent).`, {
    advice: `Raise it (runpod-llm key change), or wait until ${until}.`,
    details: { scope, limitUsd, spentUsd, resetsAt: new Date(resetsMs).toISOString() },
  });
}
