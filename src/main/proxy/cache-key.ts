import { hash } from 'node:crypto';
import { canonicalJson, numberOf } from './json.ts';
import type { Call } from './call.ts';

/**
 * Fields that do not change the answer: how it is sent, who asks, what is kept at the provider (trap 42). Everything
 * else does, unknown fields included.
 */
const IRRELEVANT = new Set([
  'stream',
  'stream_options',
  'user',
  'metadata',
  'store',
  'prompt_cache_key',
  'safety_identifier',
  'client_metadata',
  'service_tier',
]);

/**
 * A hash over route, model, the target's launch fingerprint, tenant and every parameter that changes the answer; null = the
 * request cannot be told from others by its values.
 */
export function cacheKey(call: Call, fingerprint: string): string | null {
  const relevant = Object.entries(call.json).filter(([key]) => !IRRELEVANT.has(key));
  // From entries: a key `__proto__` is a field like any other.
  const body = Object.fromEntries([...relevant, ['model', call.model]]);
  const identity = [call.route.id, call.path, call.target.id, fingerprint, call.key.id];
  try {
    return hash('sha256', `${identity.join('\n')}\n${canonicalJson(body)}`, 'base64url');
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The same answer every time: temperature 0, or a seed. */
export function isDeterministic(call: Call): boolean {
  const { temperature, seed } = call.json;
  return numberOf(temperature) === 0 || numberOf(seed) !== null || call.route.id === 'embeddings';
}
