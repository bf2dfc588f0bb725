import { afterEach, describe, expect, it } from 'vitest';
import { editEffects, LAUNCH_FIELDS } from '../../../src/main/deployments/edit-effects.ts';
import { specHash } from '../../../src/main/deployments/pod/launch.ts';
import { deploymentSpecSchema, type DeploymentSpec, type DeploymentWish } from '../../../src/shared/model.ts';
import { never, wish, world, type World } from './harness.ts';

const spec = (more: Partial<DeploymentWish> = {}): DeploymentSpec => deploymentSpecSchema.parse(wish(more));

/** Another value for every field of a spec. */
const others: { readonly [K in keyof DeploymentSpec]: DeploymentSpec[K] } = {
  name: 'other',
  model: 'Qwen/Qwen3-4B',
  modelPath: '/models/x',
  revision: 'main',
  backend: 'ollama',
  mode: 'auto',
  compute: { gpuTypeIds: ['NVIDIA L40S'], gpuCount: 1, cloud: 'ANY', dataCenterIds: [], maxUsdPerHour: 1 },
  contextTokens: 1024,
  concurrency: 1,
  kvCacheDtype: 'fp8',
  image: 'vllm/vllm-openai:v0.30.0',
  templateId: 't',
  ownImage: 'always',
  extraArgs: ['--x'],
  env: { A: 'b' },
  containerDiskGb: 77,
  volume: { networkVolumeId: 'v', path: '/workspace' },
  serverless: { ...spec().serverless, maxWorkers: 9 },
  aliases: ['a'],
  idle: { policy: 'off', minutes: 15 },
  onStop: 'keep',
  watchdog: { enabled: false, graceMinutes: 15, maxHours: 12 },
  budget: { usdPerBoot: 1, usdPerDay: 1 },
  wakeOnRequest: false,
  autostart: true,
  schedule: { ...spec().schedule, onSleep: 'stop' },
};

describe('what an edit does to the pod', () => {
  const none = { pod: null, endpoint: null, inFlight: 0, bootMs: null };

  it.each(Object.entries(others))('of %s follows what a pod cannot change', (field, value) => {
    const after = deploymentSpecSchema.parse({ ...spec(), [field]: value });
    const needed = specHash(spec()) !== specHash(after);
    expect(editEffects(spec(), after, none)).toEqual({
      newPod: 'never',
      because: needed ? [field] : [],
      wipes: [],
      costs: { bootUsd: 0 },
    });
    expect(LAUNCH_FIELDS.some((each) => each === field)).toBe(needed);
  });

  it('takes the order of variables for no difference', () => {
    const [before, after] = [spec({ env: { A: '1', B: '2' } }), spec({ env: { B: '2', A: '1' } })];
    expect(editEffects(before, after, none).because).toEqual([]);
  });
});

describe('an edit told before it is made', () => {
  let w: World;
  afterEach(() => w.dispose());
  const effects = (more: Partial<DeploymentWish>) => w.fleet.editEffects('qwen', spec(more));

  async function up(more: Partial<DeploymentWish> = {}): Promise<void> {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(more), true, never);
    await w.pass(40_000);
  }

  it('says that it makes the pod anew, what is lost and what that costs; and that is what happens', async () => {
    await up();
    w.fleet.targets.list()[0]?.lease();
    const told = effects({ extraArgs: ['--seed', '1'] });
    expect(told).toEqual({
      newPod: 'now',
      because: ['extraArgs'],
      wipes: [
        'the container disk of the pod, 40 GB; weights are downloaded again',
        'the answers of 1 request in flight',
      ],
      costs: { bootUsd: expect.closeTo(0.0035, 2) },
    });
    expect(told.costs.bootUsd).toBeGreaterThan(0);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    await w.fleet.edit('qwen', wish({ extraArgs: ['--seed', '1'] }), never);
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
  });

  it('says that it leaves the pod alone', async () => {
    await up();
    expect(effects({ aliases: ['code'], idle: { minutes: 5 } })).toEqual({
      newPod: 'never',
      because: [],
      wipes: [],
      costs: { bootUsd: 0 },
    });
  });

  it('says that a kept pod goes at the next start, with its disk', async () => {
    await up({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    expect(effects({ onStop: 'keep', contextTokens: 8192 })).toMatchObject({
      newPod: 'next-start',
      because: ['contextTokens'],
      wipes: ['the disk the pod is kept with, 40 GB; weights are downloaded again'],
    });
  });
});
