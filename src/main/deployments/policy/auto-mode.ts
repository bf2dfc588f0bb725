import { MachineRun, replay, startUsd, type Machine, type Replay } from './machine-run.ts';
import type { Use } from './use.ts';
import { changeWords } from './auto-mode-words.ts';

/**
 * Mode `auto` (SPEC 3.7): pod or serverless, whichever serves the deployment's own requests for less. Pure.
 *
 * The recorded requests are replayed on both kinds of hardware. A change is wanted when it would have
 * saved `BAND` of the cost, and an amount worth the trouble, over the last week or what passed since the last change. It is allowed while it cannot make the whole dearer than both: what was paid since the
 * accounts began, and what it would lead to if the load turned right after it, stays within
 * `(1 + BAND) × the dearer of the two pure modes + ALLOWANCE_HOURS of the dearer price`. So a load that turns every time it
 * is followed is followed a few times only, and a steady one is never left.
 */
export type RunMode = 'pod' | 'serverless';

export interface ModeChange {
  readonly at: number;
  readonly to: RunMode;
}

export interface AutoFacts {
  /** Recorded requests by arrival; see `usesOf`. */
  readonly uses: readonly Use[];
  readonly now: number;
  readonly pod: Machine;
  readonly serverless: Machine;
  /** The accounts' beginning: this month's, or when the mode became `auto`, whichever is later. */
  readonly since: number;
  /** The mode it began in, and every change; in order, at least one. */
  readonly changes: readonly [ModeChange, ...ModeChange[]];
  readonly inFlight: number;
}

/** The numbers behind a decision. */
export interface AutoNumbers {
  readonly window: { readonly from: number; readonly to: number; readonly requests: number };
  readonly pod: Replay;
  readonly serverless: Replay;
  /** By how much the other mode was cheaper in the window; negative = dearer. */
  readonly savingUsd: number;
  readonly savingPercent: number;
  /** Both must be reached. */
  readonly thresholdUsd: number;
  readonly thresholdPercent: number;
  /** Share of a pod's hours below which paying a worker for busy time only is cheaper: the prices' ratio. */
  readonly breakEvenPercent: number;
  readonly account: {
    readonly paidUsd: number;
    readonly podUsd: number;
    readonly serverlessUsd: number;
    /** The most that may have been paid if the load turned right after a change, and the bound on it. */
    readonly atRiskUsd: number;
    readonly limitUsd: number;
  };
}

export interface AutoDecision {
  readonly mode: RunMode;
  /** `after-requests`: a change is due, and waits until no request is in flight. */
  readonly change: 'none' | 'now' | 'after-requests';
  readonly reason: 'no-requests' | 'too-soon' | 'not-worth-it' | 'not-allowed' | 'cheaper';
  readonly numbers: AutoNumbers;
  /** The numbers in words, for people. */
  readonly why: string;
}

const HOUR_MS = 3_600_000;
/** Hysteresis: a change must have saved this share of the cost. */
export const BAND = 0.2;
/** And by so many hours of the dearer price. */
export const THRESHOLD_HOURS = 2;
/** After a change it stays for a whole day: mornings and evenings differ. */
export const DWELL_MS = 24 * HOUR_MS;
export const WINDOW_MS = 7 * 24 * HOUR_MS;
export const ALLOWANCE_HOURS = 24;

export const otherMode = (mode: RunMode): RunMode => (mode === 'pod' ? 'serverless' : 'pod');

export function decideMode(facts: AutoFacts): AutoDecision {
  const current = modeAt(facts.changes, facts.now);
  const numbers = numbersOf(facts, current);
  const reason = reasonOf(facts, numbers);
  const changes = reason === 'cheaper';
  const mode = changes ? otherMode(current) : current;
  return {
    mode,
    change: changes ? (facts.inFlight > 0 ? 'after-requests' : 'now') : 'none',
    reason,
    numbers,
    why: changeWords({
      current,
      reason,
      numbers,
      podUsdPerHour: facts.pod.usdPerHour,
      serverlessUsdPerHour: facts.serverless.usdPerHour,
    }),
  };
}

function reasonOf(facts: AutoFacts, numbers: AutoNumbers): AutoDecision['reason'] {
  const { window, savingUsd, savingPercent, thresholdUsd, thresholdPercent, account } = numbers;
  if (window.requests === 0 && savingUsd < thresholdUsd) return 'no-requests';
  if (savingUsd < thresholdUsd || savingPercent < thresholdPercent) return 'not-worth-it';
  const last = facts.changes.at(-1);
  if (facts.changes.length > 1 && last !== undefined && facts.now - last.at < DWELL_MS) return 'too-soon';
  return account.atRiskUsd <= account.limitUsd ? 'cheaper' : 'not-allowed';
}

function numbersOf(facts: AutoFacts, current: RunMode): AutoNumbers {
  const window = windowOf(facts);
  const pod = replay(facts.uses, facts.pod, window);
  const serverless = replay(facts.uses, facts.serverless, window);
  const [mine, other] = current === 'pod' ? [pod, serverless] : [serverless, pod];
  // Of an idle time that has begun nobody knows whether all of it will be paid: what holds either way counts.
  const savingUsd = Math.min(mine.usd - other.usd, mine.usdWithTail - other.usdWithTail);
  return {
    window,
    pod,
    serverless,
    savingUsd,
    savingPercent: mine.usd === 0 ? 0 : (savingUsd / mine.usd) * 100,
    thresholdUsd: THRESHOLD_HOURS * dearerUsdPerHour(facts),
    thresholdPercent: BAND * 100,
    breakEvenPercent: (facts.pod.usdPerHour / facts.serverless.usdPerHour) * 100,
    account: accountOf(facts, current),
  };
}

/** The last week, but nothing from before the last change: that evidence was used. */
function windowOf({ changes, now, uses }: AutoFacts): AutoNumbers['window'] {
  const last = changes.length > 1 ? (changes.at(-1)?.at ?? 0) : (uses[0]?.at ?? now);
  const from = Math.min(now, Math.max(last, now - WINDOW_MS));
  return { from, to: now, requests: uses.filter((use) => use.at >= from && use.at < now).length };
}

/** What was paid since the accounts began, and what either mode alone would have cost. */
function accountOf(facts: AutoFacts, current: RunMode): AutoNumbers['account'] {
  const { uses, since, now } = facts;
  const span = { from: since, to: now };
  const pod = replay(uses, facts.pod, span).usd;
  const serverless = replay(uses, facts.serverless, span).usd;
  const paidUsd = paidOf(facts);
  const next = otherMode(current);
  const limitUsd = BAND * Math.max(pod, serverless) + ALLOWANCE_HOURS * dearerUsdPerHour(facts);
  // From a change on it pays what the new mode pays: this lead over the new mode's own account is what stays.
  const atRiskUsd = paidUsd + startUsd(facts[next]) - (next === 'pod' ? pod : serverless);
  return { paidUsd, podUsd: pod, serverlessUsd: serverless, atRiskUsd, limitUsd };
}

/** The bill of the modes that were in force, by the same model as the pure ones, so that they compare. */
function paidOf({ uses, changes, since, now, ...machines }: AutoFacts): number {
  const eras = changes.filter((change) => change.at > since);
  let run = new MachineRun(machines[modeAt(changes, since)], since);
  let paid = 0;
  let era = 0;
  for (const use of uses) {
    if (use.at < since || use.at >= now) continue;
    for (let next = eras[era]; next !== undefined && next.at <= use.at; next = eras[era]) {
      run.stop(next.at);
      paid += run.usd(next.at);
      run = new MachineRun(machines[next.to], next.at);
      era++;
    }
    run.request(use);
  }
  for (const next of eras.slice(era)) {
    run.stop(next.at);
    paid += run.usd(next.at);
    run = new MachineRun(machines[next.to], next.at);
  }
  return paid + run.usd(now);
}

function modeAt(changes: AutoFacts['changes'], at: number): RunMode {
  return (changes.findLast((change) => change.at <= at) ?? changes[0]).to;
}

const dearerUsdPerHour = ({ pod, serverless }: AutoFacts): number =>
  Math.max(pod.usdPerHour, serverless.usdPerHour);
