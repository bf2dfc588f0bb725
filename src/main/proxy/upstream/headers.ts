import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers that do not cross the proxy. Hop-by-hop ones belong to one connection (RFC 9110 7.6.1); the others say who
 * the user is or carry the local key (SECURITY 4.3.10).
 */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const NOT_SENT = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'accept-encoding',
  'expect',
  'user-agent',
  'authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'origin',
  'referer',
  'http-referer',
  'x-title',
  'via',
  'x-request-id',
  'x-real-ip',
  'cache-control',
  'pragma',
  'x-cache-ttl',
  'x-single-flight',
  'originator',
  'session-id',
  'session_id',
  'chatgpt-account-id',
]);
const NOT_SENT_PREFIX =
  /^(?:sec-|x-codex-|x-claude-code-|x-session-|x-stainless-|x-github-|x-interaction-|forwarded|x-forwarded-|cf-|proxy-)/;

const NOT_RETURNED = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'content-encoding',
  'set-cookie',
  'set-cookie2',
  'server',
  'via',
  'date',
  'alt-svc',
  'nel',
  'report-to',
  'reporting-endpoints',
  'strict-transport-security',
  'x-request-id',
  'x-powered-by',
  'cache-control',
  'expires',
  'pragma',
  'age',
  'location',
  'refresh',
  'www-authenticate',
  'content-security-policy',
]);
const NOT_RETURNED_PREFIX = /^(?:cf-|access-control-|x-runpod-|cross-origin-|x-ratelimit-|proxy-)/;

/**
 * Remembers the verdict per header name: clients send the same dozen names on every request. Bounded, because names
 * are theirs to invent.
 */
class NameFilter {
  readonly #names: ReadonlySet<string>;
  readonly #prefix: RegExp;
  readonly #verdicts = new Map<string, boolean>();

  constructor(names: ReadonlySet<string>, prefix: RegExp) {
    this.#names = names;
    this.#prefix = prefix;
  }

  passes(name: string): boolean {
    const known = this.#verdicts.get(name);
    if (known !== undefined) return known;
    const lower = name.toLowerCase();
    const verdict = !this.#names.has(lower) && !this.#prefix.test(lower);
    if (this.#verdicts.size < 1000) this.#verdicts.set(name, verdict);
    return verdict;
  }
}

const toUpstream = new NameFilter(NOT_SENT, NOT_SENT_PREFIX);
const toClient = new NameFilter(NOT_RETURNED, NOT_RETURNED_PREFIX);

/** The client's headers that may travel to a model server, as a flat list. */
export function forwardableHeaders(rawHeaders: readonly string[], connection: string | undefined): string[] {
  const named = namedBy(connection);
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!toUpstream.passes(name) || named?.has(name.toLowerCase()) === true) continue;
    kept.push(name, rawHeaders[i + 1] ?? '');
  }
  return kept;
}

/** The model server's headers that may travel to the client. */
export function returnableHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const named = namedBy(headers.connection);
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || !toClient.passes(name) || named?.has(name) === true) continue;
    kept[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return kept;
}

/** `Connection: close, x-foo` makes x-foo a hop-by-hop header of this connection. */
function namedBy(connection: string | undefined): Set<string> | null {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return null;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
