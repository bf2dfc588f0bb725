import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { isObject, parseObject, stringOf } from '../json.ts';
import { readError, retryAfter, upstreamError } from '../upstream/errors.ts';
import type { Told } from './ask.ts';

export type JobState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timed-out';

/** What one look at a job showed. */
export interface JobNews {
  readonly state: JobState;
  /** From /stream what is new since the last look; from /status all there is, once completed. */
  readonly outputs: readonly unknown[];
  readonly error: string | null;
}

export type Look =
  | { readonly kind: 'news'; readonly news: JobNews }
  /** RunPod does not know the job any more, whatever became of it (RunPod trap 30). */
  | { readonly kind: 'gone' }
  /** Asked too often. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** The key is refused. */
  | { readonly kind: 'refused' }
  /** No sensible answer; what a /stream call would have handed out is lost with it. */
  | { readonly kind: 'lost' };

const USUAL_WAIT_SECONDS = 2;

const jobSchema = z.looseObject({
  status: z.string(),
  stream: z.array(z.looseObject({ output: z.unknown().optional() })).nullish(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
});

const ENDED: Readonly<Record<string, JobState>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TIMED_OUT: 'timed-out',
  IN_QUEUE: 'queued',
};

/** Reads the answer of /stream or /status (FACTS 3.4). Unknown states count as running: they end by themselves or in time. */
export function readLook(told: Told): Look {
  const json = parseObject(told.body);
  if (told.status === 429) {
    return { kind: 'wait', ms: (retryAfter(told.headers) ?? USUAL_WAIT_SECONDS) * 1000 };
  }
  if (told.status === 401 || told.status === 403) return { kind: 'refused' };
  // A page with 404 is the edge's, and says nothing about the job.
  if (told.status === 404) return json === null ? { kind: 'lost' } : { kind: 'gone' };
  const parsed = jobSchema.safeParse(json);
  if (told.status !== 200 || !parsed.success) return { kind: 'lost' };
  const { status, stream, output, error } = parsed.data;
  const outputs = stream?.map((piece) => piece.output) ?? (Array.isArray(output) ? output : []);
  const said = textOf(error);
  return { kind: 'news', news: { state: ENDED[status] ?? 'running', outputs, error: said } };
}

export function hasEnded(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** The error an output stands for; null = it is part of an answer. */
export function errorIn(output: unknown): string | null {
  if (!isObject(output) || output['error'] === undefined || output['error'] === null) return null;
  return readError(output).message;
}

/**
 * Why a job gave no answer, in words that fit its end. What vLLM refused keeps vLLM's status (RunPod trap 28). Everything
 * else had a worker, which is billed, so nobody repeats it unasked.
 */
export function jobFailure(state: JobState, said: string | null, targetName: string): AppError {
  const details = { paid: true };
  switch (state) {
    case 'timed-out':
      return new AppError('upstream_timeout', `${targetName} worked longer than its endpoint allows.`, {
        details,
        advice: 'Ask for a shorter answer, or raise the time limit of the endpoint.',
      });
    case 'cancelled':
      return new AppError('upstream_failed', `The request to ${targetName} was cancelled at RunPod.`, {
        details,
        advice: 'Send it again if nobody did that on purpose.',
      });
    case 'queued':
    case 'running':
    case 'completed':
    case 'failed':
      return said === null ? withoutAnswer(targetName) : toldFailure(said, targetName);
  }
}

/** The job's result is no longer kept; it was not "never there". */
export function resultGone(targetName: string): AppError {
  return new AppError(
    'upstream_failed',
    `RunPod no longer has the answer of ${targetName} to this request.`,
    {
      details: { paid: true },
      advice:
        'Its result is gone: results are kept for minutes only. Send the request again if you still need it.',
    },
  );
}

function withoutAnswer(targetName: string): AppError {
  return new AppError('upstream_failed', `${targetName} ended the request without an answer.`, {
    details: { paid: true },
    advice: 'Look at the log of its worker.',
  });
}

function toldFailure(said: string, targetName: string): AppError {
  const error = upstreamError({
    status: 502,
    headers: {},
    body: JSON.stringify({ error: { message: said } }),
    targetName,
  });
  if (error.code !== 'upstream_failed') return error;
  return new AppError(error.code, error.message, {
    details: { ...error.details, paid: true },
    advice: 'Look at the log of its worker.',
  });
}

/** The text of a job's `error`: plain, an object, or an object written as text. */
function textOf(error: unknown): string | null {
  if (error === undefined || error === null || error === '') return null;
  const object = isObject(error) ? error : parseObject(stringOf(error) ?? '');
  return object === null ? (stringOf(error) ?? JSON.stringify(error)) : readError(object).message;
}
