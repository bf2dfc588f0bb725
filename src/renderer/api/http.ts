import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { z } from 'zod';
import {
  events,
  methods,
  streams,
  type AppEvent,
  type EventName,
  type MethodInput,
  type MethodName,
  type MethodOutput,
  type StreamInput,
  type StreamItem,
  type StreamName,
} from '../../shared/api.ts';
import { AppError, ERRORS, fromErrorBody, isAbort, type ErrorCode } from '../../shared/errors.ts';
import { errorBodySchema } from '../../shared/common.ts';
import type { Client, Connection } from './client.ts';

export interface HttpClientOptions {
  /** Where the control port answers, without a trailing slash; empty = where the page came from. */
  readonly origin: string;
  readonly fetch: typeof fetch;
  /** Resolves after `ms`, earlier when the signal fires. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly openPage: (address: string) => void;
}

const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 15_000;

/** The contract over the control port: POST for calls, server-sent events for what happens and for streams. */
export function createHttpClient(options: HttpClientOptions): Client {
  const post = (path: string, input: unknown, signal?: AbortSignal): Promise<Response> =>
    request(options, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(signal === undefined ? {} : { signal }),
    });
  const feed = createFeed(options);
  return {
    body: 'browser',
    async call<N extends MethodName>(name: N, input: MethodInput<N>, signal?: AbortSignal) {
      const response = await post(`/control/${name}`, input, signal);
      return parsed(methods[name].output, await response.json()) as MethodOutput<N>;
    },
    async *stream<N extends StreamName>(name: N, input: StreamInput<N>, signal: AbortSignal) {
      const response = await post(`/control/stream/${name}`, input, signal);
      for await (const message of messages(response)) {
        if (message.event === 'end') return;
        if (message.event === 'error') throw problemOf(JSON.parse(message.data), 500);
        yield parsed(streams[name].item, JSON.parse(message.data)) as StreamItem<N>;
      }
      if (!signal.aborted) throw new AppError('instance_unreachable', 'The connection to the app was lost.');
    },
    subscribe: (listener) => feed.subscribe(listener),
    onConnection: (listener) => feed.onConnection(listener),
    openPage: options.openPage,
    // A browser tab is addressed by its own address only.
    onShowPage: () => () => undefined,
  };
}

/** One connection for everything that happens, open while somebody listens, opened again after every loss. */
function createFeed(options: HttpClientOptions): Pick<Client, 'subscribe' | 'onConnection'> {
  const listeners = new Set<(event: AppEvent) => void>();
  const watchers = new Set<(connection: Connection) => void>();
  let connection: Connection = 'connecting';
  let running: AbortController | null = null;

  const report = (next: Connection, again = false): void => {
    if (next === connection && !again) return;
    connection = next;
    for (const watcher of watchers) watcher(next);
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let wait = RETRY_FIRST_MS;
    while (!signal.aborted) {
      try {
        const response = await request(options, '/control/events', { signal });
        wait = RETRY_FIRST_MS;
        for await (const message of messages(response)) {
          // After `hello` and after `lagged` events are missing: whoever watches reads the state anew.
          if (message.event === 'hello' || message.event === 'lagged') report('live', true);
          const event = eventOf(message);
          if (event !== null) for (const listener of listeners) listener(event);
        }
        report('lost');
      } catch (error) {
        if (signal.aborted) return;
        const refused = error instanceof AppError && error.status === 401;
        report(refused ? 'refused' : 'lost');
      }
      await options.delay(wait, signal);
      wait = Math.min(wait * 2, RETRY_MOST_MS);
    }
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (running === null) {
        running = new AbortController();
        void run(running.signal);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        running?.abort();
        running = null;
        connection = 'connecting';
      };
    },
    onConnection(watcher) {
      watchers.add(watcher);
      watcher(connection);
      return () => watchers.delete(watcher);
    },
  };
}

/** Unknown events pass silently: a newer core may say more than this page understands. */
function eventOf(message: EventSourceMessage): AppEvent | null {
  const name = message.event;
  if (name === undefined || !isEventName(name)) return null;
  const payload: unknown = JSON.parse(message.data);
  return { name, payload: parsed(events[name], payload) } as AppEvent;
}

const isEventName = (name: string): name is EventName => Object.hasOwn(events, name);

async function request(options: HttpClientOptions, path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await options.fetch(options.origin + path, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new AppError('instance_unreachable', 'The app does not answer.', { cause: error });
  }
  if (response.ok) return response;
  throw problemOf(await response.json().catch(() => null), response.status);
}

async function* messages(response: Response): AsyncGenerator<EventSourceMessage> {
  if (response.body === null) return;
  let ready: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => ready.push(message) });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const batch = ready;
      ready = [];
      yield* batch;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const failureSchema = z.object({ error: errorBodySchema });

function problemOf(body: unknown, status: number): AppError {
  const failure = failureSchema.safeParse(body);
  if (!failure.success) {
    const code: ErrorCode = status === 401 ? 'invalid_api_key' : 'internal';
    return new AppError(code, `The app answered with status ${status}.`);
  }
  const { code, ...rest } = failure.data.error;
  return fromErrorBody({ ...rest, code: isErrorCode(code) ? code : 'internal' });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** Typed by the caller: schema and type come from the same contract entry, which TypeScript cannot follow. */
function parsed(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('internal', 'The app answered in a form this page does not know; reload it.', {
    cause: result.error,
  });
}
