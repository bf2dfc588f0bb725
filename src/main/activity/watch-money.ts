import type { AppEvent } from '../../shared/api.ts';
import type { BudgetGuard } from '../costs/budget-guard.ts';
import type { BudgetNotice } from '../costs/budgets.ts';
import type { Ledger } from '../costs/ledger.ts';
import { startOfDay } from '../costs/calendar.ts';
import type { Fleet } from '../deployments/types.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import { ClockJump } from '../platform/clock-jump.ts';
import type { Ids } from '../platform/ids.ts';

export interface MoneyWatchParts {
  readonly guard: BudgetGuard;
  readonly ledger: Ledger;
  readonly fleet: Pick<Fleet, 'stop' | 'stopAll'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly zone: () => string;
  /** Added to this computer's time to get the cloud's, which the ledger keeps. */
  readonly offsetMs: () => number;
  readonly emit: (event: AppEvent) => void;
}

const TICK_MS = 5000;

/**
 * Tells what is spent as it changes, and holds it against the budgets (SPEC 5.4): a warning at 80 %, pods stopped at
 * 100 %, at the instant at which the present rate reaches it, so that a limit is passed by no more than what a stop takes.
 * Returns the function that ends it.
 */
export function watchMoney(parts: MoneyWatchParts): () => void {
  const { clock, offsetMs } = parts;
  const jump = new ClockJump(clock, offsetMs);
  let told = '';
  let disarm = (): void => {};
  const look = (): void => {
    disarm();
    // A clock that may have been put forward proves no spending: the next answer tells.
    const nowMs = clock.now() + offsetMs() - jump.look().doubtMs;
    const nowUsdPerHour = parts.ledger.usdPerHour({});
    const todayUsd = parts.ledger.spent({}, startOfDay(nowMs, parts.zone()), nowMs);
    const now = `${nowUsdPerHour} ${todayUsd.toFixed(4)}`;
    if (now !== told) parts.emit({ name: 'costs.changed', payload: { nowUsdPerHour, todayUsd } });
    told = now;
    parts.guard.takeNotices(nowMs, (notice) => carryOut(parts, notice, nowMs));
    const stopAt = parts.guard.nextStop(nowMs);
    // A whole millisecond late rather than early: what is not reached would have to be looked at again.
    if (stopAt !== null && stopAt - nowMs < TICK_MS)
      disarm = clock.after(Math.ceil(stopAt - nowMs) + 1, safely);
  };
  const safely = (): void => {
    try {
      look();
    } catch (error) {
      // One failed look (a full disk) must not end the watch over money.
      parts.log.error({ err: error }, 'spending could not be checked');
    }
  };
  const stop = clock.every(TICK_MS, safely);
  return () => {
    disarm();
    stop();
  };
}

function carryOut(parts: MoneyWatchParts, notice: BudgetNotice, nowMs: number): void {
  const { scope } = notice.state;
  const deployment = scope.kind === 'deployment' ? scope.name : null;
  parts.emit({
    name: 'notification',
    payload: {
      id: parts.ids.next('note'),
      at: new Date(nowMs).toISOString(),
      kind: 'budget',
      title: notice.title,
      body: notice.body,
      facts: {
        what: 'budget',
        of: scope.kind,
        spentUsd: notice.state.spentUsd,
        limitUsd: notice.state.limitUsd,
        isReached: notice.kind === 'stop',
      },
      deployment,
    },
  });
  if (notice.kind === 'warn') return;
  parts.log.warn(
    { scope: scope.kind, spentUsd: notice.state.spentUsd },
    'a budget is used up, pods are stopped',
  );
  if (scope.kind === 'deployment') parts.fleet.stop(scope.deploymentId, 'its budget is used up');
  else parts.fleet.stopAll(`the budget of the ${scope.kind} is used up`);
}
