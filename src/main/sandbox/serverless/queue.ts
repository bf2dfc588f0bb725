import { isAbort } from '../../../shared/errors.ts';
import type { SimReply } from '../http/message.ts';
import { isWorkerVllm } from '../model-server/worker-vllm.ts';
import type { EndpointRecord, WorkerRecord } from '../state.ts';
import { waitForChange, type World } from '../world.ts';
import type { Fleet } from './fleet.ts';
import { hasEnded, isForgotten, type Job, type JobBody } from './job.ts';
import { legacyOutput, workerCall, workerError, type WorkerCall } from './worker-input.ts';

const JOBS_KEPT = 2000;
/** Jobs a worker-vllm takes at once (FACTS 3.7). */
const VLLM_CONCURRENCY = 30;
const LOOK_MS = 30_000;

/** The queue of one endpoint and the running of its jobs on workers. */
export class JobQueue {
  readonly #world: World;
  readonly #endpoint: EndpointRecord;
  readonly #fleet: Fleet;
  readonly #jobs = new Map<string, Job>();

  constructor(world: World, endpoint: EndpointRecord, fleet: Fleet) {
    this.#world = world;
    this.#endpoint = endpoint;
    this.#fleet = fleet;
  }

  submit(body: JobBody, sync: boolean): Job {
    this.#forget();
    const now = this.#world.clock.now();
    const job: Job = {
      id: `${this.#world.random.hex(8)}-u1`,
      body,
      sync,
      submittedAt: now,
      status: 'IN_QUEUE',
      queuedAt: now,
      startedAt: null,
      endedAt: null,
      workerId: null,
      outputs: [],
      streamed: 0,
      error: null,
      cancel: new AbortController(),
    };
    this.#jobs.set(job.id, job);
    this.#changed(job);
    return job;
  }

  get(id: string): Job | null {
    const job = this.#jobs.get(id);
    return job === undefined || isForgotten(job, this.#world.clock.now()) ? null : job;
  }

  get queued(): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => job.status === 'IN_QUEUE');
  }

  get inProgress(): number {
    return [...this.#jobs.values()].filter((job) => job.status === 'IN_PROGRESS').length;
  }

  cancel(job: Job): void {
    if (!hasEnded(job)) this.#end(job, 'CANCELLED', null);
    job.cancel.abort();
  }

  /** Queues a failed job again; its delay counts anew. */
  retry(job: Job): boolean {
    if (job.status !== 'FAILED' && job.status !== 'TIMED_OUT') return false;
    Object.assign(job, {
      status: 'IN_QUEUE',
      queuedAt: this.#world.clock.now(),
      startedAt: null,
      endedAt: null,
      outputs: [],
      streamed: 0,
      error: null,
      cancel: new AbortController(),
    });
    this.#endpoint.counts.retried += 1;
    this.#changed(job);
    return true;
  }

  purge(): number {
    const waiting = this.queued;
    for (const job of waiting) this.cancel(job);
    return waiting.length;
  }

  endAll(): void {
    for (const job of this.#jobs.values()) this.cancel(job);
    this.#jobs.clear();
  }

  /** Gives queued jobs, oldest first, to workers that have room. */
  dispatch(): void {
    const now = this.#world.clock.now();
    const ready = this.#fleet.active.filter((worker) => this.#fleet.stateOf(worker, now) === 'ready');
    for (const job of this.queued) {
      const worker = ready.find((entry) => this.#fleet.busy(entry) < this.#concurrency());
      if (worker === undefined) return;
      this.#run(job, worker).catch((error: unknown) => {
        this.#world.log.error({ jobId: job.id, error: String(error) }, 'sandbox job failed');
      });
    }
  }

  /** Resolves when the job changes or the time is over. */
  waitFor(job: Job, ms: number, signal: AbortSignal): Promise<void> {
    return waitForChange(this.#world, job.id, Math.min(ms, LOOK_MS), signal);
  }

  #concurrency(): number {
    const asked = Number(this.#endpoint.env['MAX_CONCURRENCY']);
    if (asked > 0) return asked;
    return isWorkerVllm(this.#endpoint.image) ? VLLM_CONCURRENCY : 1;
  }

  async #run(job: Job, worker: WorkerRecord): Promise<void> {
    const done = this.#fleet.occupy(worker);
    job.status = 'IN_PROGRESS';
    job.startedAt = this.#world.clock.now();
    job.workerId = worker.id;
    this.#changed(job);
    const limit = job.body.policy?.executionTimeout ?? this.#endpoint.timeout;
    const cancelTimer =
      limit > 0
        ? this.#world.clock.after(limit, () => {
            this.#end(job, 'TIMED_OUT', 'job timed out');
            job.cancel.abort();
          })
        : () => {};
    try {
      await this.#work(job, worker);
    } catch (error) {
      if (!hasEnded(job)) this.#end(job, 'FAILED', isAbort(error) ? 'worker went away' : String(error));
    } finally {
      cancelTimer();
      done();
    }
  }

  async #work(job: Job, worker: WorkerRecord): Promise<void> {
    if (this.#fleet.server(worker) === null) {
      // An image the sandbox knows nothing about hands its input back.
      this.#yield(job, job.body.input);
      this.#end(job, 'COMPLETED', null);
      return;
    }
    const call = workerCall(job.body.input);
    if (call === null) {
      this.#fail(job, { error: { message: 'input is not understood by worker-vllm', type: 'worker_error' } });
      return;
    }
    const reply = await this.#fleet.ask(worker, {
      method: call.method,
      path: call.path,
      query: new URLSearchParams(),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#endpoint.env['VLLM_API_KEY'] ?? ''}`,
      },
      body: new TextEncoder().encode(call.body === undefined ? '' : JSON.stringify(call.body)),
      signal: job.cancel.signal,
    });
    await this.#take(job, call, reply);
  }

  async #take(job: Job, call: WorkerCall, reply: SimReply): Promise<void> {
    if ('drop' in reply) {
      this.#fail(job, workerError(500, 'connection lost'));
      return;
    }
    const { body } = reply;
    if (typeof body === 'string') {
      if (reply.status >= 400) {
        this.#fail(job, workerError(reply.status, body));
        return;
      }
      const answer: unknown = JSON.parse(body);
      this.#yield(job, call.legacy ? legacyOutput(answer) : answer);
    } else if (body !== null && !(body instanceof Uint8Array)) {
      for await (const chunk of body) this.#yield(job, typeof chunk === 'string' ? chunk : '');
    }
    if (!hasEnded(job)) this.#end(job, 'COMPLETED', null);
  }

  #yield(job: Job, output: unknown): void {
    if (hasEnded(job)) return;
    job.outputs.push(output);
    this.#world.output.emit(job.id);
  }

  #fail(job: Job, output: object): void {
    job.outputs.push(output);
    this.#end(job, 'FAILED', JSON.stringify(output));
  }

  #end(job: Job, status: Job['status'], error: string | null): void {
    job.status = status;
    job.error = error;
    job.endedAt = this.#world.clock.now();
    if (status === 'COMPLETED') this.#endpoint.counts.completed += 1;
    else if (status !== 'CANCELLED') this.#endpoint.counts.failed += 1;
    this.#changed(job);
  }

  #changed(job: Job): void {
    this.#world.changes.emit(job.id);
    this.#world.changes.emit(this.#endpoint.id);
  }

  #forget(): void {
    const now = this.#world.clock.now();
    for (const job of this.#jobs.values()) {
      const surplus = this.#jobs.size > JOBS_KEPT && hasEnded(job);
      if (isForgotten(job, now) || surplus) {
        this.cancel(job);
        this.#jobs.delete(job.id);
      }
    }
  }
}
