import { createHmac } from 'node:crypto';
import type { Random } from '../platform/random.ts';

/** The proxy's key and how long it stays the same. */
export interface ProxyKey {
  readonly key: string;
  /**
   * environment, keychain: as long as it stands there. derived: as long as the RunPod key and this installation stay.
   * this-start: until the app ends.
   */
  readonly kept: 'environment' | 'keychain' | 'derived' | 'this-start';
  /** What the user should know; null = nothing. */
  readonly note: string | null;
}

const PREFIX = 'pat_local_';

/** 256 random bits; the prefix lets scanners recognise a leaked one. */
export function newProxyKey(random: Random): string {
  return `${PREFIX}${random.hex(32)}`;
}

/**
 * The key of a machine without a keychain but with a RunPod key in its environment. Nothing may be written to disk in
 * plain text (SPEC 1.4), and a key that changes at every start would break every client's set-up; so it is computed
 * anew each time from the RunPod key, one way: whoever learns it learns nothing about the RunPod key, and another
 * installation with the same RunPod key has another one.
 */
export function deriveProxyKey(runpodKey: string, installation: string): string {
  const digest = createHmac('sha256', runpodKey).update(`local proxy key 1\n${installation}`).digest('hex');
  return `${PREFIX}${digest}`;
}
