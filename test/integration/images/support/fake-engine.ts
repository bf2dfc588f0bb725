import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}
type FakeAnswer = (request: FakeRequest, response: ServerResponse) => void;

/** An engine over a unix socket that says what a test tells it to; unknown routes answer 404 as Docker does. */
export interface FakeEngine {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  on(route: string, answer: FakeAnswer): void;
  dispose(): Promise<void>;
}

const INFO = {
  Name: 'fake',
  ServerVersion: '99.1',
  Architecture: 'x86_64',
  OSType: 'linux',
  OperatingSystem: 'Fake Desktop',
  NCPU: 4,
  MemTotal: 8e9,
  DockerRootDir: '/var/lib/docker',
};

/**
 * `headers`: what tells one kind of engine from another. `tcp`: it listens on a port instead of a socket, with `tls` for
 * those who show a certificate of that authority.
 */
export async function startFakeEngine(
  options: {
    readonly headers?: Record<string, string>;
    readonly info?: Partial<typeof INFO>;
    readonly tcp?: { readonly tls: { key: string; cert: string; ca: string } | null };
  } = {},
): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'rplm-fake-'));
  const socket = join(folder, 'e.sock');
  const requests: FakeRequest[] = [];
  const answers = new Map<string, FakeAnswer>([
    ['GET /_ping', (_request, response) => response.writeHead(200, options.headers ?? {}).end('OK')],
    ['GET /info', (_request, response) => json(response, { ...INFO, ...options.info })],
  ]);
  const tls = options.tcp?.tls ?? null;
  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://engine');
      const request: FakeRequest = {
        method: message.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: message.headers,
        body: Buffer.concat(chunks),
      };
      requests.push(request);
      const answer = answers.get(`${request.method} ${request.path}`);
      if (answer === undefined) json(response, { message: `no such route ${request.path}` }, 404);
      else answer(request, response);
    });
  };
  const server =
    tls === null
      ? createServer(serve)
      : createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: true }, serve);
  await new Promise<void>((listening) => {
    if (options.tcp === undefined) server.listen(socket, listening);
    else server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  return {
    url:
      typeof address === 'string' || address === null
        ? `unix://${socket}`
        : `tcp://127.0.0.1:${address.port}`,
    requests,
    on: (route, answer) => answers.set(route, answer),
    dispose: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Sends a stream of JSON lines in pieces of `pieceBytes`, which cut characters and lines anywhere. */
export function lines(response: ServerResponse, messages: readonly unknown[], pieceBytes = Infinity): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const bytes = Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(''));
  for (let at = 0; at < bytes.length; at += pieceBytes) response.write(bytes.subarray(at, at + pieceBytes));
  response.end();
}
