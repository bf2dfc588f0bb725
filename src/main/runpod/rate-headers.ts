/** One window of the account's request quota, as an answer stated it. */
export interface QuotaWindow {
  readonly name: string;
  /** Requests left. */
  readonly left: number;
  /** Seconds until the window starts anew. */
  readonly resetSeconds: number;
  /** Size of the window in requests; null when no policy named it. */
  readonly quota: number | null;
}

/** Enough for any real header; a hostile one costs no more than this. */
const LONGEST_HEADER = 2048;

/**
 * Reads `RateLimit` and `RateLimit-Policy` (structured-field lists, RFC 9651): any number of windows in any order, names
 * quoted or bare. Quotas differ between accounts (FACTS 1), so nothing is assumed. Unreadable members are left out.
 */
export function parseRateHeaders(limit: string | null, policy: string | null): QuotaWindow[] {
  const quotas = new Map(parseList(policy).map((member) => [member.name, member.params.get('q') ?? null]));
  return parseList(limit).flatMap(({ name, params }) => {
    const left = params.get('r');
    const resetSeconds = params.get('t');
    if (left === undefined || resetSeconds === undefined) return [];
    return [{ name, left, resetSeconds, quota: quotas.get(name) ?? null }];
  });
}

/**
 * `Retry-After` in seconds, rounded up: RunPod sends whole seconds, proxies in front of it may send a date.
 * @param nowMs the server's clock, for the date form
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text));
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - nowMs) / 1000));
}

interface Member {
  readonly name: string;
  readonly params: ReadonlyMap<string, number>;
}

function parseList(header: string | null): Member[] {
  if (header === null || header.length > LONGEST_HEADER) return [];
  return splitOutsideQuotes(header, ',').flatMap((text) => {
    const [head = '', ...rest] = splitOutsideQuotes(text, ';');
    const name = /^"([^"]+)"$/.exec(head)?.[1] ?? /^[A-Za-z*][\w:/.*-]*$/.exec(head)?.[0];
    return name === undefined ? [] : [{ name, params: new Map(rest.flatMap(parseParam)) }];
  });
}

function parseParam(text: string): [string, number][] {
  const match = /^([a-z*][\w.*-]*) *= *(\d{1,15}(?:\.\d+)?)$/.exec(text);
  return match?.[1] === undefined ? [] : [[match[1], Number(match[2])]];
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let quoted = false;
  let part = '';
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char === separator && !quoted) {
      parts.push(part.trim());
      part = '';
    } else part += char;
  }
  return [...parts, part.trim()].filter((item) => item !== '');
}
