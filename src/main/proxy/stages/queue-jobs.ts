import { AppError } from '../../../shared/errors.ts';
import type { QueuePlane, Upstream } from '../../target.ts';
import { withHeader, type Answering, type Call, type Handle, type Reply, type Stage } from '../call.ts';
import { Settling } from '../flow.ts';
import { InvokePlane, type Errands, type InvokeParts } from '../queue/invoke-plane.ts';
import { jobAnswer } from '../queue/job-answer.ts';
import { jobRequest } from '../queue/job-request.ts';
import type { JobLimits } from '../queue/job-time.ts';
import { PulledFlow } from '../queue/pulled-flow.ts';
import { QueueJob } from '../queue/queue-job.ts';
import { StraightRoom } from '../queue/straight-room.ts';
import { connectionError } from '../upstream/errors.ts';
import { reasonOf } from '../upstream/exchange.ts';
import { replyFor } from '../upstream/reply-for.ts';
import { checkMayWake } from './wake.ts';

export interface QueueOptions extends InvokeParts {
  readonly limits: () => JobLimits;
  readonly errands: Errands;
}

/** What RunPod's edge says where no worker answered in time (FACTS 3.4). */
const CUT: ReadonlySet<unknown> = new Set([502, 504, 524]);

/**
 * Calls to a QUEUE endpoint. Warm, they go straight to its OpenAI routes, byte for byte; asleep or crowded, such a call
 * may be cut after 100 s, so it becomes a job that waits for its worker and whose output is read as it comes (FACTS 3.5).
 * A call that was cut although a worker seemed to run becomes a job too, once, and one that RunPod had no room for.
 */
export function queueJobs(options: QueueOptions): Stage {
  const straight = new OpenCounts();
  const room = new StraightRoom();
  const jobs = new OpenCounts();
  /** Endpoints that were believed warm and were not; until a job found a worker. */
  const doubted = new Set<string>();
  const ask = async (next: Handle, call: Call, upstream: Upstream, queue: QueuePlane): Promise<Reply> => {
    const { invokeUrl } = queue;
    const underWay = straight.of(invokeUrl);
    const places = room.of(invokeUrl, queue.workers?.() ?? 0);
    if (queue.warm() && !doubted.has(invokeUrl) && underWay < places) {
      try {
        const reply = await straight.during(invokeUrl, () => next(call));
        room.answered(invokeUrl);
        return reply;
      } catch (error) {
        if (call.signal.aborted) throw error;
        if (isBusy(error)) {
          room.refused(invokeUrl, underWay);
        } else if (wasCut(error)) {
          doubted.add(invokeUrl);
          // The edge gave up waiting, not the queue: a worker may take the call yet, and be paid for it.
          call.trace.maybePaidTwice = true;
          options.log.info({ id: call.id, target: call.target.name }, 'no worker answered: sent as a job');
          call.target.reportUnreachable();
        } else {
          throw error;
        }
      }
    }
    if (!queue.warm() || doubted.has(invokeUrl)) checkMayWake(call);
    const count = (): number => jobs.of(invokeUrl);
    const reply = await jobs.during(invokeUrl, () => answerByJob(call, upstream, queue, options, count));
    doubted.delete(invokeUrl);
    return reply;
  };
  return (next) => (call) => {
    const { upstream } = call;
    const queue = upstream?.queue;
    return upstream === null || queue === undefined ? next(call) : ask(next, call, upstream, queue);
  };
}

/** RunPod's limit is reached: nothing was begun, and the queue has a limit of its own (FACTS 3.4). */
function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.code === 'rate_limited' && error.details?.['status'] === 429;
}

function wasCut(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  // The same statuses inside an answer are the worker's own, and it worked for them.
  const byEdge = error.code === 'upstream_timeout' || error.code === 'upstream_unreachable';
  return byEdge && CUT.has(error.details?.['status']);
}

async function answerByJob(
  call: Call,
  upstream: Upstream,
  queue: QueuePlane,
  options: QueueOptions,
  jobs: () => number,
): Promise<Reply> {
  const { clock, errands } = options;
  const { trace, target } = call;
  const limits = options.limits();
  const body = jobRequest(call, upstream, limits);
  const plane = new InvokePlane(options, upstream, queue, target.name);
  trace.attempts++;
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(reasonOf(call.signal));
  call.signal.addEventListener('abort', leave, { once: true });
  const release = (): void => call.signal.removeEventListener('abort', leave);
  let flow: PulledFlow | null = null;
  try {
    const id = await plane.submit(body, call.id, call.signal, errands);
    const onStarted = (waitedMs: number): void => {
      trace.wakeMs = (trace.wakeMs ?? 0) + waitedMs;
    };
    const parts = { clock, plane, errands, limits, targetName: target.name, jobs, onStarted };
    const { head, pieces } = await jobAnswer(new QueueJob(id, parts, leaving.signal).outputs());
    flow = new PulledFlow(pieces, (reason) => leaving.abort(reason));
    const reply = await replyFor(call, upstream, head, new Settling(flow, release), clock);
    return withHeader(reply, 'x-runpod-llm-job', id);
  } catch (error) {
    release();
    const known = connectionError(error, target.name);
    flow?.cancel(known);
    throw known;
  }
}

/** Calls under way by endpoint: what the invoke plane allows is the endpoint's. */
class OpenCounts {
  readonly #open = new Map<string, number>();

  of(invokeUrl: string): number {
    return this.#open.get(invokeUrl) ?? 0;
  }

  /** Counts a call until its last byte. */
  async during(invokeUrl: string, call: () => Answering): Promise<Reply> {
    this.#open.set(invokeUrl, this.of(invokeUrl) + 1);
    const leave = (): void => {
      const rest = this.of(invokeUrl) - 1;
      if (rest > 0) this.#open.set(invokeUrl, rest);
      else this.#open.delete(invokeUrl);
    };
    try {
      const reply = await call();
      if (reply.body.kind === 'flow') {
        return { ...reply, body: { ...reply.body, flow: new Settling(reply.body.flow, leave) } };
      }
      leave();
      return reply;
    } catch (error) {
      leave();
      throw error;
    }
  }
}
