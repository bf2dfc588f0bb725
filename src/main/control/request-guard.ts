import { AppError } from '../../shared/errors.ts';

/** What a request says about itself before its body: enough to refuse it (SECURITY 4.3, rules 3 to 5). */
export interface RequestFacts {
  /** As in the request line. */
  readonly target: string;
  /** Name, value, name, value, … as received: repeated headers are seen. */
  readonly rawHeaders: readonly string[];
}

/**
 * Refuses what does not come from this machine's own address: a foreign or doubled Host (DNS rebinding), any page but
 * the one this very address served, anything that a browser marks as coming from another site. There is no list of
 * foreign origins to extend: the control port answers nobody's pages but its own.
 * @param hosts allowed values of Host, port included
 */
export function checkRequest(facts: RequestFacts, hosts: ReadonlySet<string>): AppError | null {
  const [host, ...moreHosts] = headerValues(facts, 'host');
  const known = host !== undefined && moreHosts.length === 0 && hosts.has(host);
  if (!known || !facts.target.startsWith('/')) {
    return new AppError('host_not_allowed', 'This address does not serve the name it was called by.');
  }
  const origins = headerValues(facts, 'origin');
  if (origins.length > 1 || (origins[0] !== undefined && origins[0] !== `http://${host}`)) {
    return foreign('a page of another site');
  }
  const sites = headerValues(facts, 'sec-fetch-site');
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) return foreign('another site');
  return null;
}

/** True when a browser vouches that the request was made by a page of this server's own. */
export function isFromOwnPage(facts: RequestFacts): boolean {
  return (
    headerValues(facts, 'origin').length === 1 || headerValues(facts, 'sec-fetch-site')[0] === 'same-origin'
  );
}

/** True when the browser called this server by a name that means its own computer. */
export function isOfThisComputer(facts: RequestFacts): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(headerValues(facts, 'host')[0] ?? '');
}

function foreign(who: string): AppError {
  return new AppError(
    'origin_not_allowed',
    `The control port does not answer requests that come from ${who}.`,
    {
      advice: 'Type or paste the address into the browser instead of following a link from another page.',
    },
  );
}

function headerValues(facts: RequestFacts, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < facts.rawHeaders.length; index += 2) {
    if (facts.rawHeaders[index]?.toLowerCase() === name) values.push(facts.rawHeaders[index + 1] ?? '');
  }
  return values;
}
