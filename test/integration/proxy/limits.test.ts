import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom, systemRandom } from '../../../src/main/platform/random.ts';
import { ownerKey } from '../../../src/main/proxy/keyring.ts';
import { keyRefusal } from '../../../src/main/costs/key-budget.ts';
import { StoredKeys } from '../../../src/main/proxy/stored-keys.ts';
import { eventually, Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';
import { answerChat, type Script } from '../../support/proxy-upstream.ts';

let h: Harness;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  h = await Harness.start({ clock });
});
afterEach(() => h.stop());
const set = (fields: object): void => {
  h.settings = { ...h.settings, limits: { ...h.settings.limits, ...fields } };
};

describe('limits', () => {
  it('requests a minute: 429 with retry-after and the usual headers, and room again in time', async () => {
    set({ requestsPerMinute: 2 });
    const first = await h.chat({ n: 1 });
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    await h.chat({ n: 2 });
    const refused = await h.chat({ n: 3 });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    await clock.advance(30_000);
    expect((await h.chat({ n: 4 })).status).toBe(200);
    expect((await h.chat({ n: 5 })).status).toBe(429);
  });

  it('tokens a minute are reserved by size and settled by use', async () => {
    set({ tokensPerMinute: 1000 });
    expect((await h.chat({ max_tokens: 900, n: 1 })).status).toBe(200);
    // 10 tokens were used of the 900 reserved.
    expect((await h.chat({ max_tokens: 900, n: 2 })).status).toBe(200);
    h.upstream.script = () => {};
    const slow = h.chat({ max_tokens: 900, n: 3 });
    slow.catch(() => {});
    await h.upstream.until(() => h.upstream.received.length === 3);
    expect((await h.chat({ max_tokens: 900, n: 4 })).status).toBe(429);
  });

  it('requests at once: the others wait in order, leave the queue when they leave, and only so many wait', async () => {
    set({ concurrent: 1, queue: 2 });
    const release: (() => void)[] = [];
    const held: Script = (request, res) => {
      release.push(() => answerChat('x')(request, res));
    };
    h.upstream.script = held;
    const leave = new AbortController();
    const first = h.chat({ n: 1 });
    await h.upstream.until(() => h.upstream.received.length === 1);
    const second = h.chat({ n: 2 }, { signal: leave.signal });
    await eventually(() => h.proxy.stats().inFlight === 2, 'the second waits');
    const third = h.chat({ n: 3 });
    await eventually(() => h.proxy.stats().inFlight === 3, 'the third waits');
    const fourth = await h.chat({ n: 4 });
    expect(fourth.status).toBe(429);
    leave.abort();
    await expect(second).rejects.toThrow(/abort/i);
    await eventually(() => h.proxy.stats().inFlight === 2, 'the second left');
    release[0]?.();
    expect((await first).status).toBe(200);
    await h.upstream.until(() => h.upstream.received.length === 2);
    release[1]?.();
    expect((await third).status).toBe(200);
    expect(h.upstream.received.map((request) => request.json['n'])).toEqual([1, 3]);
  });
});

describe('client keys', () => {
  it('are made with limits, kept as digests, and end at once when revoked', async () => {
    const db = openDb(':memory:');
    const random = seededRandom(3);
    const keys = new StoredKeys({ db, clock, random, ids: randomIds(systemRandom) });
    keys.setOwner(ownerKey(LOCAL_KEY));
    await h.stop();
    h = await Harness.start({ clock, options: { keyring: keys } });
    const { key, secret } = keys.make('ide', { limits: { requestsPerMinute: 1 } });
    expect(secret).toMatch(/^pat_local_[0-9a-f]{64}$/);
    expect(JSON.stringify(db.all('SELECT * FROM client_keys'))).not.toContain(secret);
    const as = { headers: { authorization: `Bearer ${secret}` } };
    expect((await h.chat({ n: 1 }, as)).status).toBe(200);
    expect((await h.chat({ n: 2 }, as)).status).toBe(429);
    expect((await h.chat({ n: 3 })).status).toBe(200);
    expect(h.records.map((record) => record.keyName)).toEqual(['ide', 'ide', 'owner']);
    expect(keys.list()).toMatchObject([{ name: 'ide', hint: secret.slice(-4) }]);
    expect(() => keys.make('ide')).toThrow(/exists already/);
    keys.revoke(key.id);
    expect((await h.chat({ n: 4 }, as)).status).toBe(401);
    const { secret: brief } = keys.make('brief', { expiresAt: clock.now() + 1000 });
    const briefly = { headers: { 'x-api-key': brief, authorization: `Bearer ${brief}` } };
    expect((await h.chat({ n: 5 }, briefly)).status).toBe(200);
    await clock.advance(1001);
    expect((await h.chat({ n: 6 }, briefly)).status).toBe(401);
    db.close();
  });

  it('that are used up are refused in every dialect, in words that make clients stop; others go on', async () => {
    const db = openDb(':memory:');
    const random = seededRandom(5);
    const keys = new StoredKeys({ db, clock, random, ids: randomIds(systemRandom) });
    keys.setOwner(ownerKey(LOCAL_KEY));
    let spentUsd = 0;
    await h.stop();
    h = await Harness.start({
      clock,
      options: {
        keyring: keys,
        keyRefusal: ({ name, budget }) => {
          const spent = { todayUsd: spentUsd, monthUsd: spentUsd };
          return budget === undefined
            ? null
            : keyRefusal(name, budget, spent, () => ({ nowMs: clock.now(), zone: 'UTC' }));
        },
      },
    });
    const { key, secret } = keys.make('ide', { budget: { usdPerDay: 1 } });
    const as = { headers: { authorization: `Bearer ${secret}` } };
    expect((await h.chat({ n: 1 }, as)).status).toBe(200);
    spentUsd = 1;
    const chat = await h.chat({ n: 2, stream: true }, as);
    expect([chat.status, chat.headers.get('x-should-retry')]).toEqual([402, 'false']);
    const message = await h.post('/v1/messages', { model: 'm', max_tokens: 1, messages: [] }, as);
    expect([message.status, await message.json()]).toMatchObject([402, { error: { type: 'billing_error' } }]);
    const response = await h.post('/v1/responses', { model: 'm', input: 'hi', stream: true }, as);
    expect(await response.text()).toMatch(/response\.failed.*invalid_prompt.*is used up/s);
    expect((await h.chat({ n: 3 })).status).toBe(200);
    expect(h.upstream.received).toHaveLength(2);
    expect(h.records.filter(({ errorCode }) => errorCode === 'budget_exceeded')).toHaveLength(3);
    keys.change(key.id, (before) => ({ ...before, budget: { ...before.budget, usdPerDay: 2 } }));
    expect((await h.chat({ n: 4 }, as)).status).toBe(200);
    expect(() => keys.change('key_none', (before) => before)).toThrow(/no key/);
    db.close();
  });
});
