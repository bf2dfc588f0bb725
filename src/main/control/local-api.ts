import type { z } from 'zod';
import {
  methods,
  streams,
  type AppEvent,
  type ManagerApi,
  type MethodHandlers,
  type MethodName,
  type MethodOutput,
  type MethodParsedInput,
  type StreamHandlers,
  type StreamItem,
  type StreamName,
  type StreamParsedInput,
} from '../../shared/api.ts';
import { AppError } from '../../shared/errors.ts';
import { throwIfAborted } from '../platform/clock.ts';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import { inputError } from './input-error.ts';
import { nearest } from './nearest.ts';

/** What the core registers: a handler for every entry of the contract, and its events. */
export interface CoreApi {
  readonly methods: MethodHandlers;
  readonly streams: StreamHandlers;
  subscribe(listener: (event: AppEvent) => void): Unsubscribe;
}

/** The core as edges use it: by names and values that came over a wire, or typed, within the process. */
export interface LocalApi extends ManagerApi {
  /** @throws AppError not_found (with the nearest name), invalid_input, or what the handler throws */
  callUnchecked(name: string, input: unknown, signal: AbortSignal): Promise<unknown>;
  /** Throws at once on a bad name or input, so that an edge can answer with a status before it sends items. */
  streamUnchecked(name: string, input: unknown, signal: AbortSignal): AsyncIterable<unknown>;
}

export interface LocalApiOptions {
  /** Checks what handlers answer against the contract too: for tests and development. */
  readonly checkOutputs: boolean;
}

/** The contract seen name by name, so that the type of a schema follows from the type of its name. */
const methodSchemas: {
  readonly [N in MethodName]: { readonly input: z.ZodType<MethodParsedInput<N>>; readonly output: z.ZodType };
} = methods;
const streamSchemas: {
  readonly [N in StreamName]: { readonly input: z.ZodType<StreamParsedInput<N>>; readonly item: z.ZodType };
} = streams;

/**
 * The one way into a core's handlers, shared by every edge (control port, IPC, in-process): names are looked up in the
 * contract, inputs are parsed by its schemas, answers are checked where asked for.
 */
export function createLocalApi(core: CoreApi, options: LocalApiOptions): LocalApi {
  const call = async <N extends MethodName>(
    name: N,
    input: unknown,
    signal: AbortSignal,
  ): Promise<MethodOutput<N>> => {
    throwIfAborted(signal);
    const parsed = methodSchemas[name].input.safeParse(input);
    if (!parsed.success) throw inputError(name, parsed.error, input);
    const handler: MethodHandlers[N] = core.methods[name];
    const output = await handler(parsed.data, signal);
    if (options.checkOutputs) checkOutput(name, methodSchemas[name].output, output);
    return output;
  };

  const stream = <N extends StreamName>(
    name: N,
    input: unknown,
    signal: AbortSignal,
  ): AsyncIterable<StreamItem<N>> => {
    const parsed = streamSchemas[name].input.safeParse(input);
    if (!parsed.success) throw inputError(name, parsed.error, input);
    const handler: StreamHandlers[N] = core.streams[name];
    const source = handler(parsed.data, signal);
    return options.checkOutputs ? checkItems(name, streamSchemas[name].item, source) : source;
  };

  return {
    call: (name, input, signal) => call(name, input, signal ?? new AbortController().signal),
    // As over a wire, a bad input shows when the first item is asked for.
    stream: async function* (name, input, signal) {
      yield* stream(name, input, signal);
    },
    subscribe: (listener) => core.subscribe(listener),
    callUnchecked: (name, input, signal) =>
      isMethodName(name)
        ? call(name, input, signal)
        : Promise.reject(unknownName('method', name, Object.keys(methods))),
    streamUnchecked: (name, input, signal) => {
      if (!isStreamName(name)) throw unknownName('stream', name, Object.keys(streams));
      return stream(name, input, signal);
    },
  };
}

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(streams, name);
}

function unknownName(what: 'method' | 'stream', name: string, known: readonly string[]): AppError {
  const near = nearest(name, known);
  const hint = near === null ? '' : `; did you mean "${near}"?`;
  return new AppError('not_found', `There is no ${what} "${name.slice(0, 100)}"${hint}`, {
    advice: `Use one of: ${known.join(', ')}.`,
    ...(near === null ? {} : { details: { nearest: near } }),
  });
}

function checkOutput(name: string, schema: z.ZodType, output: unknown): void {
  const checked = schema.safeParse(output);
  if (checked.success) return;
  throw new AppError('internal', `${name} answered something that its contract does not allow.`, {
    cause: checked.error,
  });
}

async function* checkItems<T>(name: string, schema: z.ZodType, source: AsyncIterable<T>): AsyncIterable<T> {
  for await (const item of source) {
    checkOutput(name, schema, item);
    yield item;
  }
}
