import { describe, expect, it } from 'vitest';
import type { Log } from '../../../src/main/logs/log.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import {
  createSecretStore,
  type AppSecretStore,
  type SecretStoreOptions,
} from '../../../src/main/secrets/create-secret-store.ts';
import { secretStoreContract } from '../../support/contracts/secret-store.ts';
import { FakeKeychain } from '../../support/fake-keychain.ts';

interface Opened {
  readonly store: AppSecretStore;
  readonly warned: string[];
  readonly told: string[];
}

let seed = 1;

function open(options: Partial<SecretStoreOptions> = {}): Opened {
  const warned: string[] = [];
  const told: string[] = [];
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (facts, message) => warned.push(`${message} ${JSON.stringify(facts)}`),
    error: () => {},
    child: () => log,
  };
  const store = createSecretStore({
    env: {},
    keychain: null,
    profile: 'runpod',
    memory: false,
    installation: 'install-1',
    random: seededRandom(seed++),
    log,
    onValue: (value) => told.push(value),
    ...options,
  });
  return { store, warned, told };
}

secretStoreContract('memory', () => {
  const { store } = open({ memory: true });
  return Promise.resolve({ store, reopened: null, source: 'memory' });
});

secretStoreContract('keychain', () => {
  const keychain = new FakeKeychain();
  return Promise.resolve({
    store: open({ keychain }).store,
    reopened: () => open({ keychain }).store,
    source: 'keychain',
  });
});

secretStoreContract('keychain of the sandbox, but for the RunPod key', () => {
  const keychain = new FakeKeychain();
  const inSandbox = (): AppSecretStore => {
    const { store } = open({ keychain, profile: 'sandbox' });
    const { store: real } = open({ keychain });
    // The one name that the sandbox does not keep is played by the other profile's store.
    return {
      get: (name) => (name === 'runpod' ? real : store).get(name),
      set: (name, value) => (name === 'runpod' ? real : store).set(name, value),
      delete: (name) => (name === 'runpod' ? real : store).delete(name),
      status: (name) => (name === 'runpod' ? real : store).status(name),
      keychain: () => store.keychain(),
      proxyKey: () => store.proxyKey(),
    };
  };
  return Promise.resolve({ store: inSandbox(), reopened: inSandbox, source: 'keychain' });
});

describe('the environment', () => {
  const env = {
    RUNPOD_API_KEY: ' rpa_FROMENV012345 ',
    RUNPOD_LLM_PROXY_KEY: 'proxy-from-environment',
    HF_TOKEN: 'hf_FROMENV',
    DOCKER_USERNAME: 'somebody',
    DOCKER_TOKEN: '',
  };

  it('is read by its variables, without the space around a value; an empty one counts as unset', async () => {
    const { store } = open({ env });
    const values = await Promise.all(
      (['runpod', 'proxy', 'hf', 'docker-username', 'docker-token'] as const).map((name) => store.get(name)),
    );
    expect(values).toEqual(['rpa_FROMENV012345', 'proxy-from-environment', 'hf_FROMENV', 'somebody', null]);
    expect(await store.status('runpod')).toEqual({
      name: 'runpod',
      present: true,
      hint: '2345',
      source: 'environment',
    });
    expect(await store.status('hf')).toMatchObject({ present: true, hint: null, source: 'environment' });
    expect(await store.proxyKey()).toEqual({
      key: 'proxy-from-environment',
      kept: 'environment',
      note: null,
    });
  });

  it('wins over the keychain, which is not even asked', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('runpod', 'rpa_FROMKEYCHAIN');
    const { store } = open({ env, keychain });
    expect([await store.get('runpod'), keychain.reads]).toEqual(['rpa_FROMENV012345', 0]);
  });

  it('is not hidden behind a stored value: setting one is refused, and the variable named', async () => {
    const keychain = new FakeKeychain();
    const { store } = open({ env, keychain });
    await expect(store.set('runpod', 'rpa_OTHER0123456')).rejects.toMatchObject({
      code: 'not_allowed_now',
      message: expect.stringContaining('RUNPOD_API_KEY'),
    });
    expect(keychain.entries.size).toBe(0);
  });

  it('stays when the stored value is deleted', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('runpod', 'rpa_FROMKEYCHAIN');
    const { store } = open({ env, keychain });
    expect(await store.delete('runpod')).toMatchObject({ present: true, source: 'environment' });
    expect(keychain.entries.size).toBe(0);
  });
});

describe('without a keychain', () => {
  it('refuses to keep a secret, with the reason, and says it in the status', async () => {
    const keychain = new FakeKeychain();
    keychain.locked = true;
    const { store, warned } = open({ keychain });
    await expect(store.set('hf', 'hf_SOMETHING123')).rejects.toMatchObject({ code: 'keychain_unavailable' });
    expect(await store.get('hf')).toBeNull();
    expect(await store.keychain()).toEqual({
      available: false,
      reason: 'The keychain cannot be used: it is locked.',
    });
    expect(warned).toHaveLength(1);
    expect(await open().store.keychain()).toMatchObject({ available: false });
  });

  it('works again once the keychain is unlocked', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('runpod', 'rpa_STORED0123456');
    keychain.locked = true;
    const { store } = open({ keychain });
    expect(await store.get('runpod')).toBeNull();
    keychain.locked = false;
    expect(await store.get('runpod')).toBe('rpa_STORED0123456');
    expect(await store.keychain()).toEqual({ available: true, reason: null });
  });

  it('keeps the value in memory only where that was asked for', async () => {
    const keychain = new FakeKeychain();
    keychain.locked = true;
    const { store } = open({ keychain, memory: true });
    expect(await store.set('hf', 'hf_SOMETHING123')).toMatchObject({ present: true, source: 'memory' });
    expect(keychain.entries.size).toBe(0);
  });

  it('derives the proxy key from the RunPod key: the same at every start, different for others', async () => {
    const env = { RUNPOD_API_KEY: 'rpa_ABCDEF0123456789' };
    const first = await open({ env }).store.proxyKey();
    const again = await open({ env }).store.proxyKey();
    const elsewhere = await open({ env, installation: 'install-2' }).store.proxyKey();
    const otherKey = await open({ env: { RUNPOD_API_KEY: 'rpa_OTHER' } }).store.proxyKey();
    expect(first).toMatchObject({ kept: 'derived', key: expect.stringMatching(/^pat_local_[0-9a-f]{64}$/) });
    expect(again.key).toBe(first.key);
    expect(new Set([first.key, elsewhere.key, otherKey.key]).size).toBe(3);
    expect(first.note).toContain('derived from the RunPod key');
    expect(first.key).not.toContain('ABCDEF');
  });

  it('makes a key for this start where there is nothing to derive it from, and says how to keep one', async () => {
    const { store } = open();
    const made = await store.proxyKey();
    expect(made).toMatchObject({ kept: 'this-start', note: expect.stringContaining('RUNPOD_LLM_PROXY_KEY') });
    // `serve` prints the note beside the log, which says why.
    expect(made.note).not.toContain('cannot be used');
    expect(await store.status('proxy')).toMatchObject({
      present: true,
      source: 'generated',
      hint: made.key.slice(-4),
    });
    expect((await open().store.proxyKey()).key).not.toBe(made.key);
  });
});

describe('the sandbox profile', () => {
  it('holds no RunPod key: neither from the environment nor the keychain, and refuses one', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('runpod', 'rpa_REALKEY0123456');
    const { store } = open({ keychain, profile: 'sandbox', env: { RUNPOD_API_KEY: 'rpa_FROMENV012345' } });
    expect(await store.get('runpod')).toBeNull();
    expect(await store.status('runpod')).toMatchObject({ present: false, source: 'none' });
    await expect(store.set('runpod', 'rpa_REALKEY0123456')).rejects.toMatchObject({ code: 'unsupported' });
    expect([...keychain.entries]).toEqual([['runpod', 'rpa_REALKEY0123456']]);
  });

  it('has a proxy key of its own', async () => {
    const keychain = new FakeKeychain();
    const real = await open({ keychain }).store.proxyKey();
    const sandbox = await open({ keychain, profile: 'sandbox' }).store.proxyKey();
    expect(sandbox.key).not.toBe(real.key);
    expect([...keychain.entries.keys()].toSorted()).toEqual(['proxy', 'sandbox/proxy']);
  });
});

describe('care with values', () => {
  it('asks the keychain once for a value it has, again after a change, and always for what is missing', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('hf', 'hf_STORED012345');
    const { store } = open({ keychain });
    for (let n = 0; n < 5; n++) await store.get('hf');
    expect(keychain.reads).toBe(1);
    await store.get('runpod');
    await store.get('runpod');
    expect(keychain.reads).toBe(3);
  });

  it('tells the log every secret it meets, before anything else can mention it; a user name is none', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('hf', 'hf_STORED012345');
    const { store, told } = open({
      keychain,
      env: { RUNPOD_API_KEY: 'rpa_ENV0123456', DOCKER_USERNAME: 'somebody' },
    });
    await store.get('hf');
    await store.get('runpod');
    await store.get('docker-username');
    await store.set('docker-token', 'dckr_pat_SET0123');
    const proxy = await store.proxyKey();
    expect(new Set(told)).toEqual(
      new Set(['hf_STORED012345', 'rpa_ENV0123456', 'dckr_pat_SET0123', proxy.key]),
    );
  });

  it('does not trust a keychain that gives back something else', async () => {
    const keychain = new FakeKeychain();
    const cutting = {
      get: (account: string) => keychain.get(account),
      set: (account: string, value: string) => keychain.set(account, value.slice(0, 5)),
      delete: (account: string) => keychain.delete(account),
    };
    const { store } = open({ keychain: cutting });
    await expect(store.set('hf', 'hf_SOMETHING123')).rejects.toMatchObject({
      code: 'keychain_unavailable',
      message: expect.stringContaining('did not keep'),
    });
  });

  it('names no value in an error', async () => {
    const { store } = open();
    const refusals = await Promise.allSettled([
      store.set('runpod', 'Bearer rpa_CANARY0123456'),
      store.set('hf', 'hf_CANARY0123456'),
      store.set('proxy', 'CANARY'),
    ]);
    expect(refusals.every((refusal) => refusal.status === 'rejected')).toBe(true);
    expect(
      JSON.stringify(refusals.map((refusal) => (refusal.status === 'rejected' ? refusal.reason : null))),
    ).not.toContain('CANARY');
  });
});
