import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';

/** The operating system's place for secrets, as little of it as the app needs. Accounts are names, never secrets. */
export interface Keychain {
  /** null = nothing is kept under this name. */
  get(account: string): Promise<string | null>;
  set(account: string, value: string): Promise<void>;
  /** Harmless when nothing is there. */
  delete(account: string): Promise<void>;
}

/** Under this name the app's entries stand in the system's own keychain program. */
const SERVICE = 'runpod-llm-manager';

export interface OsKeychainOptions {
  readonly clock: Clock;
  /** Long enough for somebody to type the keychain's password into the system's prompt. */
  readonly timeoutMs?: number;
  /** After a failure the keychain is only asked again by itself once this has passed. */
  readonly restMs?: number;
  /** The same after its prompt was dismissed: somebody said no, and would be asked at every call. */
  readonly dismissedRestMs?: number;
  /** For `linux` only the Secret Service will do: the kernel's keyring forgets at the next start. */
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The native library; another one in tests. */
  readonly load?: () => Promise<KeyringLibrary>;
}

interface KeyringEntry {
  getPassword(): Promise<string | null>;
  setPassword(password: string): Promise<void>;
  deletePassword(): Promise<boolean>;
}

/** The part of @napi-rs/keyring that is used. */
export interface KeyringLibrary {
  readonly AsyncEntry: new (
    service: string,
    account: string,
    options: { readonly linux: { readonly store: 'secret-service' } },
  ) => KeyringEntry;
}

/**
 * macOS Keychain, Windows Credential Manager or the Secret Service of a Linux desktop. The native library is loaded at
 * the first use. Every call that cannot be done throws AppError keychain_unavailable with a reason for people.
 */
export function openOsKeychain(options: OsKeychainOptions): Keychain {
  const { clock, timeoutMs = 60_000, restMs = 30_000, dismissedRestMs = 15 * 60_000 } = options;
  const { load = () => import('@napi-rs/keyring') } = options;
  let failure: { readonly restsUntil: number; readonly error: AppError } | null = null;

  const entry = async (account: string): Promise<KeyringEntry> => {
    const { AsyncEntry } = await load();
    return new AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } });
  };

  /** One call at a time: two prompts, or a write and a read that overtake each other, help nobody. */
  let last: Promise<unknown> = Promise.resolve();
  const run = <T>(account: string, use: (found: KeyringEntry) => Promise<T>, asked: boolean): Promise<T> => {
    const result = last.then(async () => {
      if (!asked && failure !== null && clock.monotonic() < failure.restsUntil) throw failure.error;
      try {
        const value = await within(clock, timeoutMs, async () => use(await entry(account)));
        failure = null;
        return value;
      } catch (error) {
        const rest = DISMISSED.test(textOf(error)) ? dismissedRestMs : restMs;
        failure = { restsUntil: clock.monotonic() + rest, error: keychainError(error, options) };
        throw failure.error;
      }
    });
    last = result.catch(() => {});
    return result;
  };

  return {
    get: (account) => run(account, (found) => found.getPassword(), false),
    // Setting and deleting are what somebody just asked for: they are tried whatever failed before.
    set: (account, value) => run(account, (found) => found.setPassword(value), true),
    delete: async (account) => {
      await run(account, (found) => found.deletePassword(), true);
    },
  };
}

const TIMED_OUT = Symbol('timed out');

async function within<T>(clock: Clock, ms: number, work: () => Promise<T>): Promise<T> {
  const timer = new AbortController();
  try {
    const limit = clock.sleep(ms, timer.signal).then(() => TIMED_OUT);
    const result = await Promise.race([work(), limit]);
    if (typeof result === 'symbol') throw new Error('it did not answer; is it waiting for its password?');
    return result;
  } finally {
    timer.abort();
  }
}

/** The library's texts name its internals; people need to know what is missing. */
function keychainError(error: unknown, options: OsKeychainOptions): AppError {
  const why = reason(textOf(error), options);
  return new AppError('keychain_unavailable', `The keychain cannot be used: ${why}`, { cause: error });
}

const DISMISSED = /dismissed|locked/i;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function reason(text: string, options: OsKeychainOptions): string {
  if (DISMISSED.test(text)) return 'it is locked and was not unlocked.';
  if (/did not answer/.test(text)) return text;
  if (options.platform !== 'linux') return `the system answered "${text}".`;
  if (/DBus|AccessDenied|autolaunch|socket/i.test(text)) {
    const bus = options.env['DBUS_SESSION_BUS_ADDRESS'];
    return bus === undefined || bus === ''
      ? 'there is no desktop session here (no D-Bus session bus).'
      : 'the D-Bus session bus does not answer.';
  }
  if (/no result found|ServiceUnknown|not provided/i.test(text)) {
    return 'no Secret Service with a default keyring runs here (install or set up gnome-keyring or KWallet).';
  }
  return `the Secret Service answered "${text}".`;
}
