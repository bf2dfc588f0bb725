import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';

const LOGIN_CODE_MS = 5 * 60_000;
const MOST_CODES = 20;
const MOST_SESSIONS = 50;

/** Who a request is from; a session is a browser that was let in by a one-time link. */
export type Identity = 'token' | 'session';

/** A new control token: 256 bits; the prefix lets secret scanners and redaction know it. */
export function newControlToken(random: Random): string {
  return `rlm_control_${random.hex(32)}`;
}

/**
 * What opens the control port: its token, and browser sessions of this process. Only digests are kept, so that neither
 * a look-up nor a heap dump gives a secret away; comparing digests takes the same time wherever they differ.
 */
export class Credentials {
  readonly #token: Buffer;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Digest of an unused code → when it ends (ms, wall clock). */
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Set<string>();

  constructor(token: string, clock: Clock, random: Random) {
    this.#token = digest(token);
    this.#clock = clock;
    this.#random = random;
  }

  /** A code for one browser, good once and for five minutes. */
  newLoginCode(): string {
    const code = this.#random.hex(32);
    this.#codes.set(digest(code).toString('hex'), this.#clock.now() + LOGIN_CODE_MS);
    dropOldest(this.#codes, MOST_CODES);
    return code;
  }

  /** Uses a code up. Returns the secret of the new session; null when the code is unknown, used or too old. */
  redeem(code: string): string | null {
    const key = digest(code).toString('hex');
    const endsAt = this.#codes.get(key);
    this.#codes.delete(key);
    if (endsAt === undefined || endsAt < this.#clock.now()) return null;
    const session = this.#random.hex(32);
    this.#sessions.add(digest(session).toString('hex'));
    dropOldest(this.#sessions, MOST_SESSIONS);
    return session;
  }

  /** A header that is present decides alone: a wrong token is not excused by a good cookie. */
  identify(authorization: string | undefined, session: string | undefined): Identity | null {
    if (authorization !== undefined) {
      const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      return token !== undefined && timingSafeEqual(digest(token), this.#token) ? 'token' : null;
    }
    if (session === undefined) return null;
    return this.#sessions.has(digest(session).toString('hex')) ? 'session' : null;
  }
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function dropOldest(entries: Map<string, unknown> | Set<string>, most: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(key);
  }
}
