import { describe, expect, it } from 'vitest';
import type { AppSecretStore } from '../../../src/main/secrets/create-secret-store.ts';
import { secretNameSchema } from '../../../src/shared/model.ts';

export interface StoreUnderTest {
  readonly store: AppSecretStore;
  /** Another store over the same keychain, as the next start would have; null where nothing outlives a start. */
  readonly reopened: (() => AppSecretStore) | null;
  readonly source: 'keychain' | 'memory';
}

/** What every writable SecretStore does, whatever it keeps its values in. */
export function secretStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`SecretStore contract: ${name}`, () => {
    it('has nothing until something is set', async () => {
      const { store } = await make();
      for (const secret of secretNameSchema.options) {
        expect(await store.get(secret)).toBeNull();
        expect(await store.status(secret)).toEqual({
          name: secret,
          present: false,
          hint: null,
          source: 'none',
        });
      }
    });

    it('gives back what was set, each name apart, and shows only the end of it', async () => {
      const { store, source } = await make();
      const status = await store.set('hf', 'hf_first-value-1234');
      await store.set('docker-token', 'dckr_pat_another-5678');
      expect(status).toEqual({ name: 'hf', present: true, hint: '1234', source });
      expect([
        await store.get('hf'),
        await store.get('docker-token'),
        await store.get('docker-username'),
      ]).toEqual(['hf_first-value-1234', 'dckr_pat_another-5678', null]);
      expect(await store.status('docker-token')).toMatchObject({ present: true, hint: '5678', source });
    });

    it('replaces, deletes, and deletes again without harm', async () => {
      const { store } = await make();
      await store.set('hf', 'hf_first-value-1234');
      await store.set('hf', 'hf_second-value-9876');
      expect(await store.get('hf')).toBe('hf_second-value-9876');
      expect(await store.delete('hf')).toEqual({ name: 'hf', present: false, hint: null, source: 'none' });
      await store.delete('hf');
      expect(await store.get('hf')).toBeNull();
    });

    it('keeps long values and every printable character', async () => {
      const { store } = await make();
      const all = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');
      await store.set('docker-token', all.repeat(10));
      expect(await store.get('docker-token')).toBe(all.repeat(10));
    });

    it('takes a pasted key without the space around it, and refuses what cannot be a key', async () => {
      const { store } = await make();
      await store.set('runpod', '  rpa_KEY0123456789\n');
      expect(await store.get('runpod')).toBe('rpa_KEY0123456789');
      for (const bad of ['', '   ', 'Bearer rpa_KEY', 'two\nlines', 'kéy', 'key\u0000']) {
        await expect(store.set('runpod', bad)).rejects.toMatchObject({ code: 'invalid_input' });
      }
      expect(await store.get('runpod')).toBe('rpa_KEY0123456789');
    });

    it('makes one proxy key, the same for all who ask at once', async () => {
      const { store } = await make();
      const keys = await Promise.all([store.proxyKey(), store.proxyKey(), store.proxyKey()]);
      expect(keys[0]?.key).toMatch(/^pat_local_[0-9a-f]{64}$/);
      expect(new Set(keys.map((key) => key.key)).size).toBe(1);
      expect(await store.get('proxy')).toBe(keys[0]?.key);
    });

    it('makes another proxy key once the old one is deleted, and takes one that is set', async () => {
      const { store } = await make();
      const first = (await store.proxyKey()).key;
      await store.delete('proxy');
      expect((await store.proxyKey()).key).not.toBe(first);
      await store.set('proxy', 'my-own-long-enough-key');
      expect((await store.proxyKey()).key).toBe('my-own-long-enough-key');
      await expect(store.set('proxy', 'short')).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('keeps everything across starts where it can', async () => {
      const { store, reopened } = await make();
      await store.set('runpod', 'rpa_KEY0123456789');
      const key = (await store.proxyKey()).key;
      const next = reopened?.() ?? store;
      expect([await next.get('runpod'), (await next.proxyKey()).key]).toEqual(['rpa_KEY0123456789', key]);
    });
  });
}
