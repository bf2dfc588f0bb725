import { afterEach, describe, expect, it } from 'vitest';
import type { RunPodApi } from '../../../src/main/runpod/api.ts';
import { FakeRunPod } from '../../support/fake-runpod.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());
const minute = 60_000;

/** Two accounts behind one address: which of them answers depends on the key. */
function twoAccounts(ids: { readonly ours: string | null; readonly other: string | null }) {
  let key = 'rpa_ours';
  let answering: RunPodApi | null = null;
  const api = new Proxy({} as RunPodApi, {
    get: (_, property) => {
      const cloud = answering ?? w.cloud.api;
      const accountId = answering === null ? ids.ours : ids.other;
      if (property === 'balance') {
        return () =>
          Promise.resolve({ balanceUsd: 1, spendUsdPerHour: 0, spendLimitUsdPerHour: null, accountId });
      }
      return Reflect.get(cloud, property) as unknown;
    },
  });
  w = world({ deps: { api, apiKey: () => Promise.resolve(key) } });
  const elsewhere = new FakeRunPod(w.clock);
  return {
    elsewhere,
    /** A renewed key of the same account, unless `account` names the other one. */
    use: (next: string, account: 'ours' | 'other' = 'ours') => {
      key = next;
      answering = account === 'ours' ? null : elsewhere.api;
    },
  };
}

async function running(): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish({ idle: { policy: 'off' } }), true, never);
  await w.pass(40_000);
  expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', problem: null });
}

describe('a key of another account', () => {
  it.each([
    ['whose id RunPod tells', { ours: 'user-1', other: 'user-2' }, /another RunPod account than that/],
    ['that tells nothing', { ours: null, other: null }, /may be billing in another account/],
  ])('%s: a pod out of sight is neither gone nor free', async (_, ids, words) => {
    const { use } = twoAccounts(ids);
    await running();
    use('rpa_other', 'other');
    await w.pass(10 * minute);
    const view = w.fleet.get('qwen');
    expect(view).toMatchObject({ desired: 'running', pod: { id: 'pod1' } });
    expect(view.problem?.code).toBe('account_changed');
    expect(view.problem?.message).toMatch(words);
    expect(view.cost.nowUsdPerHour).toBeGreaterThan(0.6);
    expect(w.fleet.accountProblem()?.code).toBe('account_changed');
    expect(w.ledger.open()).not.toEqual([]);
  });

  it('a stop is not taken for done, and is done once the former key is back', async () => {
    const { use } = twoAccounts({ ours: null, other: null });
    await running();
    use('rpa_other', 'other');
    await w.pass(minute);
    w.fleet.stop('qwen');
    await w.pass(10 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopping', stillBilling: true });
    expect(w.cloud.billing).toEqual(['pod1']);
    use('rpa_ours');
    await w.pass(5 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false, problem: null });
    expect(w.cloud.billing).toEqual([]);
  });

  it('after the word that it is the same account, what RunPod does not show is gone', async () => {
    const { use } = twoAccounts({ ours: null, other: null });
    await running();
    use('rpa_other', 'other');
    await w.pass(2 * minute);
    w.fleet.confirmAccount();
    await w.pass(2 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: null, problem: null });
    expect(w.fleet.accountProblem()).toBeNull();
  });

  it('is noticed after a start of the app too', async () => {
    const { use } = twoAccounts({ ours: null, other: null });
    await running();
    use('rpa_other', 'other');
    await w.restart();
    await w.pass(5 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ pod: { id: 'pod1' }, problem: { code: 'account_changed' } });
  });

  it('matters to nobody while no pod is held: new ones are made in the new account', async () => {
    const { use, elsewhere } = twoAccounts({ ours: 'user-1', other: 'user-2' });
    await running();
    w.fleet.terminate('qwen');
    await w.pass(minute);
    use('rpa_other', 'other');
    await w.pass(minute);
    await w.fleet.create(wish({ name: 'second' }), true, never);
    await w.pass(minute);
    expect(elsewhere.alive()).toHaveLength(1);
    expect(w.fleet.get('second').problem).toBeNull();
  });
});

describe('a renewed key of the same account', () => {
  it('changes nothing while its pods are in the list', async () => {
    const { use } = twoAccounts({ ours: null, other: null });
    await running();
    use('rpa_renewed');
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', problem: null });
  });

  it.each([
    ['its id', 'user-1'],
    ['its bills', null],
  ])('is known by %s when the pod was removed meanwhile', async (_, accountId) => {
    const { use } = twoAccounts({ ours: accountId, other: null });
    await running();
    use('rpa_renewed');
    await w.cloud.api.pods.delete('pod1', never);
    await w.pass(2 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: null, problem: null });
  });
});
