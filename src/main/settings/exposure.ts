import { AppError } from '../../shared/errors.ts';
import { isLoopbackHost } from './address.ts';

/** 16 letters of a made-up key already outlast any guessing over a network; a word does not. */
const SHORTEST_KEY = 16;

/** What must stay in sight while others can reach the endpoint (SPEC 4.1); null = only this computer can. */
export function exposureWarning(host: string): string | null {
  if (isLoopbackHost(host)) return null;
  return `The endpoint listens on ${host}, not on this computer alone: whoever can reach it and has a key spends your money, and keys travel unencrypted.`;
}

/**
 * A key that can be guessed guards nothing once others can reach the endpoint.
 * @throws AppError config_invalid
 */
export function refuseWeakKey(host: string, key: string): void {
  if (isLoopbackHost(host) || key.length >= SHORTEST_KEY) return;
  throw new AppError(
    'config_invalid',
    `The local key has ${key.length} characters, too few while proxy.host is "${host}": others can try keys.`,
    {
      advice: `Give it at least ${SHORTEST_KEY} (RUNPOD_LLM_PROXY_KEY, or runpod-llm key set proxy), or listen on 127.0.0.1.`,
    },
  );
}
