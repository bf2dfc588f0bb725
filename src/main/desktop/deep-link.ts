import { z } from 'zod';

export const LINK_SCHEME = 'runpod-llm';

/** Pages that a link, a notification or another window may open; each with what may stand behind it. */
const PAGES =
  /^\/(?:(?:overview|deploy|playground|connect|costs|logs|images|settings(?:\/[a-z]{1,20})?|welcome|deployments\/[a-z0-9][a-z0-9._-]{0,39})(?:\?[A-Za-z0-9%&=._~:/+-]{1,300})?)?$/;

/** The address of a page inside the interface, such as `/deployments/coder?tab=logs`. */
export const pageAddressSchema = z
  .string()
  .max(400)
  .regex(PAGES, 'must be a page of this app')
  .transform((address) => (address === '/overview' ? '/' : address));

/** Queries that only prefill or select; everything else is dropped from a link. */
const QUERIES = new Set(['model', 'tab', 'source', 'client']);

/**
 * The page that a `runpod-llm://` link names, such as `runpod-llm://open/costs`. Links only open pages: they start
 * nothing, carry no secret and answer nothing (SECURITY 4.2). null = not a link of ours, or to nowhere.
 */
export function pageOfLink(link: string): string | null {
  if (link.length > 1000 || !URL.canParse(link)) return null;
  const url = new URL(link);
  const plain = url.username === '' && url.password === '' && url.port === '';
  if (url.protocol !== `${LINK_SCHEME}:` || url.host !== 'open' || !plain) return null;
  const query = new URLSearchParams();
  for (const [name, value] of url.searchParams) if (QUERIES.has(name)) query.set(name, value);
  const text = query.toString();
  const parsed = pageAddressSchema.safeParse(`${url.pathname || '/'}${text === '' ? '' : `?${text}`}`);
  return parsed.success ? parsed.data : null;
}
