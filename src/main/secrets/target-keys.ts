import { AppError, asAppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Keychain } from './keychain.ts';

export interface TargetKeysOptions {
  readonly keychain: Keychain;
  /** The sandbox has secrets of its own. */
  readonly profile: 'runpod' | 'sandbox';
  /** Keeps in memory, until the app ends, what the keychain cannot; otherwise such a key is refused. */
  readonly memory: boolean;
  readonly log: Log;
  /** Told every key that passes, so that the log can keep it out of its lines. */
  readonly onValue: (value: string) => void;
}

/** Keys of servers that were added in the running app, each under an id of its own in the system's keychain. */
export interface TargetKeys {
  /** Reads those that are not known yet; what cannot be read stays unknown. */
  load(ids: readonly string[]): Promise<void>;
  /** null = not there, or not loaded. */
  peek(id: string): { readonly value: string; readonly from: 'keychain' | 'memory' } | null;
  /** @throws AppError keychain_unavailable, invalid_input */
  keep(id: string, value: string): Promise<void>;
  forget(id: string): Promise<void>;
}

export function openTargetKeys({ keychain, profile, memory, log, onValue }: TargetKeysOptions): TargetKeys {
  const known = new Map<string, { readonly value: string; readonly from: 'keychain' | 'memory' }>();
  const account = (id: string): string => `${profile === 'sandbox' ? 'sandbox/' : ''}target/${id}`;
  return {
    async load(ids) {
      for (const id of ids.filter((one) => !known.has(one))) {
        try {
          const value = await keychain.get(account(id));
          if (value === null) continue;
          onValue(value);
          known.set(id, { value, from: 'keychain' });
        } catch (error) {
          log.warn({ reason: asAppError(error).message }, 'the key of a server cannot be read');
        }
      }
    },
    peek: (id) => known.get(id) ?? null,
    async keep(id, value) {
      if (!/^[\x21-\x7e]+$/.test(value)) {
        throw new AppError('invalid_input', 'The key holds spaces or characters that no key has.', {
          advice: 'Paste the key alone, as it was shown when it was made.',
          details: { field: 'apiKey' },
        });
      }
      onValue(value);
      try {
        await keychain.set(account(id), value);
        // Some keychains cut long values or drop writes without a word.
        if ((await keychain.get(account(id))) !== value) {
          throw new AppError('keychain_unavailable', 'The keychain did not keep the key as it was given.');
        }
        known.set(id, { value, from: 'keychain' });
      } catch (error) {
        if (!memory) throw error;
        known.set(id, { value, from: 'memory' });
      }
    },
    async forget(id) {
      known.delete(id);
      try {
        await keychain.delete(account(id));
      } catch (error) {
        // The server is gone from the settings, so nothing sends it any more.
        log.warn({ reason: asAppError(error).message }, 'the key of a removed server stays in the keychain');
      }
    },
  };
}
