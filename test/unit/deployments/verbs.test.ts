import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish, LogLine } from '../../../src/shared/model.ts';
import { deploymentViewSchema, historyEntrySchema, radarSchema } from '../../../src/shared/model.ts';
import { events } from '../../../src/shared/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, settled, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

async function ready(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
  await w.pass(40_000);
}
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

describe('what is refused before anything is made (SPEC 3.13)', () => {
  it.each([
    ['a name that is taken', {}, 'name_taken'],
    ['a name that cannot be one', { name: 'Not A Name' }, 'invalid_input'],
    ['a negative number', { name: 'b', contextTokens: -1 }, 'invalid_input'],
    ['a bad image', { name: 'b', image: 'Not An Image' }, 'image_invalid'],
    ['a volume that does not exist', { name: 'b', volume: { networkVolumeId: 'none' } }, 'invalid_input'],
  ] as const)('%s', async (_, more, code) => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    await expect(w.fleet.create(wish(more as Partial<DeploymentWish>), true, never)).rejects.toMatchObject({
      code,
    });
    expect(creates()).toBe(0);
    expect(w.fleet.list()).toHaveLength(1);
  });

  it('a model that does not exist, unless the image or Ollama knows it', async () => {
    const unknown = new AppError('model_unknown', 'no such model');
    w = world({ deps: { facts: { facts: () => Promise.reject(unknown) } } });
    w.fleet.start();
    await expect(w.fleet.create(wish(), true, never)).rejects.toBe(unknown);
    await w.fleet.create(wish({ name: 'a', image: 'me/mine:v1' }), false, never);
    await w.fleet.create(wish({ name: 'b', backend: 'ollama', model: 'llama3.2:3b' }), false, never);
    expect(w.fleet.list().map((view) => view.name)).toEqual(['a', 'b']);
  });

  it('trap 36: a gated model without a token', async () => {
    const facts = {
      model: 'meta/x',
      revision: null,
      gated: true,
      pipeline: null,
      weightBytes: { value: 1, provenance: 'exact', source: 'test' },
      quantization: { value: 'none', provenance: 'exact', source: 'test' },
    } as const;
    w = world({ deps: { facts: { facts: () => Promise.resolve(facts) } } });
    w.fleet.start();
    await expect(w.fleet.create(wish(), true, never)).rejects.toMatchObject({ code: 'model_gated' });
    await w.fleet.create(wish({ env: { HF_TOKEN: 'hf_x' } }), false, never);
    expect(w.fleet.list()).toHaveLength(1);
  });

  it('a start that would reach its limit before the model answers', async () => {
    w = world();
    w.fleet.start();
    const asked = w.fleet.create(wish({ budget: { usdPerBoot: 0.001 } }), true, never);
    await expect(asked).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^budget\.usdPerBoot: .*\$0\.0010.*min or more at \$0\.\d\d\/h/),
      details: { field: 'budget.usdPerBoot', value: 0.001, nearest: 1 },
    });
    expect(creates()).toBe(0);
  });

  it('not, when the cloud cannot be asked and nothing is to start', async () => {
    const down = new AppError('runpod_unreachable', 'no network');
    w = world();
    w.cloud.api.catalog.gpus = () => Promise.reject(down);
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    await expect(w.fleet.create(wish({ name: 'b' }), true, never)).rejects.toBe(down);
    expect(w.fleet.list()).toHaveLength(1);
  });

  it('an unknown deployment, naming those there are', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    expect(() => w.fleet.get('qwem')).toThrow(
      expect.objectContaining({ code: 'not_found', details: { value: 'qwem', allowed: ['qwen'] } }),
    );
  });

  it('verbs on a deployment that is being removed', async () => {
    w = world();
    await ready();
    w.cloud.failures.set('delete', [new AppError('runpod_unavailable', 'no')]);
    w.fleet.terminate('qwen');
    for (const verb of ['startDeployment', 'stop', 'restart'] as const) {
      expect(() => w.fleet[verb]('qwen')).toThrow(expect.objectContaining({ code: 'not_allowed_now' }));
    }
    expect(w.fleet.get('qwen').actions).toEqual([]);
  });

  it('keeping alive what does not run', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    expect(() => w.fleet.keepAlive('qwen', 5)).toThrow(expect.objectContaining({ code: 'not_allowed_now' }));
  });
});

describe('what it tells', () => {
  it('keeps to the contract in every state', async () => {
    w = world();
    w.fleet.start();
    const seen = new Set<string>();
    w.fleet.subscribe((event) => {
      expect(events[event.name].safeParse(event.payload).error?.issues ?? []).toEqual([]);
      if (event.name !== 'deployment.changed') return;
      expect(deploymentViewSchema.safeParse(event.payload).success).toBe(true);
      seen.add(event.payload.state);
    });
    await w.fleet.create(wish(), true, never);
    await w.pass(40_000);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.cloud.creates = [{ do: 'refuse', error: new AppError('runpod_balance_empty', 'no') }];
    w.fleet.startDeployment('qwen');
    await w.pass(10_000);
    w.fleet.terminate('qwen');
    await w.pass(10_000);
    expect([...seen].sort()).toEqual(
      [
        'failed',
        'loading',
        'placing',
        'pulling',
        'ready',
        'stopped',
        'stopping',
        'terminating',
        'warming',
      ].filter((state) => seen.has(state)),
    );
    expect(seen.size).toBeGreaterThanOrEqual(7);
  });

  it('writes a history that can be read back', async () => {
    w = world();
    await ready();
    const { entries } = w.fleet.history('qwen');
    for (const entry of entries) expect(historyEntrySchema.safeParse(entry).success).toBe(true);
    expect(entries.map((entry) => entry.kind)).toEqual(['created', 'start', 'image', 'pod-created', 'ready']);
  });

  it('offers the actions of each state', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    expect(w.fleet.get('qwen').actions).toEqual(['start', 'terminate', 'edit']);
    w.fleet.startDeployment('qwen');
    await w.pass(2000);
    expect(w.fleet.get('qwen').actions).toEqual(['stop', 'terminate', 'edit']);
    await w.pass(40_000);
    expect(w.fleet.get('qwen').actions).toEqual(['stop', 'restart', 'terminate', 'edit']);
  });

  it('says in the history that auto runs on a pod', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish({ mode: 'auto' }), false, never);
    expect(w.fleet.history('qwen').entries.map((entry) => entry.kind)).toContain('mode');
  });

  it('starts with the app what is set to', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish({ autostart: true }), false, never);
    await w.restart();
    await w.pass(40_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('sends nothing before it is started', async () => {
    w = world();
    await w.pass(60_000);
    expect(w.cloud.calls).toEqual([]);
  });
});

describe('waiting', () => {
  it('ends with the first token', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    const wait = w.fleet.wait('qwen', 'ready', 600_000, never);
    await w.pass(40_000);
    expect((await wait).state).toBe('ready');
    expect((await w.fleet.wait('qwen', 'ready', 1, never)).state).toBe('ready');
  });

  it('ends with the problem', async () => {
    w = world();
    w.cloud.creates = [{ do: 'refuse', error: new AppError('runpod_balance_empty', 'no money') }];
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    const wait = settled(w.fleet.wait('qwen', 'ready', 600_000, never));
    await w.pass(2000);
    expect(await wait).toMatchObject({
      error: {
        code: 'runpod_balance_empty',
      },
    });
  });

  it('ends in time, and what it waits for goes on', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    const wait = settled(w.fleet.wait('qwen', 'ready', 10_000, never));
    await w.pass(40_000);
    expect(await wait).toMatchObject({
      error: {
        code: 'wait_timeout',
        details: { deployment: 'qwen' },
      },
    });
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('for a stop and for the end', async () => {
    w = world();
    await ready();
    const stopped = w.fleet.wait('qwen', 'stopped', 60_000, never);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    expect((await stopped).state).toBe('stopped');
    const gone = w.fleet.wait('qwen', 'terminated', 60_000, never);
    w.fleet.terminate('qwen');
    await w.pass(10_000);
    expect((await gone).name).toBe('qwen');
  });

  it('ends when the caller leaves', async () => {
    w = world();
    await ready();
    const abort = new AbortController();
    const wait = settled(w.fleet.wait('qwen', 'stopped', 60_000, abort.signal));
    abort.abort();
    expect(await wait).toMatchObject({
      error: {
        name: 'AbortError',
      },
    });
  });
});

describe('logs', () => {
  async function collect(
    options: { tail: number; follow: boolean },
    abort: AbortController,
  ): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    try {
      for await (const line of w.fleet.logs('qwen', options, abort.signal)) lines.push(line);
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    }
    return lines;
  }

  it('are followed from one pod to the next, none twice across reconnects (trap 33)', async () => {
    w = world();
    await ready();
    const abort = new AbortController();
    const lines = collect({ tail: 100, follow: true }, abort);
    w.cloud.say('INFO one');
    await w.pass(2000);
    w.cloud.dropLogs();
    w.cloud.say('two');
    await w.pass(20_000);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.fleet.startDeployment('qwen');
    await w.pass(10_000);
    w.cloud.say('ERROR three');
    await w.pass(10_000);
    abort.abort();
    expect((await lines).map(({ text, level }) => [text, level])).toEqual([
      ['INFO one', 'info'],
      ['two', null],
      ['ERROR three', 'error'],
    ]);
  });

  it('end by themselves when they are not followed', async () => {
    w = world();
    await ready();
    w.cloud.say('one');
    const lines = collect({ tail: 100, follow: false }, new AbortController());
    await w.pass(10_000);
    expect((await lines).map((line) => line.text)).toEqual(['one']);
  });

  it('of a deployment without a pod say so, or wait for one', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    const said = { text: 'Nothing of "qwen" runs.', source: 'app' };
    expect(await collect({ tail: 100, follow: false }, new AbortController())).toMatchObject([said]);
    const abort = new AbortController();
    const lines = collect({ tail: 100, follow: true }, abort);
    w.fleet.startDeployment('qwen');
    await w.pass(5000);
    w.cloud.say('hello', 'system');
    await w.pass(5000);
    abort.abort();
    expect(await lines).toMatchObject([said, { text: 'hello', source: 'system' }]);
  });

  it('are waited for where they have not begun', async () => {
    w = world();
    const none = (): AppError => new AppError('runpod_not_found', 'no log yet');
    w.cloud.failures.set('logs', [none(), none(), none()]);
    await ready();
    w.cloud.say('watchdog: armed deadline=1 idle=1800 client=curl');
    await w.pass(10_000);
    expect(w.fleet.get('qwen').watchdog.state).toBe('armed');
  });

  it('end with the deployment', async () => {
    w = world();
    await ready();
    const lines = collect({ tail: 100, follow: true }, new AbortController());
    w.fleet.terminate('qwen');
    await w.pass(10_000);
    expect(await lines).toEqual([]);
  });
});

describe('the radar (SPEC 3.11)', () => {
  const stranger = {
    name: 'somebody',
    image: 'x/y:1',
    gpu: { id: 'NVIDIA L40S', count: 1 },
    ports: ['8000/http'],
  };

  it('lists everything with its owner and cost, and touches nothing that is not ours', async () => {
    w = world();
    await ready();
    await w.cloud.api.pods.create(stranger, never);
    await w.cloud.api.pods.create({ ...stranger, name: 'rplm-ffffffffff-dep_0123456789-abcdef01' }, never);
    await w.pass(120_000);
    const radar = await w.fleet.radar.scan(never);
    expect(radarSchema.safeParse(radar).success).toBe(true);
    expect(
      radar.items.map(({ name, ownership, usdPerHour }) => [name.slice(0, 8), ownership, usdPerHour]),
    ).toEqual([
      ['somebody', 'foreign', 0.99],
      ['rplm-fff', 'other-machine', 0.99],
      [expect.stringContaining('rplm-'), 'known', 0.69],
    ]);
    expect(w.cloud.alive()).toHaveLength(3);
  });

  it('stops and terminates what the user points at', async () => {
    w = world();
    await ready();
    const { id } = await w.cloud.api.pods.create(stranger, never);
    await w.pass(20_000);
    expect((await w.fleet.radar.stop('pod', id, never)).status).toBe('EXITED');
    await w.fleet.radar.terminate('pod', id, never);
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('leaves a deployment’s own pod to the deployment', async () => {
    w = world();
    await ready();
    await expect(w.fleet.radar.terminate('pod', 'pod1', never)).rejects.toMatchObject({
      code: 'not_allowed_now',
    });
    await w.fleet.radar.stop('pod', 'pod1', never);
    await w.pass(10_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('takes over a pod that serves, under its own key, and stops it kept', async () => {
    w = world();
    w.fleet.start();
    const { id } = await w.cloud.api.pods.create(
      {
        ...stranger,
        args: '--model Qwen/Qwen3-4B --served-model-name mine',
        env: { VLLM_API_KEY: 'secret' },
      },
      never,
    );
    await expect(w.fleet.radar.adopt('pod', id, 'mine', never)).rejects.toMatchObject({
      code: 'not_allowed_now',
    });
    await w.pass(30_000);
    const view = await w.fleet.radar.adopt('pod', id, 'mine', never);
    expect(view).toMatchObject({
      state: 'ready',
      spec: { model: 'Qwen/Qwen3-4B', onStop: 'keep' },
      watchdog: { state: 'unprotected' },
      unattended: { usd: null },
    });
    expect(w.fleet.targets.list()[0]?.upstream()).toMatchObject({
      servedModel: 'mine',
      headers: { authorization: 'Bearer secret' },
    });
    await w.pass(10_000);
    expect(w.ledger.usdPerHour({})).toBeCloseTo(0.99);
    await expect(w.fleet.radar.adopt('pod', id, 'again', never)).rejects.toMatchObject({
      code: 'not_allowed_now',
    });
    w.fleet.stop('mine');
    await w.pass(10_000);
    expect(w.cloud.alive()).toMatchObject([{ pod: { status: 'EXITED' } }]);
  });
});
