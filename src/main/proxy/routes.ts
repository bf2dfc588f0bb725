import type { KeyScope } from './keyring.ts';

export type DialectName = 'chat' | 'completions' | 'responses' | 'messages' | 'ollama' | 'plain';

type RouteId =
  | 'root'
  | 'health'
  | 'models'
  | 'model'
  | 'metrics'
  | 'dashboard'
  | 'chat'
  | 'completions'
  | 'embeddings'
  | 'responses'
  | 'messages'
  | 'count_tokens'
  | 'ollama_version'
  | 'ollama_tags'
  | 'ollama_ps'
  | 'ollama_show'
  | 'ollama_chat'
  | 'ollama_generate'
  | 'ollama_embed'
  | 'other';

export interface Route {
  readonly id: RouteId;
  readonly method: 'GET' | 'POST';
  /** As this proxy serves it; `*` ends a prefix. */
  readonly path: string;
  readonly dialect: DialectName;
  /** What a key must be allowed; null = open to anybody who passes the Host and Origin checks (SECURITY 4.3.7). */
  readonly scope: KeyScope | null;
}

const route = (
  id: RouteId,
  method: 'GET' | 'POST',
  path: string,
  dialect: DialectName,
  scope: KeyScope | null,
): Route => ({ id, method, path, dialect, scope });

/** Every route there is; a test walks this table. HEAD is answered wherever GET is. */
export const ROUTES: readonly Route[] = [
  route('root', 'GET', '/', 'plain', null),
  route('health', 'GET', '/health', 'plain', null),
  route('metrics', 'GET', '/metrics', 'plain', 'metrics'),
  route('dashboard', 'GET', '/dashboard', 'plain', 'metrics'),
  route('models', 'GET', '/v1/models', 'plain', 'models'),
  route('model', 'GET', '/v1/models/*', 'plain', 'models'),
  route('chat', 'POST', '/v1/chat/completions', 'chat', 'infer'),
  route('completions', 'POST', '/v1/completions', 'completions', 'infer'),
  route('embeddings', 'POST', '/v1/embeddings', 'plain', 'infer'),
  route('responses', 'POST', '/v1/responses', 'responses', 'infer'),
  route('messages', 'POST', '/v1/messages', 'messages', 'infer'),
  route('count_tokens', 'POST', '/v1/messages/count_tokens', 'messages', 'infer'),
  route('other', 'POST', '/v1/*', 'plain', 'infer'),
  route('ollama_version', 'GET', '/api/version', 'ollama', 'models'),
  route('ollama_tags', 'GET', '/api/tags', 'ollama', 'models'),
  route('ollama_ps', 'GET', '/api/ps', 'ollama', 'models'),
  route('ollama_show', 'POST', '/api/show', 'ollama', 'models'),
  route('ollama_chat', 'POST', '/api/chat', 'ollama', 'infer'),
  route('ollama_generate', 'POST', '/api/generate', 'ollama', 'infer'),
  route('ollama_embed', 'POST', '/api/embed', 'ollama', 'infer'),
];

export type RouteMatch =
  | {
      readonly kind: 'route';
      readonly route: Route;
      /** Below `/v1`, with the query: what follows an upstream's base URL. */
      readonly path: string;
      /** The client wrote `/v1` twice or left it out; worth a hint. */
      readonly oddBase: boolean;
    }
  | { readonly kind: 'wrong-method'; readonly allowed: string }
  | { readonly kind: 'none' };

const EXACT = new Map<string, Route[]>();
for (const known of ROUTES) {
  if (known.path.endsWith('*')) continue;
  EXACT.set(known.path, [...(EXACT.get(known.path) ?? []), known]);
}
const PREFIXES = ROUTES.filter((known) => known.path.endsWith('*'));

/**
 * Segments of a path that may be handed to an upstream. No dot segments and no encoded slashes: the model server has
 * routes beside /v1 that are none of the client's business. No encoded control characters either.
 */
const SAFE_PATH =
  /^(?:\/(?!\.{1,2}(?:\/|$))(?:[\w.~:@!$&'()*+,;=-]|%(?!2[ef]|5c|[01]|7f)[0-9a-f]{2})+)+\/?$/i;

/** Escapes of letters, digits and the like mean the character itself (RFC 3986 2.3); dots stay what they look like. */
const NEEDLESS_ESCAPE = /%(?:4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae]|3[0-9]|2d)/gi;

/** Finds the route of a request target. Users paste bases with /v1, without it, and with it twice (CLIENTS 2.3). */
export function matchRoute(method: string, target: string, ollama: boolean): RouteMatch {
  const cut = target.indexOf('?');
  const pathname = cut < 0 ? target : target.slice(0, cut);
  const query = cut < 0 ? '' : target.slice(cut);
  const exact = EXACT.get(pathname);
  const canonical = exact === undefined ? canonicalPath(pathname) : pathname;
  const candidates = candidatesFor(canonical, ollama);
  if (candidates.length === 0) return { kind: 'none' };
  const verb = method === 'HEAD' ? 'GET' : method;
  const found = candidates.find((known) => known.method === verb);
  if (found === undefined) {
    return { kind: 'wrong-method', allowed: candidates.map((known) => known.method).join(', ') };
  }
  const below = canonical.startsWith('/v1/') ? canonical.slice(3) : canonical;
  return { kind: 'route', route: found, path: below + query, oddBase: canonical !== pathname };
}

/** One spelling for each route, or a client would pass by what is metered under another. */
function canonicalPath(pathname: string): string {
  const plain = pathname.replace(NEEDLESS_ESCAPE, (escaped) =>
    String.fromCharCode(parseInt(escaped.slice(1), 16)),
  );
  const trimmed = plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
  const single = trimmed.replace(/^(?:\/v1){2,}(?=\/|$)/, '/v1');
  if (EXACT.has(single) || single.startsWith('/v1/')) return single;
  return EXACT.has(`/v1${single}`) || single.startsWith('/models/') ? `/v1${single}` : single;
}

function candidatesFor(path: string, ollama: boolean): readonly Route[] {
  if (!ollama && path.startsWith('/api/')) return [];
  const exact = EXACT.get(path);
  if (exact !== undefined) return exact;
  const forwarded = path !== '/' && !path.startsWith('/v1/models/');
  if (forwarded && !SAFE_PATH.test(path)) return [];
  return PREFIXES.filter((known) => path.startsWith(known.path.slice(0, -1))).slice(0, 1);
}

/** The model id in `/v1/models/{id}`; ids hold slashes and come encoded or not. */
export function modelIdOf(path: string): string | null {
  const raw = path.slice('/models/'.length).split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(raw);
  } catch {
    return null; // Malformed escapes name no model.
  }
}
