import { describe, expect, it } from 'vitest';
import { editEffects } from '../../../src/main/deployments/edit-effects.ts';
import { endpointChoice } from '../../../src/main/deployments/serverless/choice.ts';
import { unattendedEndpoint } from '../../../src/main/deployments/serverless/endpoint-view.ts';
import { readJob } from '../../../src/main/deployments/serverless/invoke-plane.ts';
import { runsServerless } from '../../../src/main/deployments/serverless/kind.ts';
import {
  buildEndpoint,
  launchHash,
  marked,
  type EndpointLaunchInput,
} from '../../../src/main/deployments/serverless/launch.ts';
import { startingPaceMs } from '../../../src/main/deployments/serverless/pace.ts';
import { phaseOf } from '../../../src/main/deployments/serverless/looking.ts';
import { billOf } from '../../../src/main/deployments/serverless/meters.ts';
import { isNamed, parsePodName } from '../../../src/main/deployments/pod/names.ts';
import { endpointHealthSchema } from '../../../src/main/deployments/policy/endpoint-health.ts';
import type { WorkerFacts } from '../../../src/main/deployments/serverless/events.ts';
import type { EndpointRecord } from '../../../src/main/deployments/record.ts';
import type { EndpointLook } from '../../../src/main/deployments/state.ts';
import { launchRecipe } from '../../../src/main/planner/launch.ts';
import { deploymentSpecSchema, type DeploymentWish, type PlanCandidate } from '../../../src/shared/model.ts';

const NOW = 1_800_000_000_000;

function candidate(gpuTypeId: string, usdPerHour: number, gpuCount = 1): PlanCandidate {
  return {
    rank: 1,
    kind: 'serverless',
    gpuTypeId,
    gpuName: gpuTypeId,
    gpuCount,
    cloud: 'SECURE',
    dataCenterIds: [],
    usdPerHour,
    parts: { gpuUsdPerHour: usdPerHour, diskUsdPerHour: 0 },
    usdPerDay: 0,
    usableGiB: 24,
    needGiB: 10,
    headroomPercent: 50,
    tight: false,
    concurrentSequences: 8,
    stock: 'HIGH',
    secondsToFirstToken: { low: 60, high: 120, from: 'table' },
    image: 'runpod/worker-v1-vllm:v2.25.2',
    args: [],
    minCudaVersion: '13.0',
    containerDiskGb: 40,
    notes: [],
  };
}

const spec = (more: Partial<DeploymentWish> = {}) =>
  deploymentSpecSchema.parse({ name: 'one', model: 'Qwen/Qwen3-8B', mode: 'serverless', ...more });

describe('the GPUs of an endpoint', () => {
  const plan = [candidate('A', 1), candidate('B', 1.5), candidate('C', 3), candidate('D', 1, 2)];

  it.each([
    ['those up to twice the best price, where no limit is set', null, 2, ['A', 'B'], 2],
    ['those that the limit pays for with all workers', 3, 2, ['A', 'B'], 2],
    ['dearer ones too, where the limit allows them', 6, 2, ['A', 'B', 'C'], 2],
    ['the best one alone, and fewer workers, where the limit is short', 1.9, 2, ['A'], 1],
    ['as many workers as it pays for', 3.5, 5, ['A'], 3],
    ['one worker at the least', 1, 5, ['A'], 1],
  ] as const)('are %s', (_, maxUsdPerHour, maxWorkers, gpus, workers) => {
    const wish = spec({ compute: { maxUsdPerHour }, serverless: { maxWorkers } });
    const choice = endpointChoice(plan, wish);
    expect(choice?.gpus.map(({ gpuTypeId }) => gpuTypeId)).toEqual(gpus);
    expect(choice?.maxWorkers).toBe(workers);
    expect(choice?.note === null).toBe(workers === maxWorkers);
  });

  it('are none where the plan has none', () => {
    expect(endpointChoice([], spec())).toBeNull();
  });
});

describe('what is remembered of an endpoint', () => {
  const built = (
    wish: Partial<DeploymentWish> = {},
    hfToken: string | null = null,
    more: Partial<EndpointLaunchInput> = {},
  ) => {
    const made = spec(wish);
    const choice = endpointChoice([candidate('A', 1)], made);
    if (choice === null) throw new Error('no choice');
    const recipe = launchRecipe(made, choice.candidate, null);
    return buildEndpoint({
      name: 'rplm-x',
      spec: made,
      choice,
      offers: [{ id: 'A', pool: 'POOL' }],
      recipe,
      own: null,
      registryId: null,
      key: 'a-key-of-its-own',
      scripts: { watchdog: '# watchdog', front: '# front', preload: '# preload' },
      hfToken,
      ...more,
    });
  };

  it('holds no token, and still tells one token from another', () => {
    const { body, launch } = built({}, 'hf_secret');
    expect(body.env).toMatchObject({ HF_TOKEN: 'hf_secret' });
    expect(JSON.stringify(launch)).not.toContain('hf_secret');
    expect(marked(body)).not.toEqual(marked(built({}, 'hf_other').body));
    expect(marked(body)).toEqual(marked(built({}, 'hf_secret').body));
  });

  it('is the image of its own where one was made, with what it asks for and the login that may pull it', () => {
    const own = {
      reference: 'registry.test/me/llm:vllm-load-balancer-0123456789abcdef',
      registryId: 'reg1',
      env: { PORT: '8000', PORT_HEALTH: '8001', HEALTH_CHECK_PATH: '/ping' },
      ports: ['8000/http', '8001/http'],
    };
    const balanced = { serverless: { type: 'LOAD_BALANCER' as const } };
    const { body, launch } = built(balanced, null, { own, registryId: own.registryId });
    expect(body).toMatchObject({ image: own.reference, registry: 'reg1', ports: own.ports, env: own.env });
    // Its entrypoint becomes the server, whose arguments stay the start command.
    expect(body.args).toMatch(/^--model Qwen\/Qwen3-8B /);
    expect(launch).toMatchObject({ image: own.reference, key: null, override: false });
    expect(launch.fingerprint).not.toBe(built(balanced).launch.fingerprint);
  });

  const OLLAMA = {
    backend: 'ollama' as const,
    model: 'qwen3:8b',
    serverless: { type: 'LOAD_BALANCER' as const },
  };

  it.each([
    ['stock', {}, true, true],
    ['another version of Ollama’s own', { image: 'ollama/ollama:0.34.0' }, true, true],
    ['one the app made', { image: 'me/x:ollama-load-balancer-0123456789abcdef' }, true, false],
    ['somebody’s own', { image: 'me/x:1' }, false, false],
    ['that of a template', { templateId: 't1' }, false, false],
  ])('has a key check before Ollama as its image allows: %s', (_, wish, checks, sent) => {
    const { body, launch } = built({ ...OLLAMA, ...wish });
    expect(launch.key).toBe(checks ? 'a-key-of-its-own' : null);
    expect(launch.override).toBe(sent);
    expect(body.env?.['RPLM_FRONT_KEY']).toBe(checks ? 'a-key-of-its-own' : undefined);
    expect(body.env?.['HEALTH_CHECK_PATH']).toBe(checks ? '/ping' : '/api/version');
    // Never bare: behind the check it listens on loopback.
    expect(body.env?.['OLLAMA_HOST']).toBe(checks ? '127.0.0.1:11435' : '0.0.0.0:11434');
    expect((body.args ?? '').startsWith('{"entrypoint":["bash","-c"]')).toBe(sent);
    expect('RPLM_FRONT' in (body.env ?? {})).toBe(sent);
    expect('RPLM_PRELOADER' in (body.env ?? {})).toBe(sent);
    expect(body.env).not.toHaveProperty('RPLM_WATCHDOG');
    expect(body.ports).toEqual(['11434/http']);
  });

  it('keeps no key in what an edit is compared with', () => {
    const { launch } = built(OLLAMA);
    expect(JSON.stringify(launch.made)).not.toContain('a-key-of-its-own');
    const other = built(OLLAMA, null, { key: 'another' });
    expect(other.launch.made.env?.['RPLM_FRONT_KEY']).not.toBe(launch.made.env?.['RPLM_FRONT_KEY']);
  });

  it('refuses a variable that the key check needs otherwise, without a word of its key', () => {
    const refused = () => built({ ...OLLAMA, env: { HEALTH_CHECK_PATH: '/' } });
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_input' }));
    const { body } = built({ ...OLLAMA, env: { RPLM_FRONT_KEY: 'mine', OLLAMA_HOST: '0.0.0.0:11434' } });
    expect(body.env).toMatchObject({ RPLM_FRONT_KEY: 'a-key-of-its-own', OLLAMA_HOST: '127.0.0.1:11435' });
  });

  it.each([
    ['the context', { contextTokens: 16_384 }, true],
    ['the bounds', { serverless: { maxWorkers: 3 } }, true],
    ['the mode', { mode: 'pod' }, true],
    ['idle minutes', { idle: { minutes: 3 } }, false],
    ['aliases', { aliases: ['a'] }, false],
  ] as const)('changes its hash with %s: %#', (_, wish, changes) => {
    const after = deploymentSpecSchema.parse({ ...spec(), ...wish });
    const kind = after.mode === 'pod' ? 'pod' : 'serverless';
    expect(launchHash(after, kind) !== launchHash(spec(), 'serverless')).toBe(changes);
  });
});

describe('an endpoint on its way up', () => {
  const pace = (type: 'QUEUE' | 'LOAD_BALANCER', idleTimeout: number | null): number => {
    const { launch } = endpoint();
    const workers = { ...launch.workers, idleTimeout };
    return startingPaceMs({ launch: { ...launch, type, workers } }, { probeMs: 2000 });
  };

  it('is looked at several times within the stay of a worker that nobody waits for but the app', () => {
    expect([pace('LOAD_BALANCER', 60), pace('LOAD_BALANCER', 2), pace('LOAD_BALANCER', 1)]).toEqual([
      2000, 500, 250,
    ]);
    expect([pace('QUEUE', 2), pace('LOAD_BALANCER', null), startingPaceMs(null, { probeMs: 2000 })]).toEqual([
      2000, 2000, 2000,
    ]);
  });
});

const endpoint = (more: Partial<EndpointRecord> = {}): EndpointRecord => ({
  id: 'ep1',
  name: 'rplm-x',
  launch: {
    backend: 'vllm',
    type: 'QUEUE',
    gpus: [
      { gpuTypeId: 'A', usdPerHour: 1 },
      { gpuTypeId: 'B', usdPerHour: 2 },
    ],
    gpuCount: 1,
    image: 'x',
    servedModel: 'one',
    healthPath: '/health',
    key: null,
    override: false,
    fingerprint: 'f',
    specHash: 's',
    workers: { min: 0, max: 2, idleTimeout: 60 },
    timeoutSeconds: 600,
    made: {
      name: 'x',
      type: 'QUEUE',
      image: 'x',
      gpu: { pools: ['P'], count: 1 },
      scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
    },
  },
  createdAt: NOW,
  touchedAt: NOW,
  seen: true,
  minWorkers: 0,
  maxWorkers: 2,
  usdPerHour: 0,
  billingSince: null,
  proved: true,
  answeredAt: null,
  job: null,
  ...more,
});

type Worker = WorkerFacts['workers'][number];
const worker = (status: string, gpuTypeId: string | null, startedAt: number | null): Worker => ({
  id: `w${status}`,
  status,
  gpuTypeId,
  startedAt,
});

describe('the workers that bill (FACTS 3.3)', () => {
  const look = (running: number, workers: readonly Worker[] | null): EndpointLook => ({
    at: NOW,
    health: endpointHealthSchema.parse({ workers: { running, idle: 3, ready: 3 } }),
    workers:
      workers === null
        ? null
        : { summary: { running, idle: 0, initializing: 0, throttled: 0, unhealthy: 0 }, workers },
    listedAt: NOW,
    sameSince: NOW,
  });

  it.each([
    ['parked workers do not', 0, null, 0],
    ['one that runs does, at the price of its GPU', 1, [worker('RUNNING', 'B', 5)], 2],
    ['one that loads its model does', 0, [worker('INITIALIZING', 'A', 5)], 1],
    ['one that pulls its image does not', 0, [worker('INITIALIZING', 'A', null)], 0],
    ['one that crashed does not', 0, [worker('UNHEALTHY', 'A', 5)], 0],
    ['those that the list does not show count at the first price', 2, [worker('RUNNING', 'B', 5)], 3],
    ['one on an unknown GPU counts at the dearest', 1, [worker('RUNNING', 'C', 5)], 2],
  ] as const)('%s', (_, running, workers, usdPerHour) => {
    expect(billOf(endpoint(), look(running, workers)).usdPerHour).toBe(usdPerHour);
  });

  it('bill from the start of the first container', () => {
    const workers = [worker('RUNNING', 'A', 70), worker('INITIALIZING', 'A', 50)];
    expect(billOf(endpoint(), look(1, workers)).since).toBe(50);
  });
});

describe('containers that start', () => {
  const seen = (containerStarts: number, workers: number): string => {
    const record = { boot: null, state: 'pulling' } as const;
    const list = Array.from({ length: workers }, () => worker('INITIALIZING', 'A', NOW));
    const look: EndpointLook = {
      at: NOW,
      health: endpointHealthSchema.parse({ workers: { initializing: workers } }),
      workers: {
        summary: { running: 0, idle: 0, initializing: workers, throttled: 0, unhealthy: 0 },
        workers: list,
      },
      listedAt: NOW,
      sameSince: NOW,
    };
    const live = { inFlight: 1, asks: 1, awakeSince: 0, progressAt: 0, containerStarts };
    return phaseOf({ record, live, now: NOW }, endpoint({ job: 'j' }), look).phase;
  };

  it.each([
    [3, 1, 'crash-loop'],
    [1, 1, 'initializing'],
    [3, 3, 'initializing'],
    [5, 3, 'crash-loop'],
  ])('%i times for %i workers are %s', (starts, workers, phase) => {
    expect(seen(starts, workers)).toBe(phase);
  });
});

describe('the most it can cost without this computer (SPEC 3.10)', () => {
  const told = (more: Partial<EndpointRecord>, busy = false) =>
    unattendedEndpoint({ endpoint: endpoint(more), busy, meantToRun: true, now: NOW });

  it('is nothing asleep', () => {
    expect(told({})).toMatchObject({ usd: 0, until: null });
  });

  it('is the idle timeout of the workers that run', () => {
    expect(told({ usdPerHour: 3 }).usd).toBeCloseTo((3 * 120) / 3600);
  });

  it('is the longest request and the idle timeout where one is under way', () => {
    expect(told({ usdPerHour: 1 }, true).usd).toBeCloseTo((2 * 720) / 3600);
  });

  it('has no bound with a minimum of workers, and says why', () => {
    const { usd, excludes } = told({ minWorkers: 1 });
    expect(usd).toBeNull();
    expect(excludes.join()).toContain('the 1 worker it always keeps');
  });
});

describe('what an edit does to an endpoint', () => {
  const effects = (more: Partial<DeploymentWish>, held: Partial<EndpointRecord> = {}) =>
    editEffects(spec(), spec(more), { pod: null, endpoint: endpoint(held), inFlight: 2, bootMs: 3_600_000 });

  it('is nothing where only its bounds change', () => {
    const told = effects({ serverless: { maxWorkers: 4, idleTimeoutSeconds: 5 }, onStop: 'keep' });
    expect(told).toEqual({ newPod: 'never', because: [], wipes: [], costs: { bootUsd: 0 } });
  });

  it('is a new container for its workers, one after the other', () => {
    const { newPod, because, wipes, costs } = effects({ contextTokens: 4096 });
    expect({ newPod, because, costs }).toEqual({
      newPod: 'never',
      because: ['contextTokens'],
      costs: { bootUsd: 1 },
    });
    expect(wipes.join()).toContain('once it has finished');
  });

  it.each([
    ['another kind of endpoint', { serverless: { type: 'LOAD_BALANCER' } }, 'serverless.type'],
    ['an image that has to be made first', { ownImage: 'always' }, 'ownImage'],
    ['a pod', { mode: 'pod' }, 'mode'],
  ] as const)('is its end where %s takes its place', (_, more, field) => {
    const { newPod, because, wipes } = effects(more);
    expect({ newPod, because }).toEqual({ newPod: 'now', because: [field] });
    expect(wipes).toHaveLength(2);
    expect(effects(more, { maxWorkers: 0 }).newPod).toBe('next-start');
  });
});

describe('a request of our own in the queue (trap 28)', () => {
  it.each([
    [{ status: 'IN_QUEUE' }, { state: 'pending' }],
    [{ status: 'IN_PROGRESS' }, { state: 'pending' }],
    [{ status: 'SOMETHING_NEW' }, { state: 'pending' }],
    ['<html>', { state: 'pending' }],
    [{ status: 'COMPLETED', output: [{ choices: [] }] }, { state: 'answered' }],
    [{ status: 'CANCELLED' }, { state: 'gone' }],
    [{ status: 'TIMED_OUT' }, { state: 'failed', status: null }],
    [
      {
        status: 'FAILED',
        error: JSON.stringify({ error: { message: 'vLLM returned HTTP 400: no template' } }),
      },
      { state: 'failed', status: 400 },
    ],
    // Trap 28: a refusal may come as the output of a job that counts as done.
    [
      { status: 'COMPLETED', output: [{ error: { message: 'vLLM returned HTTP 404: no such model' } }] },
      { state: 'failed', status: 404 },
    ],
    [{ status: 'FAILED' }, { state: 'failed', message: 'no reason was given' }],
  ])('%j', (json, facts) => {
    expect(readJob(json)).toMatchObject(facts);
  });
});

describe('which life cycle has the say', () => {
  it.each([
    ['what is wished where there is nothing', 'serverless', null, null, null, true],
    ['a pod that is there', 'serverless', {}, null, null, false],
    ['an endpoint that is there', 'pod', null, {}, null, true],
    ['a create of an endpoint under way', 'pod', null, null, { endpoint: {} }, true],
    ['a create of a pod under way', 'serverless', null, null, {}, false],
  ] as const)('%s', (_, mode, pod, held, intent, expected) => {
    expect(runsServerless({ record: { spec: { mode }, pod, endpoint: held }, intent })).toBe(expected);
  });
});

describe('names of endpoints', () => {
  const name = 'rplm-0123456789-dep_0a1b-0badc0de';
  it('are known with what the console adds to them', () => {
    expect(isNamed(`${name} -fb`, name)).toBe(true);
    expect(isNamed(`${name}x`, name)).toBe(false);
    expect(parsePodName(`${name} -fb`)).toEqual({ installation: '0123456789', deploymentId: 'dep_0a1b' });
  });
});
