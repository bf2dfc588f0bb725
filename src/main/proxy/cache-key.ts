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

/** A hash over route, model, the target's launch fingerprint, tenant and every parameter that changes the answer. */
export function cacheKey(call: Call, fingerprint: string): string {
  const body: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(call.json)) {
    if (!IRRELEVANT.has(key)) body[key] = value;
  }
  body['model'] = call.model;
  const identity = [call.route.id, call.path, call.target.id, fingerprint, call.key.id];
  return hash('sha256', `${identity.join('\n')}\n${canonicalJson(body)}`, 'base64url');
}

/** The same answer every time: temperature 0, or a seed. */
export function isDeterministic(call: Call): boolean {
  const { temperature, seed } = call.json;
  return numberOf(temperature) === 0 || numberOf(seed) !== null || call.route.id === 'embeddings';
}
