import { AppError } from '../../../shared/errors.ts';

/**
 * The checks every request passes before anything else is looked at, in the order of SECURITY 4.3: Host, Origin,
 * Sec-Fetch-Site, OPTIONS. Pure, and the same for every route, because a check per route is a check forgotten.
 */
export interface GateRules {
  /** Host values with port, compared exactly. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
}

export interface GateRequest {
  readonly method: string;
  /** The request target as it stands in the request line. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

export type Verdict =
  | {
      readonly kind: 'pass';
      /** The allowed web origin that asks; null = no browser page. */
      readonly origin: string | null;
      /** The target's path and query. */
      readonly path: string;
    }
  | { readonly kind: 'preflight'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'refuse'; readonly error: AppError; readonly origin: string | null };

interface Seen {
  host: string | null;
  hosts: number;
  origin: string | null;
  origins: number;
  site: string | null;
  askedMethod: string;
  askedHeaders: string;
}

export function passGate(request: GateRequest, rules: GateRules): Verdict {
  const seen = look(request.rawHeaders);
  const { path, authority } = splitTarget(request.target);
  const hostOk = seen.hosts === 1 && seen.host !== null && rules.hosts.has(seen.host);
  if (!hostOk || (authority !== null && !rules.hosts.has(authority))) {
    return refuse(new AppError('host_not_allowed', 'This address is not served here.'), null);
  }
  const { origin } = seen;
  const originOk = seen.origins === 1 && origin !== null && origin !== 'null' && rules.origins.has(origin);
  if (seen.origins > 0 && !originOk) {
    return refuse(new AppError('origin_not_allowed', 'Pages of this origin may not use the proxy.'), origin);
  }
  if (!siteAllowed(seen.site, originOk, request.method, path)) {
    return refuse(new AppError('origin_not_allowed', 'Requests from other sites are not served.'), origin);
  }
  if (request.method !== 'OPTIONS') return { kind: 'pass', origin: originOk ? origin : null, path };
  if (!originOk) {
    return refuse(new AppError('origin_not_allowed', 'OPTIONS is answered for allowed origins only.'), null);
  }
  return { kind: 'preflight', headers: preflight(origin, seen) };
}

/** The dashboard's own reload is the one same-origin request a browser makes here. */
function siteAllowed(site: string | null, originOk: boolean, method: string, path: string): boolean {
  if (site === null || site === 'none' || originOk) return true;
  return site === 'same-origin' && method === 'GET' && path.split('?', 1)[0] === '/dashboard';
}

function refuse(error: AppError, origin: string | null): Verdict {
  return { kind: 'refuse', error, origin };
}

/** One pass over the raw headers: parsed ones hide repetitions. */
function look(rawHeaders: readonly string[]): Seen {
  const seen: Seen = {
    host: null,
    hosts: 0,
    origin: null,
    origins: 0,
    site: null,
    askedMethod: '',
    askedHeaders: '',
  };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Lengths tell most names apart without lower-casing them.
    if (name.length === 4 || name.length === 6 || name.length === 14 || name.length > 28) {
      note(seen, name.toLowerCase(), rawHeaders[i + 1] ?? '');
    }
  }
  return seen;
}

function note(seen: Seen, name: string, value: string): void {
  switch (name) {
    case 'host':
      seen.host = value;
      seen.hosts++;
      break;
    case 'origin':
      seen.origin = value;
      seen.origins++;
      break;
    case 'sec-fetch-site':
      seen.site = value;
      break;
    case 'access-control-request-method':
      seen.askedMethod = value;
      break;
    case 'access-control-request-headers':
      seen.askedHeaders = value;
      break;
    default:
  }
}

/** `GET http://other/v1/models` names another host in the request line itself. */
function splitTarget(target: string): { readonly path: string; readonly authority: string | null } {
  if (target.startsWith('/')) return { path: target, authority: null };
  const match = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(\/[^#]*)?$/i.exec(target);
  if (match === null) return { path: target, authority: target };
  return { path: match[2] ?? '/', authority: match[1] ?? '' };
}

const ALLOWED_HEADER =
  /^(?:authorization|content-type|accept|x-api-key|api-key|anthropic-version|anthropic-beta|anthropic-dangerous-direct-browser-access|openai-beta|x-request-id|x-stainless-[a-z-]{1,40})$/;

function preflight(origin: string, seen: Seen): Record<string, string> {
  const asked = seen.askedHeaders
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => ALLOWED_HEADER.test(name));
  return {
    ...corsHeaders(origin),
    'access-control-allow-methods': seen.askedMethod === 'GET' ? 'GET' : 'GET, POST',
    ...(asked.length > 0 ? { 'access-control-allow-headers': asked.slice(0, 40).join(', ') } : {}),
    'access-control-max-age': '600',
  };
}

/** Exactly the origin that asked, never `*`, never with credentials. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'x-request-id, retry-after, x-cache, x-runpod-llm-target, x-runpod-llm-bridge, x-runpod-llm-job',
    vary: 'Origin',
  };
}

/** The Host values of a listener: its loopback names, its own address, and the user's explicit ones. */
export function allowedHosts(port: number, address: string, extra: readonly string[]): Set<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const wildcard = address === '0.0.0.0' || address === '::';
  if (!wildcard) names.push(address.includes(':') ? `[${address}]` : address);
  const hosts = new Set<string>();
  for (const name of names) {
    hosts.add(`${name}:${port}`);
    if (port === 80) hosts.add(name);
  }
  for (const name of extra) hosts.add(/:\d+$/.test(name) ? name : `${name}:${port}`);
  return hosts;
}
