import type { ServerResponse } from 'node:http';
import type { Upstream } from '../../src/main/target.ts';
import { upstreamAt } from './proxy-targets.ts';
import { sendJson, type FakeUpstream, type Received, type Script } from './proxy-upstream.ts';

export interface FakeJob {
  readonly id: string;
  readonly body: Record<string, unknown>;
  status: string;
  /** Handed out by the next /stream call. */
  fresh: unknown[];
  /** All that was ever put into it. */
  readonly all: unknown[];
  error: unknown;
}

/** RunPod's queue plane under `/v2/ep` of a fake model server, with a job's life told by the test. */
export class FakeQueue {
  readonly jobs: FakeJob[] = [];
  readonly cancelled: string[] = [];
  /** Looks at /stream and /status, in order. */
  readonly looks: string[] = [];
  warm = false;
  workers = 0;
  /** What the OpenAI routes answer. */
  direct: Script = (_request, res) => sendJson(res, 500, { error: 'not expected' });
  /** Take the place of the next answers of an operation, by its name. */
  readonly odd: Record<string, Script[]> = {};
  readonly #upstream: FakeUpstream;

  constructor(upstream: FakeUpstream) {
    this.#upstream = upstream;
    upstream.script = (request, res) => this.#receive(request, res);
  }

  target(): Upstream {
    const invokeUrl = `${this.#upstream.url}/v2/ep`;
    return {
      ...this.plain(),
      account: 'runpod',
      queue: { invokeUrl, warm: () => this.warm, workers: () => this.workers },
    };
  }

  /** The OpenAI routes alone, as a load balancer has them. */
  plain(fields: Partial<Upstream> = {}): Upstream {
    const url = `${this.#upstream.url}/v2/ep/openai`;
    return upstreamAt(url, { headers: { authorization: 'Bearer account-key' }, ...fields });
  }

  get only(): FakeJob {
    const [job, ...more] = this.jobs;
    if (job === undefined || more.length > 0) throw new Error(`there are ${this.jobs.length} jobs`);
    return job;
  }

  /** A worker took the job and wrote this. */
  write(...outputs: unknown[]): void {
    const job = this.only;
    job.status = 'IN_PROGRESS';
    job.fresh.push(...outputs);
    job.all.push(...outputs);
  }

  end(status: string, error: unknown = null): void {
    Object.assign(this.only, { status, error });
  }

  #receive(request: Received, res: ServerResponse): void {
    const [, , , operation = '', id = ''] = request.path.split('?')[0]?.split('/') ?? [];
    const odd = this.odd[operation]?.shift();
    if (operation === 'stream' || operation === 'status') this.looks.push(operation);
    if (operation === 'cancel') this.cancelled.push(id);
    if (odd !== undefined) odd(request, res);
    else this.answer(request, res);
  }

  /** As RunPod would. */
  answer(request: Received, res: ServerResponse): void {
    const [, , , operation = '', id = ''] = request.path.split('?')[0]?.split('/') ?? [];
    if (operation === 'openai') this.direct(request, res);
    else if (operation === 'run') this.#run(request, res);
    else this.#ofJob(operation, id, res);
  }

  #run(request: Received, res: ServerResponse): void {
    const id = `job-${this.jobs.length + 1}`;
    this.jobs.push({ id, body: request.json, status: 'IN_QUEUE', fresh: [], all: [], error: null });
    sendJson(res, 200, { id, status: 'IN_QUEUE' });
  }

  #ofJob(operation: string, id: string, res: ServerResponse): void {
    const job = this.jobs.find((known) => known.id === id);
    if (job === undefined) return sendJson(res, 404, { error: 'job not found' });
    const error = job.error === null ? {} : { error: job.error };
    if (operation === 'cancel') {
      job.status = 'CANCELLED';
      return sendJson(res, 200, { id, status: job.status });
    }
    if (operation === 'status') {
      const output = job.status === 'COMPLETED' ? { output: job.all } : {};
      return sendJson(res, 200, { id, status: job.status, ...output, ...error });
    }
    const stream = job.fresh.splice(0).map((output) => ({ output }));
    return sendJson(res, 200, { status: job.status, stream, ...error });
  }
}
