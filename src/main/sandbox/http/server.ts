import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../../shared/errors.ts';
import { ConnectionCut, type Handler, type SimAnswer, type SimRequest } from './message.ts';

/** RunPod's load balancer takes 30 MB each way (FACTS 3.4); nothing here needs more. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A web page that rebinds its name to 127.0.0.1 still sends its own name (SECURITY 4.3). */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

export interface SimServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a handler on one loopback port; `onError` hears what a handler threw.
 * @throws AppError port_in_use
 */
export async function serveHttp(
  handler: Handler,
  port: number,
  onError: (error: unknown) => void = () => {},
): Promise<SimServer> {
  const live = new Set<AbortController>();
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => {
    const leaving = new AbortController();
    live.add(leaving);
    response.once('close', () => {
      live.delete(leaving);
      leaving.abort();
    });
    serve(handler, request, response, leaving.signal).catch((error: unknown) => {
      // A caller that left and a stream that was meant to break are no failures of ours.
      const left = leaving.signal.aborted || request.errored !== null;
      if (!left && !(error instanceof ConnectionCut)) onError(error);
      response.destroy();
    });
  });
  await listen(server, port);
  return {
    port: addressPort(server),
    close: async () => {
      for (const controller of live) controller.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new AppError('port_in_use', `The sandbox cannot listen on port ${port}.`, { cause: error });
  }
}

function addressPort(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(
  handler: Handler,
  incoming: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (!LOOPBACK_HOST.test(incoming.headers.host ?? '')) {
    response.writeHead(421, { 'content-type': 'text/plain', connection: 'close' }).end('unknown host');
    return;
  }
  const body = await readBody(incoming);
  if (body === null) {
    response.writeHead(413, { 'content-type': 'text/plain', connection: 'close' }).end('payload too large');
    return;
  }
  const reply = await handler(toRequest(incoming, body, signal));
  if (signal.aborted) return;
  if ('drop' in reply) {
    response.socket?.resetAndDestroy();
    return;
  }
  await send(reply, response, signal);
}

function toRequest(incoming: IncomingMessage, body: Uint8Array, signal: AbortSignal): SimRequest {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    signal,
  };
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function send(answer: SimAnswer, response: ServerResponse, signal: AbortSignal): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  const { body } = answer;
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) return;
    // A reader that does not keep up stops the producer: nothing piles up here.
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Resolves when there is room again, or nobody to write to. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });
}
