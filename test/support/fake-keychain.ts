import type { Keychain } from '../../src/main/secrets/keychain.ts';
import { AppError } from '../../src/shared/errors.ts';

/** A keychain in memory that can be locked. */
export class FakeKeychain implements Keychain {
  readonly entries = new Map<string, string>();
  locked = false;
  reads = 0;

  async get(account: string): Promise<string | null> {
    await this.#use();
    this.reads++;
    return this.entries.get(account) ?? null;
  }

  async set(account: string, value: string): Promise<void> {
    await this.#use();
    this.entries.set(account, value);
  }

  async delete(account: string): Promise<void> {
    await this.#use();
    this.entries.delete(account);
  }

  async #use(): Promise<void> {
    await Promise.resolve();
    if (this.locked) throw new AppError('keychain_unavailable', 'The keychain cannot be used: it is locked.');
  }
}
