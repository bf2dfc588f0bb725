import { methods, streams } from '../../shared/api.ts';
import type {
  MethodInput,
  MethodName,
  MethodOutput,
  StreamInput,
  StreamItem,
  StreamName,
} from '../../shared/api.ts';
import type { Bridge, DesktopBridge } from '../../shared/bridge.ts';
import { fromErrorBody, type AppError } from '../../shared/errors.ts';
import type { Client } from './client.ts';

declare global {
  interface Window {
    readonly runpodLlm?: DesktopBridge;
  }
}

/** The contract over the preload's bridge. What crosses it was validated in the main process against the same schemas. */
export function createIpcClient(bridge: DesktopBridge): Client {
  return {
    body: 'desktop',
    async call<N extends MethodName>(name: N, input: MethodInput<N>, signal?: AbortSignal) {
      signal?.throwIfAborted();
      const call = bridge.call(name, input);
      signal?.addEventListener('abort', () => call.cancel(), { once: true });
      const outcome = await call.outcome;
      if (!outcome.ok) throw fromErrorBody(outcome.error);
      return methods[name].output.parse(outcome.value) as MethodOutput<N>;
    },
    stream<N extends StreamName>(name: N, input: StreamInput<N>, signal: AbortSignal) {
      return pull<StreamItem<N>>(
        (sink) => bridge.stream(name, input, sink),
        (value) => streams[name].item.parse(value) as StreamItem<N>,
        signal,
      );
    },
    subscribe: (listener) => bridge.subscribe(listener),
    openPage: (address) => bridge.openPage(address),
    onShowPage: (listener) => bridge.onShowPage(listener),
    onConnection(listener) {
      listener('live');
      return () => undefined;
    },
  };
}

/** Turns pushed items into pulled ones. The main process bounds what it pushes ahead. */
async function* pull<T>(
  open: (sink: Parameters<Bridge['stream']>[2]) => () => void,
  parse: (value: unknown) => T,
  signal: AbortSignal,
): AsyncGenerator<T> {
  signal.throwIfAborted();
  const queue: T[] = [];
  let ended: { readonly problem: AppError | null } | null = null;
  let wake = (): void => undefined;
  const leave = open({
    item(value) {
      queue.push(parse(value));
      wake();
    },
    end(error) {
      ended = { problem: error === null ? null : fromErrorBody(error) };
      wake();
    },
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (true) {
      const next = queue.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      signal.throwIfAborted();
      const end = currentEnd(ended);
      if (end?.problem) throw end.problem;
      if (end !== null) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    leave();
  }
}

/** Read through a function: `ended` is assigned in a callback, which flow analysis does not see. */
function currentEnd(
  ended: { readonly problem: AppError | null } | null,
): { readonly problem: AppError | null } | null {
  return ended;
}
