import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import type { DeploymentView, Plan } from '../../../src/shared/model.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { createFakeManager, type FakeManager } from '../../support/fake-manager.ts';
import { SAMPLE_NOW, sampleDeployments, samplePlan } from '../../support/samples.ts';
import { commandLine, fakeInstance } from '../../support/command-line.ts';
import { until } from '../../support/control.ts';

const named = (fake: FakeManager, method: string) => fake.calls.filter((call) => call.name === method);

/** A plan whose best candidate costs this much. */
function pricedAt(usdPerHour: number): FakeManager {
  const fake = createFakeManager();
  const plan = samplePlan();
  fake.reply('plan.make', () =>
    Promise.resolve({
      ...plan,
      candidates: plan.candidates.map((candidate) => ({ ...candidate, usdPerHour })),
    }),
  );
  return fake;
}

function samplePlanOfWorkers(usdPerHour: number): Plan {
  const plan = samplePlan();
  const candidates = plan.candidates.map((each) => ({ ...each, kind: 'serverless' as const, usdPerHour }));
  return { ...plan, candidates };
}

function workersAt(usdPerHour: number): FakeManager {
  const fake = createFakeManager();
  fake.reply('plan.make', () => Promise.resolve(samplePlanOfWorkers(usdPerHour)));
  return fake;
}

describe('deploy', () => {
  it('sends what was asked for and leaves the rest to the defaults', async () => {
    const instance = await fakeInstance();
    const words =
      'deploy Qwen/Qwen3-8B --name coder --gpu A40 --gpu L40S --count 2 --cloud any --context 64k --concurrency 8 ' +
      '--backend vllm --mode pod --image me/vllm:1 --template tpl1 --disk 80 --idle 30 --max-price 1.5 --alias a --alias b';
    const { code } = await commandLine(words.split(' '), instance);
    expect(code).toBe(0);
    expect(named(instance.fake, 'deployments.create')[0]?.input).toMatchObject({
      start: true,
      spec: {
        name: 'coder',
        model: 'Qwen/Qwen3-8B',
        compute: { gpuTypeIds: ['A40', 'L40S'], gpuCount: 2, cloud: 'ANY', maxUsdPerHour: 1.5 },
        contextTokens: 65_536,
        concurrency: 8,
        image: 'me/vllm:1',
        templateId: 'tpl1',
        containerDiskGb: 80,
        idle: { policy: 'fixed', minutes: 30 },
        aliases: ['a', 'b'],
        onStop: 'terminate',
      },
    });
  });

  it('says what workers cost that are kept up, and asks for all of them', async () => {
    const instance = await fakeInstance({ fake: workersAt(1.22) });
    const words = 'deploy Qwen/Qwen3-8B --mode serverless --max-price 10 --max-workers 3 --min-workers';
    const one = await commandLine([...words.split(' '), '1'], instance);
    expect(one.code).toBe(0);
    expect(one.err).toContain('A worker is kept up without requests too: $1.22/h day and night');
    const two = await commandLine([...words.split(' '), '2', '--name', 'two'], instance);
    expect(two.code).toBe(4);
    expect(two.err).toContain('2 workers are kept up without requests too: $2.44/h day and night');
    expect(two.err).toContain('$2.44/h for 2 workers always up, each $1.22/h while a worker runs');
    expect(named(instance.fake, 'deployments.create')).toHaveLength(1);
  });

  it('leaves mode auto room for a worker, which is told', async () => {
    const fake = createFakeManager();
    const plan = samplePlan();
    fake.reply('plan.make', ({ mode }) =>
      Promise.resolve(mode === 'serverless' ? samplePlanOfWorkers(1.22) : plan),
    );
    const instance = await fakeInstance({ fake });
    const { code, err } = await commandLine(['deploy', 'Qwen/Qwen3-8B', '--mode', 'auto'], instance);
    expect(code).toBe(0);
    expect(err).toContain(
      'Where serverless turns out cheaper it changes to that: $1.22/h while a worker runs.',
    );
    expect(named(fake, 'deployments.create')[0]?.input).toMatchObject({
      spec: { mode: 'auto', compute: { maxUsdPerHour: 1.22 } },
    });
  });

  it('refuses what only an endpoint has for a pod', async () => {
    const instance = await fakeInstance();
    const { code, err } = await commandLine(['deploy', 'Qwen/Qwen3-8B', '--min-workers', '1'], instance);
    expect(code).toBe(2);
    expect(err).toContain('Add --mode serverless');
    expect(named(instance.fake, 'deployments.create')).toEqual([]);
  });

  it('says the price before anything starts', async () => {
    const instance = await fakeInstance();
    let said = '';
    instance.fake.reply('deployments.create', () => {
      said = 'created';
      return Promise.reject(new AppError('name_taken', 'It exists.'));
    });
    const { err, code } = await commandLine(['deploy', 'Qwen/Qwen3-8B'], instance);
    expect([code, said]).toEqual([4, 'created']);
    expect(err.split('\n')[0]).toBe(
      'qwen3-8b on 1 × RTX A5000 (secure, high stock): $0.26/h, at most $0.52/h if that is taken (GPU $0.25 + disk $0.0055), simulated money; first token in about 4-8 min.',
    );
    expect(err).toContain('warning: The first start pulls a 10 GB image.');
  });

  it('rents nothing dearer than what was told, with a price of the user’s own or without', async () => {
    for (const [more, limit] of [
      [[], 0.52],
      [['--max-price', '0.3'], 0.3],
    ] as const) {
      const instance = await fakeInstance();
      const { err } = await commandLine(['deploy', 'Qwen/Qwen3-8B', ...more], instance);
      expect(err).toContain(`at most $${limit.toFixed(2)}/h if that is taken`);
      expect(named(instance.fake, 'deployments.create')[0]?.input).toMatchObject({
        spec: { compute: { maxUsdPerHour: limit } },
      });
    }
  });

  it('tells the price of the pod that mode "auto" rents, not of the serverless worker it does not', async () => {
    const fake = createFakeManager();
    const [pod] = samplePlan().candidates;
    const worker = { ...(pod ?? raise()), kind: 'serverless' as const, usdPerHour: 0.11 };
    fake.reply('plan.make', () =>
      Promise.resolve({ ...samplePlan(), candidates: [worker, pod ?? raise()], takes: 1 }),
    );
    const deploy = ['deploy', 'Qwen/Qwen3-8B', '--mode', 'auto'];
    const { err } = await commandLine(deploy, await fakeInstance({ fake }));
    expect(err).toContain('(secure, high stock): $0.26/h, at most $0.52/h');
  });

  it('creates nothing with --dry-run, and shows what it would create', async () => {
    const instance = await fakeInstance();
    const { code, out } = await commandLine(['deploy', 'Qwen/Qwen3-8B', '--dry-run'], instance);
    expect(code).toBe(0);
    expect(out).toContain('Would create qwen3-8b on 1 × RTX A5000');
    expect(out).toContain('"model": "Qwen/Qwen3-8B"');
    expect(named(instance.fake, 'deployments.create')).toEqual([]);
  });

  it('says what is in the way when nothing fits', async () => {
    const fake = createFakeManager();
    fake.reply('plan.make', () => Promise.resolve({ ...samplePlan(), candidates: [], takes: null }));
    const { code, err } = await commandLine(['deploy', 'Qwen/Qwen3-8B'], await fakeInstance({ fake }));
    expect(code).toBe(4);
    expect(err).toContain('Nothing that is allowed fits Qwen/Qwen3-8B. 1 × RTX 4000 Ada: needs 21.3 GiB');
  });
});

describe('a price above $2/h', () => {
  const deploy = ['deploy', 'Qwen/Qwen3-8B'];

  it('is not paid without a yes', async () => {
    const fake = pricedAt(2.69);
    const { code, err } = await commandLine(deploy, await fakeInstance({ fake }));
    expect(code).toBe(4);
    expect(err).toContain(
      'Not done without a yes: Start qwen3-8b for $2.69/h, at most $3.37/h if that is taken?\n  Repeat with --yes to accept.',
    );
    expect(named(fake, 'deployments.create')).toEqual([]);
  });

  it('tells programs the price that was not accepted', async () => {
    const { err } = await commandLine([...deploy, '--json'], await fakeInstance({ fake: pricedAt(2.69) }));
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'confirmation_needed', details: { usdPerHour: 2.69 } },
    });
  });

  it.each([
    ['y', 0, 1],
    ['yes', 0, 1],
    ['', 4, 0],
    ['n', 4, 0],
  ])('answered with "%s" ends with %i', async (answer, code, created) => {
    const fake = pricedAt(2.69);
    const result = await commandLine(deploy, { ...(await fakeInstance({ fake })), answers: [answer] });
    expect(result.questions).toEqual([
      'Start qwen3-8b for $2.69/h, at most $3.37/h if that is taken? [y/N] ',
    ]);
    expect([result.code, named(fake, 'deployments.create').length]).toEqual([code, created]);
  });

  it('is accepted beforehand with --yes', async () => {
    const fake = pricedAt(2.69);
    const { code } = await commandLine([...deploy, '--yes'], await fakeInstance({ fake }));
    expect([code, named(fake, 'deployments.create').length]).toEqual([0, 1]);
  });

  it('is not asked about when nothing starts', async () => {
    const fake = pricedAt(2.69);
    const { code } = await commandLine([...deploy, '--no-start'], await fakeInstance({ fake }));
    expect([code, named(fake, 'deployments.create').length]).toEqual([0, 1]);
  });

  it('is asked about at start and restart too', async () => {
    for (const verb of ['start', 'restart']) {
      const fake = pricedAt(3);
      const { code } = await commandLine([verb, 'tiny'], await fakeInstance({ fake }));
      expect([verb, code, named(fake, `deployments.${verb}`).length]).toEqual([verb, 4, 0]);
    }
  });
});

describe('start', () => {
  it('works while the price cannot be told, where the deployment bounds it', async () => {
    const [, , tiny] = sampleDeployments();
    if (tiny === undefined) throw new Error('The sample is gone');
    const bounded: DeploymentView = {
      ...tiny,
      spec: { ...tiny.spec, compute: { ...tiny.spec.compute, maxUsdPerHour: 1 } },
    };
    for (const [view, code] of [
      [bounded, 0],
      [tiny, 4],
    ] as const) {
      const fake = createFakeManager({ deployments: [view] });
      fake.fail('plan.make', new AppError('runpod_unreachable', 'RunPod does not answer.'));
      const result = await commandLine(['start', 'tiny'], await fakeInstance({ fake }));
      expect(result.err).toContain('The price cannot be told now: RunPod does not answer.');
      expect(result.code).toBe(code);
    }
  });

  it('does not start or price what runs already', async () => {
    const instance = await fakeInstance();
    const { code, out } = await commandLine(['start', 'qwen3-coder'], instance);
    expect([code, out]).toEqual([0, 'qwen3-coder is ready.\n']);
    expect(named(instance.fake, 'deployments.start')).toEqual([]);
    expect(named(instance.fake, 'plan.make')).toEqual([]);
  });
});

describe('--wait', () => {
  const phase = (name: 'placing' | 'pulling' | 'loading', usualSeconds: number | null) => ({
    state: name,
    phases: [
      {
        phase: name,
        startedAt: new Date(SAMPLE_NOW).toISOString(),
        endedAt: null,
        usualSeconds,
        detail: null,
      },
    ],
  });

  it('tells the phases as they come and ends when the model has answered', async () => {
    const instance = await fakeInstance();
    const { fake } = instance;
    const clock = new ManualClock(SAMPLE_NOW);
    const running = commandLine(['deploy', 'Qwen/Qwen3-8B', '--wait'], { ...instance, clock });
    await until(() => named(fake, 'deployments.wait').length === 1 && fake.listeners > 0, 'a wait');
    await clock.advance(15_000);
    fake.change('qwen3-8b', phase('pulling', 105));
    await until(() => fake.deployments().some((view) => view.state === 'pulling'), 'pulling');
    await clock.advance(1);
    fake.change('qwen3-8b', { state: 'ready', phases: [] });
    const { code, out, err } = await running;
    expect(code).toBe(0);
    expect(err).toContain('[0:00] Finding GPU, usually 20 s');
    expect(out).toBe(
      'qwen3-8b is ready: model "qwen3-8b" at http://127.0.0.1:27182/v1\nAsk it: runpod-llm chat qwen3-8b. Connect a tool: runpod-llm connect\n',
    );
  });

  it('redraws one line where somebody watches, and clears it at the end', async () => {
    const instance = await fakeInstance();
    const { fake } = instance;
    const running = commandLine(['start', 'tiny', '--wait'], { ...instance, interactive: true });
    await until(() => fake.listeners > 0, 'a subscription');
    fake.change('tiny', phase('loading', 45));
    fake.change('tiny', { state: 'ready', phases: [] });
    const { code, err } = await running;
    expect(code).toBe(0);
    expect(err).toContain('\r\u001b[2KFinding GPU · ');
    expect(err.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('ends with 5 when time runs out, and tells that it goes on', async () => {
    const fake = createFakeManager();
    fake.fail('deployments.wait', new AppError('wait_timeout', 'Too long.'));
    const { code, err } = await commandLine(
      ['start', 'gemma-3-12b', '--wait', '--timeout', '90'],
      await fakeInstance({ fake }),
    );
    expect(code).toBe(5);
    expect(err).toMatch(/error: gemma-3-12b is not ready after 2 min: Loading weights \(.+\)\./);
    expect(err).toContain('It goes on in the background.');
    expect(named(fake, 'deployments.wait')[0]?.input).toMatchObject({ timeoutSeconds: 90 });
  });

  it('ends with the problem when the start fails', async () => {
    const fake = createFakeManager();
    fake.fail('deployments.wait', new AppError('no_gpu_capacity', 'No A5000 free.'));
    const { code, err } = await commandLine(['start', 'gemma-3-12b', '--wait'], await fakeInstance({ fake }));
    expect(code).toBe(1);
    expect(err).toContain('error: No A5000 free.');
  });

  it('tells what goes on when the instance ends under it', async () => {
    const fake = createFakeManager();
    fake.fail('deployments.wait', new AppError('instance_unreachable', 'It does not answer.'));
    const { code, err } = await commandLine(['start', 'gemma-3-12b', '--wait'], await fakeInstance({ fake }));
    expect(code).toBe(3);
    expect(err).toContain(
      'error: The running instance ended. gemma-3-12b goes on (Loading weights) and costs $0.26/h.\n' +
        '  Start it again: runpod-llm serve. It takes over what was under way.\n',
    );
  });

  it('can be left: the deployment goes on, and what it costs is said', async () => {
    const instance = await fakeInstance();
    const interrupt = new AbortController();
    const running = commandLine(['start', 'gemma-3-12b', '--wait'], {
      ...instance,
      signal: interrupt.signal,
    });
    await until(() => named(instance.fake, 'deployments.wait').length === 1, 'a wait');
    interrupt.abort();
    const { code, err } = await running;
    expect(code).toBe(130);
    expect(err).toContain(
      'Stopped waiting. gemma-3-12b goes on (Loading weights) and costs $0.26/h.\n' +
        '  Look again: runpod-llm show gemma-3-12b. Stop it: runpod-llm stop gemma-3-12b\n',
    );
    expect(err).not.toContain('error:');
    expect(named(instance.fake, 'deployments.stop')).toEqual([]);
    await until(() => instance.fake.listeners === 0, 'nobody listening');
  });

  it('waits for stops and terminations too', async () => {
    const instance = await fakeInstance();
    const { fake } = instance;
    const stop = commandLine(['stop', 'qwen3-coder', '--wait'], instance);
    await until(() => named(fake, 'deployments.wait').length === 1, 'a wait');
    fake.change('qwen3-coder', { state: 'stopped', pod: null, stillBilling: false });
    expect((await stop).out).toBe('qwen3-coder is stopped.\n');

    const gone = commandLine(['terminate', 'tiny', '--wait'], instance);
    await until(() => named(fake, 'deployments.wait').length === 2, 'a second wait');
    fake.remove('tiny');
    expect((await gone).out).toBe('tiny is gone.\n');
  });

  it('takes what has gone before the wait began for gone', async () => {
    const fake = createFakeManager();
    fake.fail('deployments.wait', new AppError('not_found', 'There is no such deployment.'));
    const { code, out } = await commandLine(['terminate', 'tiny', '--wait'], await fakeInstance({ fake }));
    expect([code, out]).toEqual([0, 'tiny is gone.\n']);
    expect((await commandLine(['stop', 'tiny', '--wait'], await fakeInstance({ fake }))).code).toBe(3);
  });

  it('waits for everything that is stopped at once', async () => {
    const instance = await fakeInstance();
    const { fake } = instance;
    const all = commandLine(['stop-all', '--wait'], instance);
    await until(() => named(fake, 'deployments.stopAll').length === 1, 'the stops');
    for (const name of ['qwen3-coder', 'gemma-3-12b']) {
      fake.change(name, { state: 'stopped', pod: null, stillBilling: false });
    }
    const { code, out } = await all;
    expect([code, out]).toEqual([0, 'Stopped qwen3-coder, gemma-3-12b.\n']);
  });
});

function raise(): never {
  throw new Error('The sample is gone');
}
