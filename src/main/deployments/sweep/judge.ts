import { formatUsdPerHour } from '../../../shared/money.ts';
import type { SweepReason } from '../../../shared/model.ts';
import type { Seen, StoredThing } from './thing.ts';

/** What a thing is now, read by its id. */
export type Reading =
  | { readonly state: 'gone' }
  | {
      readonly state: 'there';
      readonly seen: Seen;
      /** When it was made, on the cloud's clock in ms; null = nothing bills since then. */
      readonly createdAt: number | null;
      /** Deployment that has it, or is about to; null = none. */
      readonly owner: string | null;
      /** Names of what mounts a volume. */
      readonly mounters: readonly string[];
    };

export type SweepStep =
  | { readonly do: 'send' }
  /** An end was sent a moment ago, and RunPod may not show it yet. */
  | { readonly do: 'wait' }
  | { readonly do: 'done' }
  | { readonly do: 'leave'; readonly reason: SweepReason; readonly why: string };

export interface SweepMoment {
  readonly now: number;
  /** After our own change a contradicting read may be stale for this long. */
  readonly settleMs: number;
  /** The window closed so long ago that nothing new is begun. */
  readonly isStale: boolean;
}

type Judged = Pick<StoredThing, 'kind' | 'act' | 'seen' | 'sentAt'>;

/**
 * What to do about a thing of a sweep, given what it is now. Nothing that changed since the user saw it is touched; what
 * was sent is sent again until RunPod shows it done.
 */
export function judge(thing: Judged, reading: Reading, { now, settleMs, isStale }: SweepMoment): SweepStep {
  const { sentAt } = thing;
  if (sentAt === null) {
    const change = changeOf(thing.seen, reading);
    if (change !== null) return { do: 'leave', ...change };
    return isStale ? INTERRUPTED : { do: 'send' };
  }
  if (isEnded(thing, reading)) return { do: 'done' };
  if (reading.state === 'there' && reading.owner !== null) return { do: 'leave', ...adopted(reading.owner) };
  if (isStale) return INTERRUPTED;
  return now - sentAt < settleMs ? { do: 'wait' } : { do: 'send' };
}

const INTERRUPTED: SweepStep = {
  do: 'leave',
  reason: 'interrupted',
  why: 'It did not come to it for too long to go on unasked: the app was closed, or RunPod away. RunPod still has it.',
};

interface Change {
  readonly reason: SweepReason;
  readonly why: string;
}

function changeOf(before: Seen, reading: Reading): Change | null {
  if (reading.state === 'gone') return { reason: 'gone', why: 'It was gone already.' };
  const { seen: now, owner, mounters } = reading;
  if (owner !== null) return adopted(owner);
  const [mounter] = mounters;
  if (mounter !== undefined) return { reason: 'mounted', why: `${mounter} mounts it.` };
  if (now.name !== before.name) return { reason: 'renamed', why: `It is called "${now.name}" now.` };
  if (now.status !== before.status) {
    return {
      reason: now.status === 'RUNNING' ? 'running' : 'status',
      why: `It is ${now.status} now and was ${before.status}.`,
    };
  }
  if (now.running > before.running) {
    const up = now.running === 1 ? '1 worker is' : `${now.running} workers are`;
    return { reason: 'running', why: `${up} up now; it was ${before.running}.` };
  }
  if (Math.abs(now.usdPerHour - before.usdPerHour) < 1e-9) return null;
  return {
    reason: 'price',
    why: `It costs ${formatUsdPerHour(now.usdPerHour)} now and was ${formatUsdPerHour(before.usdPerHour)}.`,
  };
}

const adopted = (owner: string): Change => ({
  reason: 'adopted',
  why: `The deployment "${owner}" has it now.`,
});

/** Read back, never taken from the answer to the end (SPEC 3.8). */
function isEnded({ kind, act }: Judged, reading: Reading): boolean {
  if (reading.state === 'gone' || reading.seen.status === 'TERMINATED') return true;
  if (act === 'terminate') return false;
  const { status, maxWorkers, running } = reading.seen;
  return kind === 'endpoint' ? maxWorkers === 0 && running === 0 : status === 'EXITED';
}
