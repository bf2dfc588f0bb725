import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountProof, accountError, type Held } from '../../../src/main/deployments/account-proof.ts';
import { DeploymentStore } from '../../../src/main/deployments/store.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../src/main/platform/db.ts';
import type { RunPodApi, ServerlessBilling, ServerlessBillingQuery } from '../../../src/main/runpod/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never } from './harness.ts';

const EP: Held = { kind: 'endpoint', id: 'ep1' };
type Bill = ServerlessBilling['records'][number];

/** The proof over an account whose bills and id the test decides. */
function proofOf(db: Db) {
  const clock = new ManualClock();
  const store = new DeploymentStore(db);
  const asked: ServerlessBillingQuery[] = [];
  const state = {
    key: 'rpa_ours',
    accountId: null as string | null,
    bills: [] as Partial<Bill>[] | AppError,
    held: [EP] as Held[],
    changes: 0,
  };
  const serverless: RunPodApi['billing']['serverless'] = async (query) => {
    asked.push(query);
    if (state.bills instanceof AppError) throw state.bills;
    const range = { startTime: '2026-11-24T00:00:00Z', endTime: '2026-11-25T00:00:00Z' };
    const none = { totalAmount: 0, gpuAmount: 0, cpuAmount: 0, diskAmount: 0, feeAmount: 0 };
    const records = state.bills.map((bill) => ({ ...range, ...none, serverlessId: 'ep1', ...bill }));
    const query2 = { ...range, bucketSize: 'hour' as const };
    return {
      records,
      metadata: { query: query2, recordCount: records.length, totals: none, uniqueServerlessCount: 1 },
    };
  };
  const refused = (): Promise<never> => Promise.reject(new AppError('internal', 'not asked for'));
  const proof = new AccountProof({
    api: {
      balance: async () => ({
        balanceUsd: 1,
        spendUsdPerHour: 0,
        spendLimitUsdPerHour: null,
        accountId: state.accountId,
      }),
      billing: { pods: refused, serverless, networkVolumes: refused, publicEndpoints: refused },
      clockOffsetMs: () => 0,
    },
    store,
    clock,
    log: silentLog,
    installation: 'aaaaaaaaaa',
    apiKey: () => Promise.resolve(state.key),
    held: () => state.held,
    changed: () => state.changes++,
  });
  /** Some lists of the account, and the end of whatever is asked for beside them. */
  const look = async (shown: readonly { readonly id: string }[] = []): Promise<void> => {
    for (let times = 0; times < 2; times++) await proof.weigh(shown, never);
    await proof.dispose();
  };
  return { clock, store, asked, state, proof, look };
}

describe('a deployment whose endpoint a new key does not show', () => {
  let db: Db;
  let p: ReturnType<typeof proofOf>;
  beforeEach(async () => {
    db = openDb(':memory:');
    p = proofOf(db);
    p.store.addPod({ id: 'ep1', deploymentId: 'dep_1', name: 'x', createdAt: p.clock.now() - 90 * 60_000 });
    await p.look();
    p.state.key = 'rpa_new';
  });
  afterEach(() => db.close());

  it.each<[string, Partial<Bill>[], 'unproven' | undefined]>([
    ['the account was billed for it: the key is of the same account', [{ totalAmount: 0.2 }], undefined],
    ['nothing was billed for it', [{ totalAmount: 0 }], 'unproven'],
    ['no bill at all', [], 'unproven'],
    [
      'others were billed for: an unknown filter is ignored (FACTS 0)',
      [{ serverlessId: 'ep2', totalAmount: 9 }],
      'unproven',
    ],
  ])('%s', async (_, bills, doubt) => {
    p.state.bills = bills;
    await p.look();
    expect(p.proof.doubt).toBe(doubt);
  });

  it('bills are asked for from its making on, in whole hours, by its id', async () => {
    await p.look();
    expect(p.asked).toEqual([
      {
        serverlessId: 'ep1',
        bucketSize: 'hour',
        startTime: '2026-11-24T07:00:00.000Z',
        endTime: '2026-11-24T10:00:00.000Z',
      },
    ]);
  });

  it('a bill that cannot be read is no evidence, and is asked for again after a minute', async () => {
    p.state.bills = new AppError('runpod_key_forbidden', 'no billing for this key');
    await p.look();
    expect(p.proof.doubt).toBe('unproven');
    p.state.bills = [{ totalAmount: 0.2 }];
    await p.look();
    expect(p.proof.doubt).toBe('unproven');
    await p.clock.advance(61_000);
    await p.look();
    expect(p.proof.doubt).toBeUndefined();
  });

  it('another account’s id is told for certain, without a bill', async () => {
    db.close();
    db = openDb(':memory:');
    p = proofOf(db);
    p.state.accountId = 'user-1';
    await p.look();
    p.state.key = 'rpa_other';
    p.state.accountId = 'user-2';
    await p.look();
    expect(p.proof.doubt).toBe('other');
    expect(p.asked).toEqual([]);
  });

  it('in the list it is in the account, and where nothing is held nothing is at stake', async () => {
    await p.look([{ id: 'ep1' }]);
    expect(p.proof.doubt).toBeUndefined();
    p.state.key = 'rpa_third';
    p.state.held = [];
    await p.look();
    expect(p.proof.doubt).toBeUndefined();
    expect(p.asked).toEqual([]);
  });

  it('the user’s word ends the doubt', async () => {
    await p.look();
    expect(p.proof.doubt).toBe('unproven');
    p.proof.confirm();
    await p.look();
    expect(p.proof.doubt).toBeUndefined();
  });
});

describe('what is said about it', () => {
  it.each(['other', 'unproven', 'not-looked'] as const)('names the endpoint: %s', (doubt) => {
    const error = accountError(doubt, EP);
    expect(error).toMatchObject({ code: 'account_changed', details: { endpointId: 'ep1' } });
    expect(error.message).toMatch(/[Ee]ndpoint ep1/);
    expect(error.message).not.toContain('od ep1');
  });
});
