import { request as httpRequest, type IncomingMessage } from 'node:http';
import { abortError } from '../../platform/clock.ts';
import { html, type SimReply, type SimRequest } from './message.ts';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
]);

/** Hands a request to a process on this machine; 502 when nothing listens there or it breaks off before answering. */
export function forward(port: number, request: SimRequest): Promise<SimReply> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(abortError(request.signal));
      return;
    }
    const query = request.query.toString();
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method: request.method,
        path: query === '' ? request.path : `${request.path}?${query}`,
        headers: { ...kept(request.headers), 'content-length': request.body.byteLength },
        agent: false,
        signal: request.signal,
      },
      (incoming) =>
        resolve({ status: incoming.statusCode ?? 502, headers: keptFrom(incoming), body: bodyOf(incoming) }),
    );
    outgoing.on('error', () => {
      if (request.signal.aborted) reject(abortError(request.signal));
      else resolve(html(502, '502 Bad Gateway'));
    });
    outgoing.end(request.body);
  });
}

async function* bodyOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) yield chunk;
}

function kept(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

function keptFrom(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept(headers);
}
