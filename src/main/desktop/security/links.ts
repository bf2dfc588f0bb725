import { LINK_SCHEME, pageOfLink } from '../deep-link.ts';

/** Hosts that the interface links to. Names are compared whole: `runpod.io.evil.example` is another host. */
const HOSTS: ReadonlySet<string> = new Set([
  'console.runpod.io',
  'www.runpod.io',
  'docs.runpod.io',
  'status.runpod.io',
  'huggingface.co',
  'ollama.com',
  'docs.vllm.ai',
  'opencode.ai',
  'www.electronjs.org',
]);

export type LinkTarget =
  /** For the system's browser. */
  | { readonly kind: 'external'; readonly url: string }
  /** A page of ours, asked for by a `runpod-llm://` link. */
  | { readonly kind: 'page'; readonly address: string }
  | { readonly kind: 'refused' };

/** Where a link may lead: known hosts over https, or a page of this app. Other schemes can start programs. */
export function judgeLink(text: string): LinkTarget {
  if (text.length > 4000 || !URL.canParse(text)) return { kind: 'refused' };
  const url = new URL(text);
  if (url.protocol === `${LINK_SCHEME}:`) {
    const address = pageOfLink(text);
    return address === null ? { kind: 'refused' } : { kind: 'page', address };
  }
  const plain = url.username === '' && url.password === '' && url.port === '';
  if (url.protocol !== 'https:' || !plain || !HOSTS.has(url.hostname)) return { kind: 'refused' };
  return { kind: 'external', url: url.href };
}
