import { describe, expect, it } from 'vitest';
import { KEY, READ_KEY, rig, type Answer, type Chat, type Rig } from './support.ts';

const ASK = { model: 'kimi-k3', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 40 };

function ask<T = Chat>(world: Rig, slug: string, body: object, key = KEY): Promise<Answer<T>> {
  return world.call<T>(`${world.sandbox.urls().invokeUrl}/${slug}/openai/v1/chat/completions`, {
    headers: { authorization: `Bearer ${key}` },
    body,
  });
}

interface Bill {
  readonly records: readonly { readonly totalAmount: number }[];
  readonly metadata: { readonly totals: { readonly totalAmount: number } };
}

describe('public endpoints', () => {
  it('answer at once, tell their cost, and take it from the balance', async () => {
    const world = rig();
    const { status, body } = await ask<Chat & { cost: number }>(world, 'moonshot-kimi', ASK);
    expect(status).toBe(200);
    expect(body).toMatchObject({ model: 'kimi-k3', system_fingerprint: 'sandbox' });
    const { prompt_tokens: input, completion_tokens: output } = body.usage;
    expect(body.cost).toBeCloseTo((input * 3 + output * 15) / 1e6, 12);
    await world.clock.advance(1000);
    expect(world.sandbox.bill().totalUsd).toBeCloseTo(body.cost, 9);
  });

  it('stream, and are billed for streams too', async () => {
    const world = rig();
    const { body } = await ask<string>(world, 'qwen3-32b-awq', { ...ASK, model: undefined, stream: true });
    expect(body.endsWith('data: [DONE]\n\n')).toBe(true);
    await world.clock.advance(3_600_000);
    const { body: bill } = await world.api<Bill>('GET', '/billing/endpoints?bucketSize=day&lastN=2');
    expect(bill.metadata.totals.totalAmount).toBeGreaterThan(0);
    expect(bill.metadata.totals.totalAmount).toBeCloseTo(world.sandbox.bill().totalUsd, 9);
    const { body: all } = await world.api<Bill>('GET', '/billing?bucketSize=day&lastN=2');
    expect(all.metadata.totals).toMatchObject({ endpointAmount: bill.metadata.totals.totalAmount });
  });

  it('need a key, a model they have, and money', async () => {
    const world = rig({ balanceUsd: 0 });
    expect((await ask(world, 'moonshot-kimi', ASK, READ_KEY)).status).toBe(401);
    expect((await ask(world, 'moonshot-kimi', ASK)).status).toBe(402);
    expect((await ask(rig(), 'no-such-endpoint', ASK)).status).toBe(404);
    expect((await ask(rig(), 'qwen3-32b-awq', ASK)).status).toBe(404);
  });
});
