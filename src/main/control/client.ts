import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Response } from 'undici';
import { z } from 'zod';
import {
  methods,
  streams,
  type ManagerApi,
  type MethodInput,
  type MethodName,
  type MethodOutput,
  type StreamInput,
  type StreamItem,
  type StreamName,
} from '../../shared/api.ts';
import { errorBodySchema } from '../../shared/common.ts';
import { AppError, ERRORS, fromErrorBody, isAbort, type ErrorCode } from '../../shared/errors.ts';
import { abortError, throwIfAborted, type Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import type { Disposable } from '../platform/lifecycle.ts';
import { EventSubscription } from './event-subscription.ts';

export interface ControlClientOptions {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** Must set no limit of silence of its own: calls may wait long, streams may be quiet. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Longest wait for the answer of a call that names no limit itself. */
  readonly callMs?: number;
  /** A listener to events threw. */
  readonly onError: (error: unknown) => void;
}

export interface ControlClient extends ManagerApi, Disposable {
  /** A new one-time link to the browser UI. */
  uiLink(signal?: AbortSignal): Promise<string>;
}

const CALL_MS = 60_000;
/** Plans ask Hugging Face and RunPod; a search of the account lists everything in it. */
const SLOW_CALL_MS = 180_000;
const SLOW: ReadonlySet<MethodName> = new Set([
  'plan.make',
  'deployments.create',
  'radar.scan',
  'radar.sweepPreview',
  'radar.sweep',
  'app.doctor',
]);

/** The contract seen name by name, so that the type of a schema follows from the type of its name. */
const outputs: { readonly [N in MethodName]: { readonly output: z.ZodType<MethodOutput<N>> } } = methods;
const items: { readonly [N in StreamName]: { readonly item: z.ZodType<StreamItem<N>> } } = streams;

/**
 * A running instance as a ManagerApi. Errors come back as the AppErrors they were; an instance that does not answer is
 * `instance_unreachable`, a call without an answer in time `wait_timeout`.
 */
export function createControlClient(options: ControlClientOptions): ControlClient {
  const http = new ControlHttp(options);
  const subscription = new EventSubscription({
    open: (signal) => http.messages('GET', '/control/events', undefined, signal),
    readState: async (signal) => {
      const [list, status] = await Promise.all([
        http.call('deployments.list', {}, signal),
        http.call('app.status', {}, signal),
      ]);
      return { deployments: list.deployments, status };
    },
    clock: options.clock,
    onError: options.onError,
  });
  return {
    call: (name, input, signal) => http.call(name, input, signal),
    stream: (name, input, signal) => http.stream(name, input, signal),
    subscribe: (listener) => subscription.subscribe(listener),
    uiLink: async (signal) => {
      const answer = await http.post('/control/ui-link', {}, options.callMs ?? CALL_MS, signal);
      return z.object({ url: z.url() }).parse(answer).url;
    },
    dispose: () => subscription.dispose(),
  };
}

class ControlHttp {
  readonly #options: ControlClientOptions;

  constructor(options: ControlClientOptions) {
    this.#options = options;
  }

  async call<N extends MethodName>(
    name: N,
    input: MethodInput<N>,
    signal?: AbortSignal,
  ): Promise<MethodOutput<N>> {
    const answer = await this.post(`/control/${name}`, input, this.#limitMs(name, input), signal);
    const parsed = outputs[name].output.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw strangeAnswer(parsed.error);
  }

  async *stream<N extends StreamName>(
    name: N,
    input: StreamInput<N>,
    signal: AbortSignal,
  ): AsyncGenerator<StreamItem<N>> {
    const messages = this.messages('POST', `/control/stream/${name}`, JSON.stringify(input), signal);
    for await (const message of messages) {
      const data = parseJson(message.data);
      if (message.event === 'end') return;
      if (message.event === 'error') throw errorOf(data, 500);
      const item = items[name].item.safeParse(data);
      if (!item.success) throw strangeAnswer(item.error);
      yield item.data;
    }
    throw new AppError('instance_unreachable', 'The connection to the running instance was lost.');
  }

  /** Messages of an answer of server-sent events, until it ends or the signal fires. */
  async *messages(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<EventSourceMessage> {
    const response = await this.#request(method, path, body, signal);
    if (response.body === null) return;
    const ready: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (message) => ready.push(message) });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body) {
        parser.feed(decoder.decode(chunk, { stream: true }));
        yield* ready.splice(0);
      }
    } catch (error) {
      throwIfAborted(signal);
      if (error instanceof AppError) throw error;
      throw new AppError('instance_unreachable', 'The connection to the running instance was lost.', {
        cause: error,
      });
    }
  }

  async post(path: string, input: unknown, limitMs: number, signal?: AbortSignal): Promise<unknown> {
    const tooLong = new AbortController();
    const cancel = this.#options.clock.after(limitMs, () => tooLong.abort());
    const both = signal === undefined ? tooLong.signal : AbortSignal.any([signal, tooLong.signal]);
    try {
      const response = await this.#request('POST', path, JSON.stringify(input), both);
      return parseJson(await response.text());
    } catch (error) {
      throwIfAborted(signal);
      if (!tooLong.signal.aborted) throw error;
      throw new AppError('wait_timeout', `The running instance gave no answer in ${limitMs / 1000} s.`, {
        advice: 'Look at its log: runpod-llm logs. It may still be working on the request.',
      });
    } finally {
      cancel();
    }
  }

  async #request(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const { url, token, fetch } = this.#options;
    let response: Response;
    try {
      response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        redirect: 'error',
        signal,
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      if (signal.aborted || isAbort(error)) throw abortError(signal);
      throw new AppError('instance_unreachable', `The instance that should answer at ${url} does not.`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    throw errorOf(parseJson(await response.text()), response.status);
  }

  #limitMs(name: MethodName, input: unknown): number {
    const wait = name === 'deployments.wait' ? waitSecondsSchema.safeParse(input) : null;
    // The instance ends the wait itself; this is for the case that it does not.
    if (wait?.success) return wait.data.timeoutSeconds * 1000 + 30_000;
    return SLOW.has(name) ? SLOW_CALL_MS : (this.#options.callMs ?? CALL_MS);
  }
}

const waitSecondsSchema = z.object({ timeoutSeconds: z.number() });
const failureSchema = z.object({ error: errorBodySchema });

function errorOf(body: unknown, status: number): AppError {
  const failure = failureSchema.safeParse(body);
  if (!failure.success) {
    return new AppError(
      'instance_unreachable',
      `What answers there is no instance of this app (status ${status}).`,
    );
  }
  const { code, ...rest } = failure.data.error;
  return fromErrorBody({ ...rest, code: isErrorCode(code) ? code : 'internal' });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

function strangeAnswer(cause: unknown): AppError {
  return new AppError(
    'internal',
    'The running instance answered in a form that this version does not know.',
    {
      cause,
      advice: 'Use the same version for the command line and the running instance: restart it.',
    },
  );
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // No schema takes this for an answer.
  }
}
