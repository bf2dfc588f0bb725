import type { Deadlines } from '../upstream/deadlines.ts';

/** Polls of one job are a second apart (FACTS 3.5), closer only while text flows, so that it flows for the reader too. */
const IDLE_GAP_MS = 1000;
const FLOWING_GAP_MS = 250;
/** 2000 calls in 10 s are allowed for all jobs of an endpoint; other tools use it too (FACTS 3.4). */
const SHARE_MS = 10;
const LOST_GAP_MS = 10_000;

/** How long after the last look a job is looked at again. `jobs` are open at the same endpoint. */
export function lookGapMs(look: {
  readonly flowing: boolean;
  readonly jobs: number;
  /** Looks in a row that brought no answer. */
  readonly lost: number;
}): number {
  const usual = look.flowing ? FLOWING_GAP_MS : IDLE_GAP_MS;
  const patient = look.lost === 0 ? usual : Math.min(LOST_GAP_MS, IDLE_GAP_MS * 2 ** (look.lost - 1));
  return Math.max(patient, look.jobs * SHARE_MS);
}

export interface JobLimits extends Deadlines {
  /** Longest wait for a worker: waking is what a queued job does. */
  readonly queueMs: number;
}

/** Instants of one job, monotonic milliseconds; null = not yet. */
export interface JobTimes {
  readonly submittedAt: number;
  readonly startedAt: number | null;
  /** The last output, or the moment the client began to read again after a pause. */
  readonly heardAt: number | null;
  /** Since when no look brought an answer. */
  readonly lostSince: number | null;
}

/** RunPod itself cannot be reached for this long: the job is given up. */
const LOST_MS = 120_000;

export type Lateness = 'queue' | 'first-byte' | 'silence' | 'total' | 'lost';

/** Which limit has passed; null = none. */
export function jobLateness(times: JobTimes, limits: JobLimits, now: number): Lateness | null {
  const { submittedAt, startedAt, heardAt, lostSince } = times;
  if (lostSince !== null && now - lostSince > LOST_MS) return 'lost';
  if (startedAt === null) return now - submittedAt > limits.queueMs ? 'queue' : null;
  if (now - startedAt > limits.totalMs) return 'total';
  if (heardAt === null) return now - startedAt > limits.firstByteMs ? 'first-byte' : null;
  return now - heardAt > limits.silenceMs ? 'silence' : null;
}
