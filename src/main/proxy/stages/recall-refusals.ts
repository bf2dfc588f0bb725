import { LRUCache } from 'lru-cache';
import { asAppError, type AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ask, type Stage } from '../call.ts';
import { cacheKey } from '../cache-key.ts';
import { needsUser } from '../dialects/errors.ts';

const REMEMBERED_MS = 10_000;
const MOST = 200;

/**
 * Claude Code silently sends a failed stream again as a plain call (CLIENTS 2.2.2 rule 7). When the first failed for a
 * reason only the user can remove, the second hears the same at once instead of starting hardware again.
 */
export function recallRefusals(clock: Clock): Stage {
  const refusals = new LRUCache<string, { readonly error: AppError; readonly at: number }>({ max: MOST });
  return (next) => (call) => {
    const { session } = call.control;
    if (session === null) return next(call);
    const meaning = cacheKey(call, '');
    if (meaning === null) return next(call);
    const key = `${session}|${meaning}`;
    const refused = call.stream ? undefined : refusals.get(key);
    if (refused !== undefined && clock.monotonic() - refused.at < REMEMBERED_MS) {
      return Promise.reject(refused.error);
    }
    const answering = ask(next, call);
    if (!(answering instanceof Promise)) return answering;
    return answering.catch((error: unknown) => {
      const known = asAppError(error);
      if (call.stream && needsUser(known)) refusals.set(key, { error: known, at: clock.monotonic() });
      throw error;
    });
  };
}
