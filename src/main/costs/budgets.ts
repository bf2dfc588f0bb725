import { AppError } from '../../shared/errors.ts';
import { formatUsd } from '../../shared/money.ts';
import { dayOf, monthOf, startOfDay, startOfMonth } from './calendar.ts';

/** Budgets (SPEC 5.4): told at 80 %, stopped at 100 %. Pure: what was spent goes in, what is to be done comes out. */

/** What a limit is for. A deployment has a limit a day. */
export type BudgetScope =
  | { readonly kind: 'day' }
  | { readonly kind: 'month' }
  | { readonly kind: 'deployment'; readonly deploymentId: string; readonly name: string };

export interface BudgetLimit {
  readonly scope: BudgetScope;
  readonly usd: number;
}

export interface BudgetPeriod {
  /** Stable and unique, such as `day 2026-11-24`: overrides and notices belong to it and end with it. */
  readonly key: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface BudgetState {
  readonly scope: BudgetScope;
  readonly period: BudgetPeriod;
  readonly spentUsd: number;
  /** With an override by hand, if there is one. */
  readonly limitUsd: number;
  readonly raised: boolean;
  readonly usedPercent: number;
  readonly level: 'ok' | 'warn' | 'stop';
}

const HOUR_MS = 3_600_000;
const WARN_PERCENT = 80;
const STOP_PERCENT = 100;
/** Sums of floating-point seconds: a limit met to a millionth is met. */
const ROUNDING_USD = 1e-6;

export function periodOf(scope: BudgetScope, nowMs: number, zone: string): BudgetPeriod {
  if (scope.kind === 'month') {
    return {
      key: `month ${monthOf(nowMs, zone)}`,
      fromMs: startOfMonth(nowMs, zone),
      toMs: startOfMonth(nowMs, zone, 1),
    };
  }
  const day = dayOf(nowMs, zone);
  return {
    key: scope.kind === 'day' ? `day ${day}` : `deployment ${scope.deploymentId} ${day}`,
    fromMs: startOfDay(nowMs, zone),
    toMs: startOfDay(nowMs, zone, 1),
  };
}

/** `overrideUsd`: the limit set by hand for this period; it only ever raises. */
export function judgeBudget(
  limit: BudgetLimit,
  period: BudgetPeriod,
  spentUsd: number,
  overrideUsd: number | null,
): BudgetState {
  const limitUsd = Math.max(limit.usd, overrideUsd ?? 0);
  const usedPercent = ((spentUsd + ROUNDING_USD) / limitUsd) * 100;
  return {
    scope: limit.scope,
    period,
    spentUsd,
    limitUsd,
    raised: limitUsd > limit.usd,
    usedPercent,
    level: usedPercent >= STOP_PERCENT ? 'stop' : usedPercent >= WARN_PERCENT ? 'warn' : 'ok',
  };
}

/** When the limit is reached at the present rate; null = not in this period. */
export function reachedAt(
  { level, limitUsd, spentUsd, period }: BudgetState,
  usdPerHour: number,
  nowMs: number,
): number | null {
  if (level === 'stop' || usdPerHour <= 0) return null;
  const at = nowMs + ((limitUsd - spentUsd) / usdPerHour) * HOUR_MS;
  return at < period.toMs ? at : null;
}

/** Something to tell the user, or to stop, once in a period at each level and limit. */
export interface BudgetNotice {
  readonly key: string;
  readonly kind: 'warn' | 'stop';
  readonly state: BudgetState;
  readonly title: string;
  readonly body: string;
}

/** Notices that were not given yet. A raised limit that is reached again is told again. */
export function noticesOf(states: readonly BudgetState[], given: ReadonlySet<string>): BudgetNotice[] {
  return states.flatMap((state) => {
    if (state.level === 'ok') return [];
    const key = `${state.period.key} ${state.level} ${state.limitUsd}`;
    return given.has(key) ? [] : [{ key, kind: state.level, state, ...noticeText(state) }];
  });
}

function noticeText(state: BudgetState): { title: string; body: string } {
  const money = `${formatUsd(state.spentUsd)} of ${formatUsd(state.limitUsd)}`;
  const what = scopeText(state.scope);
  if (state.level === 'stop') {
    const scope = state.scope.kind === 'deployment' ? `${state.scope.name} is` : 'All pods are';
    return {
      title: `${capital(what)} is used up`,
      body: `${money} spent. ${scope} stopped and not started on request until the budget is raised or ${nextText(state.scope)}.`,
    };
  }
  return {
    title: `${capital(what)} is nearly used up`,
    body: `${money} spent (${Math.floor(state.usedPercent)} %). At 100 % pods are stopped.`,
  };
}

/**
 * The budget that forbids a deployment to cost `needUsd` now: one of its own or one over all. What a start costs at the
 * least has to be left: it would be stopped in the middle of it.
 */
export function stopFor(
  states: readonly BudgetState[],
  deploymentId: string,
  needUsd: number,
): BudgetState | null {
  return (
    states.find(
      (state) =>
        (state.level === 'stop' || (needUsd > 0 && state.spentUsd + needUsd > state.limitUsd)) &&
        (state.scope.kind !== 'deployment' || state.scope.deploymentId === deploymentId),
    ) ?? null
  );
}

/** The refusal of a start or a wake, for people and for clients. */
export function budgetError(state: BudgetState, needUsd: number): AppError {
  const what = `${capital(scopeText(state.scope))} of ${formatUsd(state.limitUsd)}`;
  const spent = `${formatUsd(state.spentUsd)} spent`;
  return new AppError(
    'budget_exceeded',
    state.level === 'stop'
      ? `${what} is used up (${spent}).`
      : `${what} has too little left (${spent}): a start costs ${formatUsd(needUsd)} at the least, until its idle time is over.`,
    {
      advice: `Raise the budget, or wait until ${nextText(state.scope)}.`,
      details: {
        scope: state.scope.kind,
        limitUsd: state.limitUsd,
        spentUsd: state.spentUsd,
        needUsd,
        resetsAt: new Date(state.period.toMs).toISOString(),
      },
    },
  );
}

function scopeText(scope: BudgetScope): string {
  if (scope.kind === 'day') return "today's budget";
  if (scope.kind === 'month') return "this month's budget";
  return `today's budget of ${scope.name}`;
}

const nextText = (scope: BudgetScope): string =>
  scope.kind === 'month' ? 'next month begins' : 'tomorrow begins';

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
