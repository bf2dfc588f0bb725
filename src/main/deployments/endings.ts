import type { ErrorBody } from '../../shared/errors.ts';
import type { Ending } from './record.ts';
import type { Moment, Step } from './state.ts';
import { backoff } from './state.ts';

/** What ending a pod and ending an endpoint have in common (SPEC 3.8). */

export type EndWish = Pick<Ending, 'action' | 'why' | 'next'>;

export const newEnding = (step: Step, wish: EndWish): Ending => ({
  ...wish,
  askedAt: step.now,
  tries: 0,
  nextTryAt: 0,
  acceptedAt: null,
  dated: false,
  sentAt: null,
  toldAt: null,
  lastError: null,
});

/** A wish that goes further (terminate over stop, removal over a rebuild) wins over an older one. */
export function insistOn(old: Ending, wish: EndWish): void {
  old.next = wish.next;
  if (wish.action !== 'terminate' || old.action !== 'stop') return;
  old.action = 'terminate';
  old.acceptedAt = null;
  old.nextTryAt = 0;
}

/** Whether people are to be told (again) that it still bills. */
export function isTellTime(ending: Ending, { now, timing }: Moment): boolean {
  if (ending.toldAt === null) return now - ending.askedAt >= timing.stillBillingMs;
  return now - ending.toldAt >= timing.stillBillingAgainMs;
}

/** `error` null = RunPod accepted it and nothing came of it. */
export function retryLater(step: Step, ending: Ending, error: ErrorBody | null): void {
  ending.tries++;
  ending.acceptedAt = null;
  ending.lastError = error === null ? 'RunPod accepted it, and the pod still runs' : error.message;
  const pause = backoff(step.timing, ending.tries, step.timing.stopRetryMs);
  ending.nextTryAt = step.now + Math.max((error?.retryAfterSeconds ?? 0) * 1000, pause);
}
