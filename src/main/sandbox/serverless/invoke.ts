import { behindEdge, EDGE_SILENCE_MS } from '../http/edge.ts';
import {
  bodyJson,
  eventStream,
  json,
  segments,
  text,
  type SimAnswer,
  type SimReply,
  type SimRequest,
} from '../http/message.ts';
import type { PublicEndpoints } from '../public/public-endpoints.ts';
import type { Caller } from '../control-plane/access.ts';
import type { World } from '../world.ts';
import type { Endpoints, RunningEndpoint } from './endpoints.ts';
import { hasEnded, jobBodySchema, jobView, type Job } from './job.ts';
import { healthView } from './view.ts';

const RUN_MAX_BYTES = 10 * 1024 * 1024;
const SYNC_MAX_BYTES = 20 * 1024 * 1024;
const DEFAULT_WAIT_MS = 90_000;
/** A /stream call with nothing new waits this long before it answers empty. */
const STREAM_WAIT_MS = 1000;

/** The queue plane: `/invoke/v2/<id>/<operation>` (FACTS 3.2, 3.4). The key is enforced before anything else. */
export async function answerInvoke(
  world: World,
  endpoints: Endpoints,
  publicEndpoints: PublicEndpoints,
  caller: Caller | null,
  request: SimRequest,
): Promise<SimReply> {
  const [, , id = '', operation = '', ...rest] = segments(request.path);
  const reads = request.method === 'GET';
  if (caller?.kind !== 'account' || (caller.rights === 'read-only' && !reads)) {
    return json(401, { error: 'unauthorized' });
  }
  if (operation === 'openai' && publicEndpoints.serves(id)) {
    return publicEndpoints.answer(id, `/${rest.join('/')}`, request);
  }
  const running = endpoints.get(id);
  if (running === null) return json(404, { error: 'endpoint not found' });
  return answerEndpoint(world, endpoints, running, request);
}

async function answerEndpoint(
  world: World,
  endpoints: Endpoints,
  running: RunningEndpoint,
  request: SimRequest,
): Promise<SimReply> {
  const [, , , operation = '', ...rest] = segments(request.path);
  if (operation === 'health') return json(200, healthView(running, world.clock.now()));
  if (running.record.type === 'LOAD_BALANCER') return json(400, { error: 'not allowed for QB API' });
  endpoints.touch(running);
  const invoke = new Invocation(world, running, request);
  switch (operation) {
    case 'run':
      return invoke.run();
    case 'runsync':
      return invoke.behind(() => invoke.runSync());
    case 'openai':
      return invoke.behind((inner) => invoke.openai(`/${rest.join('/')}`, inner));
    case 'purge-queue':
      return json(200, { removed: running.queue.purge(), status: 'completed' });
    default:
      return invoke.ofJob(operation, rest[0] ?? '');
  }
}

class Invocation {
  readonly #world: World;
  readonly #running: RunningEndpoint;
  readonly #request: SimRequest;

  constructor(world: World, running: RunningEndpoint, request: SimRequest) {
    this.#world = world;
    this.#running = running;
    this.#request = request;
  }

  /** The synchronous routes stand behind Cloudflare: about 100 s without a byte, and the caller gets 524. */
  behind(origin: (inner: SimRequest) => Promise<SimReply>): Promise<SimReply> {
    return behindEdge(this.#world.clock, { silenceMs: EDGE_SILENCE_MS }, this.#request, origin);
  }

  run(): SimAnswer {
    const job = this.#submit(RUN_MAX_BYTES, false);
    if ('headers' in job) return job;
    // A free worker may have taken it already; the answer tells of the submit.
    return json(200, { id: job.id, status: 'IN_QUEUE' });
  }

  /** Answers with the job's state when the wait is over; the job goes on and is billed. */
  async runSync(): Promise<SimReply> {
    const job = this.#submit(SYNC_MAX_BYTES, true);
    if ('headers' in job) return job;
    const asked = Number(this.#request.query.get('wait') ?? DEFAULT_WAIT_MS);
    const until = this.#world.clock.now() + Math.min(300_000, Math.max(1000, asked || DEFAULT_WAIT_MS));
    await this.#until(job, until, () => hasEnded(job));
    return json(200, jobView(job));
  }

  /** A job whose output is handed through; its HTTP status is lost on the way (FACTS 3.5). */
  async openai(path: string, inner: SimRequest): Promise<SimReply> {
    const { queue } = this.#running;
    const body = bodyJson(inner);
    const job = queue.submit({ input: { route: path, body, method: inner.method } }, true);
    await this.#until(job, null, () => job.outputs.length > 0 || hasEnded(job), inner.signal);
    const streams = typeof body === 'object' && body !== null && Reflect.get(body, 'stream') === true;
    if (streams && typeof job.outputs[0] === 'string') return eventStream(this.#chunks(job, inner.signal));
    await this.#until(job, null, () => hasEnded(job), inner.signal);
    return json(200, job.outputs[0] ?? { error: { message: job.error ?? job.status, type: 'worker_error' } });
  }

  async ofJob(operation: string, id: string): Promise<SimReply> {
    const { queue } = this.#running;
    const job = queue.get(id);
    if (job === null) return json(404, { error: 'job not found' });
    switch (operation) {
      case 'status':
        return json(200, jobView(job));
      case 'cancel':
        queue.cancel(job);
        return json(200, { id: job.id, status: job.status });
      case 'retry':
        if (!queue.retry(job))
          return json(400, { error: `job is ${job.status}: only failed jobs can be retried` });
        return json(200, { id: job.id, status: 'IN_QUEUE' });
      case 'stream':
        return this.#drain(job);
      default:
        return text(404, '404 page not found');
    }
  }

  #submit(maxBytes: number, sync: boolean): Job | SimAnswer {
    if (this.#request.method !== 'POST') return json(405, { error: 'method not allowed' });
    if (this.#request.body.byteLength > maxBytes) return json(413, { error: 'payload too large' });
    const body = jobBodySchema.safeParse(bodyJson(this.#request));
    if (!body.success || body.data.input === undefined) return json(400, { error: 'input is required' });
    return this.#running.queue.submit(body.data, sync);
  }

  /** Each call hands out what is new since the last. */
  async #drain(job: Job): Promise<SimAnswer> {
    const fresh = (): boolean => job.outputs.length > job.streamed || hasEnded(job);
    if (!fresh()) await this.#until(job, this.#world.clock.now() + STREAM_WAIT_MS, fresh);
    const stream = job.outputs.slice(job.streamed).map((output) => ({ output }));
    job.streamed = job.outputs.length;
    return json(200, { status: job.status, stream });
  }

  /** A caller that leaves does not end the job: it goes on and is billed (FACTS 9, trap 13). */
  async *#chunks(job: Job, signal: AbortSignal): AsyncGenerator<string, void> {
    for (let sent = 0; !signal.aborted;) {
      for (; sent < job.outputs.length; sent++) yield String(job.outputs[sent]);
      if (hasEnded(job)) return;
      await this.#running.queue.waitFor(job, DEFAULT_WAIT_MS, signal);
    }
  }

  async #until(
    job: Job,
    deadline: number | null,
    met: () => boolean,
    signal: AbortSignal = this.#request.signal,
  ): Promise<void> {
    while (!met() && !signal.aborted && !this.#world.ended.aborted) {
      const left = deadline === null ? DEFAULT_WAIT_MS : deadline - this.#world.clock.now();
      if (left <= 0) return;
      await this.#running.queue.waitFor(job, left, signal);
    }
  }
}
