import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { PublicAccess } from '../../../src/main/proxy/public-target.ts';
import { joinSources, UserTargets } from '../../../src/main/proxy/user-targets.ts';
import { userTargetSchema } from '../../../src/shared/targets.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { eventually, Harness, settled, textOf } from '../../support/proxy-harness.ts';
import { FakeTarget, FakeTargets } from '../../support/proxy-targets.ts';
import { FakeUpstream, sendJson, chatJson } from '../../support/proxy-upstream.ts';

interface Rig {
  /** Another proxy, with a deployment beside the public endpoint, which bridges its wakes. */
  readonly withTarget: (target: FakeTarget) => Promise<Harness>;
  readonly h: Harness;
  readonly runpod: FakeUpstream;
  readonly clock: ManualClock;
  key: string | null;
  refusal: AppError | null;
}

async function rig(fields: object = {}): Promise<Rig> {
  const runpod = await new FakeUpstream().listen();
  const clock = new ManualClock();
  const state: { key: string | null; refusal: AppError | null } = { key: 'rp-key', refusal: null };
  const access: PublicAccess = {
    clock,
    invokeUrl: `${runpod.url}/v2`,
    simulated: true,
    key: () => Promise.resolve(state.key),
    refusal: () => state.refusal,
  };
  const config = userTargetSchema.parse({ publicEndpoint: 'qwen3-32b-awq', ...fields });
  const source = new UserTargets([config], {}, access);
  const h = await Harness.start({ clock, options: { source } });
  onTestFinished(async () => {
    await h.stop();
    await runpod.close();
  });
  const withTarget = async (target: FakeTarget): Promise<Harness> => {
    const bridged = await Harness.start({
      clock,
      settings: { bridge: { model: 'qwen3-32b-awq' } },
      options: { source: joinSources(new FakeTargets(target), source) },
    });
    onTestFinished(() => bridged.stop());
    return bridged;
  };
  return Object.assign(state, { h, runpod, clock, withTarget });
}

describe('a public endpoint', () => {
  it('is asked at RunPod, under its own model name, with the account’s key alone', async () => {
    const { h, runpod } = await rig({ models: ['big'] });
    for (const model of ['qwen3-32b-awq', 'big']) {
      expect(textOf(await (await h.chat({ model, stream: true })).text())).toBe('Hello there');
    }
    expect((await h.chat({ model: 'Qwen/Qwen3-32B-AWQ' })).status).toBe(404);
    const [first] = runpod.received;
    expect([first?.path, first?.headers.authorization, first?.json['model']]).toEqual([
      '/v2/qwen3-32b-awq/openai/v1/chat/completions',
      'Bearer rp-key',
      'Qwen/Qwen3-32B-AWQ',
    ]);
    expect(h.records[0]).toMatchObject({
      targetId: 'public_qwen3-32b-awq',
      simulated: true,
      wakeMs: null,
      payment: { kind: 'tokens', usdPerMillionInput: 10, usdPerMillionOutput: 10 },
      usage: { tokensIn: 7, tokensOut: 3 },
    });
  });

  it('tells its own price when it does, streamed or whole', async () => {
    const { h, runpod } = await rig();
    runpod.script = (_request, res) => sendJson(res, 200, { ...chatJson('hi'), cost: 0.00024 });
    await (await h.chat({ model: 'qwen3-32b-awq' })).text();
    expect(h.records[0]?.costUsd).toBe(0.00024);
  });

  it('follows a key that is replaced, and says when there is none', async () => {
    const world = await rig();
    const ask = (): Promise<Response> =>
      world.h.chat({ model: 'qwen3-32b-awq', user: String(world.clock.now()) });
    expect((await ask()).status).toBe(200);
    world.key = 'new-key';
    await world.clock.advance(31_000);
    expect((await ask()).status).toBe(200);
    expect(world.runpod.received.at(-1)?.headers.authorization).toBe('Bearer new-key');
    world.key = null;
    await world.clock.advance(31_000);
    const res = await ask();
    expect([res.status, await res.json()]).toMatchObject([402, { error: { code: 'runpod_key_missing' } }]);
  });

  it('keeps deterministic answers from the first one on', async () => {
    const { h, runpod } = await rig();
    const ask = (): Promise<Response> => h.chat({ model: 'qwen3-32b-awq', temperature: 0 });
    await (await ask()).text();
    expect((await ask()).headers.get('x-cache')).toBe('hit');
    expect(runpod.received).toHaveLength(1);
  });

  it('bridges a wake from the first request on, and not when nothing may be spent', async () => {
    const world = await rig();
    const sleepy = new FakeTarget('coder', null);
    const bridged = await world.withTarget(sleepy);
    const res = await bridged.chat({ model: 'coder', seed: 1 });
    expect([res.status, res.headers.get('x-runpod-llm-bridge')]).toEqual([200, 'qwen3-32b-awq']);
    expect([sleepy.wakes, sleepy.ahead]).toEqual([1, true]);
    world.refusal = new AppError('budget_exceeded', "Today's budget is used up.");
    const waits = bridged.chat({ model: 'coder', seed: 2 });
    await eventually(() => sleepy.waiting === 2, 'the waiter');
    sleepy.failBoot(new AppError('no_gpu_capacity', 'No GPU is free.'));
    expect(await (await waits).json()).toMatchObject({ error: { code: 'no_gpu_capacity' } });
    expect(world.runpod.received).toHaveLength(1);
  });

  it('spends nothing once a budget is used up', async () => {
    const world = await rig();
    expect((await world.h.chat({ model: 'qwen3-32b-awq', seed: 1 })).status).toBe(200);
    world.refusal = new AppError('budget_exceeded', "Today's budget is used up.");
    const res = await world.h.chat({ model: 'qwen3-32b-awq', seed: 2 });
    expect([res.status, await res.json()]).toMatchObject([402, { error: { code: 'budget_exceeded' } }]);
    expect(world.runpod.received).toHaveLength(1);
  });

  it('never sends its key after a redirect', async () => {
    const { h, runpod, clock } = await rig();
    const elsewhere = await new FakeUpstream().listen();
    onTestFinished(() => elsewhere.close());
    runpod.script = (_request, res) => {
      res.writeHead(307, { location: `${elsewhere.url}/v1/chat/completions` }).end();
    };
    expect((await settled(clock, h.chat({ model: 'qwen3-32b-awq' }))).status).toBe(502);
    expect(elsewhere.received).toEqual([]);
  });
});
