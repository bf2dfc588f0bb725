import { z } from 'zod';

type JobStatus = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT';

const policySchema = z.looseObject({
  executionTimeout: z.number().min(5000).optional(),
  ttl: z.number().min(10_000).optional(),
});

export const jobBodySchema = z.looseObject({
  input: z.unknown(),
  policy: policySchema.optional(),
});
export type JobBody = z.infer<typeof jobBodySchema>;

/** Results are kept this long after the end: asynchronous and synchronous submits (FACTS 3.4). */
const ASYNC_KEPT_MS = 1_800_000;
const SYNC_KEPT_MS = 60_000;
const DEFAULT_TTL_MS = 86_400_000;

/** One job of a queue endpoint. Jobs live in this process alone. */
export interface Job {
  readonly id: string;
  readonly body: JobBody;
  readonly sync: boolean;
  readonly submittedAt: number;
  status: JobStatus;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  workerId: string | null;
  /** What the worker yielded, in order. */
  outputs: unknown[];
  /** How many of them /stream has handed out. */
  streamed: number;
  error: string | null;
  cancel: AbortController;
}

export function hasEnded(job: Job): boolean {
  return job.status !== 'IN_QUEUE' && job.status !== 'IN_PROGRESS';
}

/** After its time a job is 404, whatever became of it (FACTS 9, trap 30). */
export function isForgotten(job: Job, now: number): boolean {
  if (now - job.submittedAt > (job.body.policy?.ttl ?? DEFAULT_TTL_MS)) return true;
  return job.endedAt !== null && now - job.endedAt > (job.sync ? SYNC_KEPT_MS : ASYNC_KEPT_MS);
}

export function jobView(job: Job): object {
  return {
    id: job.id,
    status: job.status,
    ...(job.workerId === null ? {} : { workerId: job.workerId }),
    ...(job.startedAt === null ? {} : { delayTime: Math.round(job.startedAt - job.queuedAt) }),
    ...(job.startedAt === null || job.endedAt === null
      ? {}
      : { executionTime: Math.round(job.endedAt - job.startedAt) }),
    ...(job.status === 'COMPLETED' ? { output: job.outputs } : {}),
    ...(job.error === null ? {} : { error: job.error }),
  };
}
