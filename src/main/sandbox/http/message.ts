/**
 * Requests and answers inside the sandbox, free of sockets: the HTTP server and the in-process fetch adapt to these, so
 * that both give the same answers.
 */
export interface SimRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Fires when the caller has left or the sandbox ends. */
  readonly signal: AbortSignal;
}

export type SimBody = string | Uint8Array | AsyncIterable<string | Uint8Array> | null;

export interface SimAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: SimBody;
}

/** `drop`: the connection ends without an answer. */
export type SimReply = SimAnswer | { readonly drop: 'reset' };

export type Handler = (request: SimRequest) => Promise<SimReply>;

/** Thrown by a body to break off a stream: the connection is cut, the client sees no clean end. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

export function text(status: number, body: string, type = 'text/plain; charset=utf-8'): SimAnswer {
  return { status, headers: { 'content-type': type }, body };
}

export function html(status: number, title: string): SimAnswer {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
  return text(status, body, 'text/html; charset=UTF-8');
}

export function eventStream(
  body: AsyncIterable<string>,
  headers: Readonly<Record<string, string>> = {},
): SimAnswer {
  return {
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...headers,
    },
    body,
  };
}

export const EMPTY: SimAnswer = { status: 204, headers: {}, body: null };

export function bodyText(request: SimRequest): string {
  return new TextDecoder().decode(request.body);
}

/** The parsed JSON body; undefined when it is empty or not JSON. */
export function bodyJson(request: SimRequest): unknown {
  const raw = bodyText(request);
  if (raw.trim() === '') return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

export function bearer(request: SimRequest): string | null {
  const match = /^Bearer\s+(\S+)\s*$/i.exec(request.headers['authorization'] ?? '');
  return match?.[1] ?? null;
}

/** Path segments, decoded; an invalid escape stays as it is. */
export function segments(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}
