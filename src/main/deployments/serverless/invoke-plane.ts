import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Fetch } from '../../platform/http.ts';
import type { JobFacts } from './events.ts';
import { askServer, jsonAt, type ServerAnswer } from '../pod/ask-server.ts';
import { endpointHealthSchema, type EndpointHealth } from '../policy/endpoint-health.ts';

export interface InvokePlaneParts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Without a trailing slash. */
  readonly invokeUrl: string;
  /** With {endpointId}. */
  readonly lbUrlTemplate: string;
  readonly key: () => Promise<string | null>;
  readonly timeoutMs: number;
}

const jobSchema = z.looseObject({
  status: z.string(),
  error: z.unknown().optional(),
  output: z.unknown().optional(),
});

/**
 * RunPod's invoke plane as the life cycle uses it (FACTS 3.2 to 3.5): health, which costs and wakes nothing, and a request
 * of our own as a job. The synchronous routes are not used: they are cut while a worker starts (trap 12), and leave a billed
 * job whose id nobody knows (trap 13).
 */
export class InvokePlane {
  readonly #parts: InvokePlaneParts;
  #headers: Readonly<Record<string, string>> | null = null;

  constructor(parts: InvokePlaneParts) {
    this.#parts = parts;
  }

  /** What authenticates the app, as last read; null = not read yet, or no key is set. */
  get headers(): Readonly<Record<string, string>> | null {
    return this.#headers;
  }

  /** Reads the key anew. @throws AppError runpod_key_missing */
  async key(): Promise<string> {
    const key = await this.#parts.key();
    const header = key === null ? null : `Bearer ${key}`;
    if (this.#headers?.['authorization'] !== (header ?? undefined))
      this.#headers = header === null ? null : { authorization: header };
    if (key === null)
      throw new AppError('runpod_key_missing', 'There is no RunPod key to call the endpoint with.');
    return key;
  }

  queueUrl(endpointId: string): string {
    return `${this.#parts.invokeUrl}/${endpointId}`;
  }

  balancerUrl(endpointId: string): string {
    return this.#parts.lbUrlTemplate.replace('{endpointId}', endpointId).replace(/\/$/, '');
  }

  /** @throws AppError runpod_*; AbortError */
  async health(endpointId: string, signal: AbortSignal): Promise<EndpointHealth> {
    const answer = await this.#ask(endpointId, 'health', undefined, signal);
    const parsed = endpointHealthSchema.safeParse(answer.json);
    if (parsed.success) return parsed.data;
    throw new AppError(
      'runpod_bad_answer',
      'RunPod answered the question for the health of an endpoint oddly.',
      {
        cause: parsed.error,
      },
    );
  }

  /** Puts a request to the model server into the queue; its id. @throws AppError runpod_*; AbortError */
  async submit(endpointId: string, route: string, input: object, signal: AbortSignal): Promise<string> {
    const body = { input: { openai_route: route, openai_input: input } };
    const { json } = await this.#ask(endpointId, 'run', body, signal);
    const id = jsonAt(json, 'id');
    if (typeof id === 'string' && id !== '') return id;
    throw new AppError('runpod_bad_answer', 'RunPod took a job and named no id for it.');
  }

  /** @throws AppError runpod_*; AbortError */
  async job(endpointId: string, job: string, signal: AbortSignal): Promise<JobFacts> {
    try {
      const { json } = await this.#ask(endpointId, `status/${encodeURIComponent(job)}`, undefined, signal);
      return readJob(json);
    } catch (error) {
      if (error instanceof AppError && error.code === 'runpod_not_found') return { state: 'gone' };
      throw error;
    }
  }

  /** Takes waiting jobs out of the queue: with no workers left they would wait for ever. @throws AppError runpod_*; AbortError */
  async purge(endpointId: string, signal: AbortSignal): Promise<void> {
    await this.#ask(endpointId, 'purge-queue', {}, signal);
  }

  async #ask(
    endpointId: string,
    operation: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<ServerAnswer> {
    const { fetch, clock, timeoutMs } = this.#parts;
    const url = `${this.queueUrl(endpointId)}/${operation}`;
    const question = { fetch, clock, url, key: await this.key(), timeoutMs };
    const answer = await askServer(body === undefined ? question : { ...question, body }, signal);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusal(answer);
  }
}

function refusal({ status, text }: ServerAnswer): AppError {
  const said = text === '' ? '' : `: ${text.slice(0, 200)}`;
  const details = { details: { status } };
  switch (status) {
    case 0:
      return new AppError('runpod_unreachable', `RunPod's endpoints did not answer${said}`, details);
    case 401:
      return new AppError('runpod_key_invalid', 'RunPod refuses the key for its endpoints.', details);
    case 403:
      return new AppError('runpod_key_forbidden', 'The RunPod key may not call this endpoint.', details);
    case 404:
      return new AppError('runpod_not_found', `RunPod knows no such endpoint or job${said}`, details);
    case 429:
      return new AppError('runpod_rate_limited', 'RunPod asks for fewer calls to its endpoints.', details);
    default:
      return status >= 500
        ? new AppError(
            'runpod_unavailable',
            `RunPod's endpoints have trouble (status ${status})${said}`,
            details,
          )
        : new AppError('runpod_rejected', `RunPod refuses the call (status ${status})${said}`, details);
  }
}

/** The model server's status survives only in the text of its error (FACTS 3.5, trap 28). */
export function readJob(json: unknown): JobFacts {
  const parsed = jobSchema.safeParse(json);
  if (!parsed.success) return { state: 'pending' };
  const { status, error, output } = parsed.data;
  switch (status) {
    case 'COMPLETED': {
      const inside = errorOf(output);
      return inside === null ? { state: 'answered' } : failed(inside);
    }
    case 'FAILED':
      return failed(textOf(error) || (errorOf(output) ?? 'no reason was given'));
    case 'TIMED_OUT':
      return failed('it took longer than the endpoint allows');
    case 'CANCELLED':
      return { state: 'gone' };
    default:
      return { state: 'pending' };
  }
}

function failed(message: string): JobFacts {
  const status = /vLLM returned HTTP (\d{3})/.exec(message)?.[1];
  return {
    state: 'failed',
    message: message.slice(0, 500),
    status: status === undefined ? null : Number(status),
  };
}

/** A worker yields its errors as output too. */
function errorOf(output: unknown): string | null {
  const first: unknown = Array.isArray(output) ? output[0] : output;
  const error = jsonAt(first, 'error');
  return error === undefined ? null : textOf(jsonAt(error, 'message') ?? error);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
