import { Agent, fetch as undiciFetch, type Dispatcher, type RequestInit, type Response } from 'undici';

/** The part of fetch the rooms use; injected, so that tests and the sandbox can stand in. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface HttpPool {
  readonly fetch: Fetch;
  /** For the proxy's hot path, which dispatches with handlers of its own. */
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/**
 * A connection pool for one class of origins. undici's own fetch is used with undici's own agent: Node's built-in fetch
 * carries another undici inside and refuses this agent.
 * `silenceMs`: longest silence before headers and between body parts; 0 leaves it to the caller's deadlines (inference).
 */
export function createHttpPool(options: {
  readonly silenceMs: number;
  readonly connectMs?: number;
}): HttpPool {
  const agent = new Agent({
    headersTimeout: options.silenceMs,
    bodyTimeout: options.silenceMs,
    connect: { timeout: options.connectMs ?? 10_000 },
    keepAliveTimeout: 30_000,
  });
  return {
    fetch: (url, init) => undiciFetch(url, { ...init, dispatcher: agent }),
    dispatcher: agent,
    close: () => agent.destroy(),
  };
}
