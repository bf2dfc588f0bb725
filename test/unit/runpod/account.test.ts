import { describe, expect, it } from 'vitest';
import { keyCheckSchema, type KeyCheck } from '../../../src/shared/app.ts';
import { createRunPodApi } from '../../../src/main/runpod/client.ts';
import { checkKey } from '../../../src/main/runpod/key-check.ts';
import type { RunPodApiOptions } from '../../../src/main/runpod/client.ts';
import {
  html,
  json,
  KEY,
  networkError,
  problem,
  rig,
  script,
  settled,
  type Seen,
  type Step,
} from './scripted-fetch.ts';

const UNKNOWN = { balanceUsd: null, spendUsdPerHour: null, spendLimitUsdPerHour: null };
const MYSELF = { id: 'user_1', clientBalance: 24.5, currentSpendPerHr: 0.44, spendLimit: 80 };
const told = (myself: unknown, more: object = {}) => json({ data: { myself }, ...more });

describe('balance', () => {
  function start(steps: readonly Step[], more: Partial<RunPodApiOptions> = {}) {
    const play = script(...steps);
    const tools = rig(play.fetch, more);
    return { ...tools, ...play, api: createRunPodApi(tools.options) };
  }

  it('reads balance, spend and limit with the key in the header', async () => {
    const { api, seen, signal } = start([told(MYSELF)]);
    expect(await api.balance(signal)).toEqual({
      balanceUsd: 24.5,
      spendUsdPerHour: 0.44,
      spendLimitUsdPerHour: 80,
      accountId: 'user_1',
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: 'https://api.runpod.io/graphql',
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
          'user-agent': 'runpod-llm-manager/test',
        },
        body: { query: 'query{myself{id clientBalance currentSpendPerHr spendLimit}}' },
      },
    ]);
  });

  it.each([
    ['trap 37: null for a restricted key', told(null), UNKNOWN],
    ['errors with status 200', json({ data: null, errors: [{ message: 'not authorized' }] }), UNKNOWN],
    ['errors alone', json({ errors: [{ message: 'not authorized' }] }), UNKNOWN],
    ['no data at all', json({}), UNKNOWN],
    ['a 401 of GraphQL', json({ errors: [] }, 401), UNKNOWN],
    ['a 403', html(403), UNKNOWN],
    ['trap 37: GraphQL gone for good', html(404), UNKNOWN],
    [
      'a balance of zero',
      told({ ...MYSELF, clientBalance: 0 }),
      { balanceUsd: 0, spendUsdPerHour: 0.44, spendLimitUsdPerHour: 80, accountId: 'user_1' },
    ],
    [
      'a part withheld',
      told({ ...MYSELF, clientBalance: null }, { errors: [{ message: 'no' }] }),
      { ...UNKNOWN, spendUsdPerHour: 0.44, spendLimitUsdPerHour: 80, accountId: 'user_1' },
    ],
    ['fields of another type', told({ id: 7, clientBalance: '24.5' }), { ...UNKNOWN, accountId: null }],
  ])('%s', async (_, answer, expected) => {
    const { api, seen, signal } = start([answer]);
    expect(await api.balance(signal)).toEqual(expected);
    expect(seen).toHaveLength(1);
  });

  it('the kill switch sends nothing', async () => {
    const { api, seen, signal } = start([told(MYSELF)], { graphqlEnabled: false });
    expect(await api.balance(signal)).toEqual(UNKNOWN);
    expect(seen).toHaveLength(0);
  });

  it('is a query: repeated after passing trouble, which is told when it stays', async () => {
    const over = start([problem(500, 'boom'), networkError('ECONNRESET'), told(MYSELF)]);
    const balance = settled(over.api.balance(over.signal));
    await over.clock.advance(10_000);
    expect(await balance.value).toMatchObject({ balanceUsd: 24.5 });
    const stays = start([html(503)]);
    const failed = settled(stays.api.balance(stays.signal));
    await stays.clock.advance(10_000);
    expect(await failed.value).toMatchObject({ code: 'runpod_unavailable' });
    expect(await failed.value).not.toHaveProperty('details.mayHaveHappened');
    expect(stays.seen).toHaveLength(3);
  });

  it('an answer that is no answer is an error', async () => {
    const { api, signal } = start([html(200, 'Sign in to WiFi')]);
    await expect(api.balance(signal)).rejects.toMatchObject({ code: 'runpod_bad_answer' });
  });

  it('leaves when told', async () => {
    const { api, abort, clock, signal } = start(['hang']);
    const balance = settled(api.balance(signal));
    await clock.advance(10);
    abort();
    expect(await balance.value).toMatchObject({ name: 'AbortError' });
    expect(clock.pendingTimers).toBe(0);
  });
});

/** What each route answers; PATCH by default as an API that looks the id up. */
interface Cloud {
  readonly pods?: Step;
  readonly serverless?: Step;
  readonly billing?: Step;
  readonly patch?: Step;
  readonly graphql?: Step;
}

const FORBIDDEN = problem(403, 'access denied');
const DEAD = problem(401, 'missing bearer token');

function answer(cloud: Cloud): (request: Seen) => ReturnType<typeof json> {
  const pick = ({ method, url }: Seen): Step => {
    const { pathname } = new URL(url);
    if (pathname === '/graphql') return cloud.graphql ?? told(MYSELF);
    if (method === 'PATCH') return cloud.patch ?? problem(404, 'not found');
    if (pathname === '/v2/pods') return cloud.pods ?? json({ pods: [] });
    if (pathname === '/v2/serverless') return cloud.serverless ?? json({ endpoints: [] });
    return cloud.billing ?? json({ records: [], metadata: { totals: { totalAmount: 0 } } });
  };
  return (request) => {
    const step = pick(request);
    if (step instanceof Error || typeof step !== 'object') throw new Error('answers only');
    return step.clone();
  };
}

async function check(cloud: Cloud, more: Partial<RunPodApiOptions & { key: string }> = {}) {
  const play = script(answer(cloud));
  const tools = rig(play.fetch);
  const work = settled(checkKey({ ...tools.options, key: KEY, ...more }, tools.signal));
  await tools.clock.advance(60_000);
  const result: KeyCheck = keyCheckSchema.parse(await work.value);
  return { ...play, result, allowed: result.rights.map(({ area, allowed }) => `${area}: ${allowed}`) };
}

describe('checkKey', () => {
  it('lists what a full key may do', async () => {
    const { result, problems } = await check({});
    expect(result).toEqual({
      ok: true,
      rights: [
        { area: 'pods', allowed: 'yes', detail: 'Can be listed and changed.' },
        { area: 'serverless', allowed: 'yes', detail: 'Can be listed and changed.' },
        { area: 'billing', allowed: 'yes', detail: 'Past charges can be read.' },
        { area: 'balance', allowed: 'yes', detail: 'Balance and current spend can be read.' },
      ],
      balanceUsd: 24.5,
      problem: null,
    });
    expect(problems()).toEqual([]);
  });

  it('can never rent anything, whatever RunPod answers', async () => {
    for (const patch of [problem(404, 'x'), FORBIDDEN, problem(422, 'x'), json({ id: 'p1' })]) {
      const { seen } = await check({ patch });
      const sent = seen.filter(({ url }) => !url.endsWith('/graphql'));
      expect(sent.map(({ method }) => method).toSorted()).toEqual(['GET', 'GET', 'GET', 'PATCH', 'PATCH']);
      const patches = sent.filter(({ method }) => method === 'PATCH');
      expect(
        patches.map(({ url, body }) => `${new URL(url).pathname} ${JSON.stringify(body)}`).toSorted(),
      ).toEqual([
        '/v2/pods/runpod-llm-manager-key-check {}',
        '/v2/serverless/runpod-llm-manager-key-check {}',
      ]);
    }
  });

  it.each<[string, Cloud, readonly string[], boolean, string | undefined]>([
    [
      'a read-only key',
      { patch: FORBIDDEN },
      ['pods: read-only', 'serverless: read-only', 'billing: yes', 'balance: yes'],
      true,
      'runpod_key_forbidden',
    ],
    [
      'a key for serverless alone',
      { pods: FORBIDDEN },
      ['pods: no', 'serverless: yes', 'billing: yes', 'balance: yes'],
      true,
      undefined,
    ],
    [
      'a key for nothing',
      { pods: FORBIDDEN, serverless: FORBIDDEN, billing: FORBIDDEN, graphql: told(null) },
      ['pods: no', 'serverless: no', 'billing: no', 'balance: no'],
      true,
      'runpod_key_forbidden',
    ],
    [
      'a write that tells nothing',
      { patch: problem(422, 'empty body') },
      ['pods: unknown', 'serverless: unknown', 'billing: yes', 'balance: yes'],
      true,
      undefined,
    ],
    [
      'a 404 from somewhere else',
      { patch: html(404) },
      ['pods: unknown', 'serverless: unknown', 'billing: yes', 'balance: yes'],
      true,
      undefined,
    ],
    [
      'a dead key',
      { pods: DEAD, serverless: DEAD, billing: DEAD, graphql: json({}, 401) },
      ['pods: no', 'serverless: no', 'billing: no', 'balance: no'],
      false,
      'runpod_key_invalid',
    ],
    [
      'a RunPod in trouble',
      { pods: html(503), serverless: html(503), billing: html(503), graphql: html(503) },
      ['pods: unknown', 'serverless: unknown', 'billing: unknown', 'balance: unknown'],
      false,
      'runpod_unavailable',
    ],
    [
      'trouble with one area',
      { serverless: html(503) },
      ['pods: yes', 'serverless: unknown', 'billing: yes', 'balance: yes'],
      true,
      undefined,
    ],
    [
      'a firewall: says nothing about the key',
      { pods: html(403), serverless: html(403), billing: html(403), graphql: html(403) },
      ['pods: unknown', 'serverless: unknown', 'billing: unknown', 'balance: no'],
      false,
      'runpod_unreachable',
    ],
    [
      'a hotel network',
      { pods: html(200), serverless: html(200), billing: html(200), graphql: html(200) },
      ['pods: unknown', 'serverless: unknown', 'billing: unknown', 'balance: unknown'],
      false,
      'runpod_bad_answer',
    ],
  ])('tells %s', async (_, cloud, allowed, ok, code) => {
    const { result, allowed: found } = await check(cloud);
    expect(found).toEqual(allowed);
    expect(result.ok).toBe(ok);
    expect(result.problem?.code).toBe(code);
    expect(JSON.stringify(result)).not.toContain(KEY);
  });

  it.each([
    [json({ errors: [] }, 403), 'RunPod tells this key nothing about the account (403).'],
    [html(403, 'Blocked'), 'RunPod tells this key nothing about the account (403: Blocked).'],
    [told(null), 'RunPod tells this key nothing about the account.'],
    [told(null, { errors: [{ message: `no rights for ${KEY}` }] }), 'no rights for ***'],
  ])('says why a balance cannot be read (%#)', async (graphql, detail) => {
    const { result } = await check({ graphql });
    expect(result.rights.at(-1)).toEqual({ area: 'balance', allowed: 'no', detail });
  });

  it('does not call a balance unreadable that nobody asked for', async () => {
    const { allowed, result, seen } = await check({}, { graphqlEnabled: false });
    expect(allowed.at(-1)).toBe('balance: unknown');
    expect(result.balanceUsd).toBeNull();
    expect(seen.some(({ url }) => url.endsWith('/graphql'))).toBe(false);
  });

  it.each([
    ['', 'runpod_key_missing'],
    ['rpa_CANARY\nx', 'runpod_key_invalid'],
  ])('sends nothing for the key %j', async (key, code) => {
    const { result, seen } = await check({}, { key });
    expect(result).toMatchObject({ ok: false, rights: [], problem: { code } });
    expect(JSON.stringify(result)).not.toContain('CANARY');
    expect(seen).toHaveLength(0);
  });

  it('leaves when told', async () => {
    const play = script('hang');
    const { abort, clock, options, signal } = rig(play.fetch);
    const work = settled(checkKey({ ...options, key: KEY }, signal));
    await clock.advance(10);
    abort();
    expect(await work.value).toMatchObject({ name: 'AbortError' });
    expect(clock.pendingTimers).toBe(0);
  });
});
