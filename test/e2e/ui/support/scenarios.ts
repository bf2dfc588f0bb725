import { AppError } from '../../../../src/shared/errors.ts';
import type { BuildView } from '../../../../src/shared/images.ts';
import type {
  CostSummary,
  DeploymentView,
  HistoryEntry,
  RequestRecord,
} from '../../../../src/shared/model.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';
import { createFakeManager, type FakeManager } from '../../../support/fake-manager.ts';
import {
  sampleCosts,
  sampleDeployment,
  sampleDeployments,
  samplePlan,
  sampleRequest,
  sampleStatus,
} from '../../../support/samples.ts';

const MINUTE = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Requests of several clients and outcomes, newest first. */
function manyRequests(now: number, count: number): RequestRecord[] {
  const clients = ['claude-code', 'opencode', 'default', 'aider'];
  return Array.from({ length: count }, (_, index) => {
    const failed = index % 17 === 5;
    const left = index % 29 === 11;
    return {
      ...sampleRequest(now),
      id: `req_${index}`,
      at: iso(now - index * 20_000),
      client: clients[index % clients.length] ?? null,
      cache: index % 6 === 2 ? ('hit' as const) : ('miss' as const),
      woke: index % 40 === 7,
      outcome: failed ? ('error' as const) : left ? ('aborted' as const) : ('ok' as const),
      status: failed ? 503 : 200,
      errorCode: failed ? 'upstream_unreachable' : null,
      firstTokenMs: failed ? null : 240 + ((index * 137) % 1900),
      inputTokens: 900 + ((index * 733) % 14_000),
      outputTokens: failed ? 0 : 40 + ((index * 61) % 1100),
      usd: failed ? null : 0.0001 + (index % 9) * 0.00037,
    };
  });
}

/** A life as the core tells it, with one sentence that is to be had in English only. */
function history(now: number): HistoryEntry[] {
  const told: readonly (readonly [string, string, Record<string, unknown>])[] = [
    ['created', 'Deployment "qwen3-coder" was made.', {}],
    ['start', 'Started.', { by: 'user' }],
    ['image', 'Image: the stock image of vLLM serves it.', { need: 'stock' }],
    [
      'pod-created',
      'Rented pod p4h2: 1 × NVIDIA A40 in EU-SE-1, $0.44/h.',
      { podId: 'p4h2', gpuTypeId: 'NVIDIA A40', usdPerHour: 0.44 },
    ],
    ['create-lost', 'The answer to a create was lost (socket hang up) Looking for pod rplm-7.', {}],
    ['ready', 'Answered its first token after 112 s.', { podId: 'p4h2', seconds: 112 }],
    ['stop', 'Stopping: it was idle for 15 minutes.', {}],
    ['stopped', 'Stopped: it was idle for 15 minutes.', {}],
  ];
  return told.map(([kind, text, data], index) => ({
    at: iso(now - (40 - index) * MINUTE),
    kind,
    text,
    data,
  }));
}

function busy(): FakeManager {
  const now = systemClock.now();
  const manager = createFakeManager({ now });
  manager.reply('requests.recent', async ({ limit }) => ({
    requests: manyRequests(now, Math.min(limit, 60)),
  }));
  manager.reply('deployments.history', async () => ({ entries: history(now) }));
  return manager;
}

/** A month in which nothing was paid. */
const noCosts = (now: number): CostSummary => ({
  ...sampleCosts(now),
  simulated: false,
  nowUsdPerHour: 0,
  todayUsd: 0,
  monthUsd: 0,
  totalUsd: 0,
  restUsdPerMonth: 0,
  forecastMonthUsd: 0,
  unattended: { usd: 0, until: null, excludes: [] },
  byDeployment: [],
  byKind: { compute: 0, disk: 0, volume: 0, serverless: 0, tokens: 0, adjustment: 0 },
  reconciliation: null,
  runwayHours: null,
});

/** Nothing deployed, a key present. */
function empty(): FakeManager {
  const now = systemClock.now();
  const manager = createFakeManager({ now, deployments: [] });
  manager.reply('app.status', async () => ({
    ...sampleStatus(now),
    cloud: 'runpod' as const,
    simulated: false,
    runpod: { reachable: true, keyPresent: true, problem: null },
    deployments: 0,
  }));
  manager.reply('requests.recent', async () => ({ requests: [] }));
  manager.reply('costs.summary', async () => noCosts(now));
  manager.reply('costs.series', async () => ({ asOf: iso(now), simulated: false, points: [] }));
  manager.reply('radar.scan', async () => ({ asOf: iso(now), simulated: false, items: [], unseen: [] }));
  return manager;
}

/** The very first start: no key, nothing deployed. */
function first(): FakeManager {
  return createFakeManager({ now: systemClock.now(), deployments: [] });
}

/** Everything that can be wrong at once. */
function trouble(): FakeManager {
  const now = systemClock.now();
  const [ready, loading, stopped, failed] = sampleDeployments(now);
  const deployments = [ready, loading, stopped, failed].filter((view) => view !== undefined);
  const manager = createFakeManager({ now, deployments });
  manager.change('qwen3-coder', {
    watchdog: { state: 'unprotected', reason: 'The image has no shell.', deadlineAt: null },
    unattended: { usd: null, until: null, excludes: [] },
  });
  manager.change('tiny', {
    state: 'stopping',
    stillBilling: true,
    cost: { ...deployments[0]?.cost, nowUsdPerHour: 0.26, restUsdPerMonth: 0, todayUsd: 0.4, totalUsd: 2 },
  });
  manager.reply('app.status', async () => ({
    ...sampleStatus(now),
    cloud: 'runpod' as const,
    simulated: false,
    keychain: { available: false, reason: 'No Secret Service answers on the session bus.' },
    exposure:
      'The endpoint listens on 0.0.0.0, not on this computer alone: whoever can reach it and has a key spends your money, and keys travel unencrypted.',
    configProblem:
      'llm_config.json line 7: unknown key "modle"; did you mean "model"? The last good configuration is in use.',
    runpod: {
      reachable: false,
      keyPresent: true,
      problem: {
        code: 'runpod_unavailable',
        message: 'RunPod answered 503 to the last three calls.',
        advice: 'RunPod has trouble; the app keeps trying.',
        requestId: 'req-91aa',
      },
    },
  }));
  manager.reply('costs.summary', async () => ({
    ...sampleCosts(now),
    simulated: false,
    todayUsd: 4.71,
    balanceUsd: 0.9,
    runwayHours: 1.3,
    unattended: { usd: null, until: null, excludes: [] },
  }));
  const broken = new AppError('runpod_unavailable', 'RunPod answered 503.', { requestId: 'req-91aa' });
  manager.fail('plan.make', broken);
  manager.fail('radar.scan', broken);
  manager.fail('costs.series', new AppError('internal', 'The ledger could not be read.'));
  return manager;
}

/** Fifty deployments and ten thousand requests. */
function many(): FakeManager {
  const now = systemClock.now();
  const samples = sampleDeployments(now);
  const deployments = Array.from({ length: 50 }, (_, index): DeploymentView => {
    const base =
      samples[index % samples.length] ?? sampleDeployment({ name: 'x', model: 'Qwen/Qwen3-8B' }, now);
    const name = `team-model-${String(index + 1).padStart(2, '0')}`;
    return { ...base, id: `dep_${name}`, name, spec: { ...base.spec, name }, models: [name] };
  });
  const manager = createFakeManager({ now, deployments });
  manager.reply('requests.recent', async ({ limit }) => ({ requests: manyRequests(now, limit) }));
  return manager;
}

/** The real cloud without a key: nothing can be asked of RunPod. */
function noKey(): FakeManager {
  const manager = empty();
  const missing = new AppError('runpod_key_missing', 'There is no RunPod key yet.');
  const { code, message, advice } = missing;
  manager.reply('app.status', async () => ({
    ...sampleStatus(systemClock.now()),
    cloud: 'runpod' as const,
    simulated: false,
    runpod: { reachable: false, keyPresent: false, problem: { code, message, advice } },
    deployments: 0,
  }));
  manager.reply('costs.summary', async () => ({ ...noCosts(systemClock.now()), balanceUsd: null }));
  for (const name of ['plan.make', 'radar.scan'] as const) manager.fail(name, missing);
  return manager;
}

/** The account is empty: RunPod has stopped what ran. */
function broke(): FakeManager {
  const now = systemClock.now();
  const manager = busy();
  const { code, message, advice } = new AppError(
    'runpod_balance_empty',
    'RunPod stopped the pod: the balance is $0.00.',
  );
  manager.change('tiny', { state: 'failed', problem: { code, message, advice } });
  manager.reply('costs.summary', async () => ({
    ...sampleCosts(now),
    balanceUsd: 0,
    runwayHours: 0,
  }));
  return manager;
}

/** A machine whose system keeps no secrets. */
function noKeychain(): FakeManager {
  const manager = busy();
  manager.reply('app.status', async () => ({
    ...sampleStatus(systemClock.now()),
    keychain: { available: false, reason: 'No Secret Service answers on the session bus.' },
  }));
  return manager;
}

/** A serverless deployment that sleeps, and plans that weigh both kinds. */
function endpoints(): FakeManager {
  const now = systemClock.now();
  const asleep = sampleDeployment({ name: 'asleep', model: 'Qwen/Qwen3-8B', mode: 'serverless' }, now, {
    desired: 'running',
    state: 'sleeping',
    endpoint: {
      id: 'ep_asleep',
      name: 'rplm-asleep-1f0c',
      type: 'QUEUE',
      gpuTypeIds: ['NVIDIA RTX A5000'],
      gpuCount: 1,
      image: 'runpod/worker-v1-vllm:v2.25.2',
      workerUsdPerHour: { first: 0.69, most: 0.69 },
      workers: { min: 0, max: 2, running: 0, initializing: 0, throttled: 0, unhealthy: 0 },
      jobs: { waiting: 0, inProgress: 0 },
      why: null,
      asOf: iso(now - 4000),
      idleTimeoutSeconds: 60,
      createdAt: iso(now - 60 * MINUTE),
    },
    actions: ['start', 'stop', 'restart', 'terminate', 'edit'],
  });
  const manager = createFakeManager({ now, deployments: [asleep, ...sampleDeployments(now)] });
  manager.reply('plan.make', async ({ model, mode }) => {
    const plan = samplePlan(now, model);
    const [pod] = plan.candidates;
    const worker = pod === undefined ? [] : [{ ...pod, kind: 'serverless' as const, usdPerHour: 0.69 }];
    if (mode === 'serverless') return { ...plan, candidates: worker };
    if (mode === 'auto')
      return { ...plan, candidates: [...worker, ...plan.candidates], takes: worker.length };
    return plan;
  });
  return manager;
}

/** A boot under way, and logs that keep coming. */
function chatty(): FakeManager {
  const now = systemClock.now();
  const manager = busy();
  manager.replyStream('logs.follow', async function* ({ tail }) {
    for (let index = 0; index < Math.max(tail, 400); index++) {
      const level = index % 50 === 49 ? 'error' : index % 13 === 0 ? 'warn' : 'info';
      yield {
        at: iso(now - 10 * MINUTE + index * 1000),
        source: 'container' as const,
        level,
        text:
          level === 'error'
            ? 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB'
            : `\u001b[32mINFO\u001b[0m 11-24 [loggers.py:127] Engine 000: Avg prompt throughput: ${((index * 7.3) % 900) | 0}.0 tokens/s, Running: ${index % 4} reqs, GPU KV cache usage: ${(index * 3) % 100}.1 %`,
      };
    }
  });
  return manager;
}

/** An engine that has built something, builds something now, and failed once. */
function images(): FakeManager {
  const now = systemClock.now();
  const manager = busy();
  const base = {
    kind: 'build' as const,
    model: 'Qwen/Qwen3-8B',
    backend: 'vllm' as const,
    target: 'pod' as const,
    endedAt: null,
    totalSteps: 4,
    transfer: null,
    source: null,
    imageId: null,
    digest: null,
    sizeBytes: null,
    problem: null,
  };
  const running: BuildView = {
    ...base,
    id: 'bld_1',
    reference: 'ghcr.io/me/llm:qwen3-8b-1f0c2d',
    state: 'building',
    startedAt: iso(now - 192_000),
    steps: [
      { index: 1, name: 'FROM vllm/vllm-openai:v0.27.1', state: 'cached', seconds: 0 },
      { index: 2, name: 'RUN pip install transformers==5.2.0', state: 'done', seconds: 41 },
      { index: 3, name: 'COPY watchdog /opt/watchdog', state: 'running', seconds: null },
    ],
  };
  const failed: BuildView = {
    ...base,
    id: 'bld_0',
    reference: 'ghcr.io/me/llm:broken-77aa01',
    state: 'failed',
    startedAt: iso(now - 60 * MINUTE),
    endedAt: iso(now - 58 * MINUTE),
    steps: [{ index: 1, name: 'RUN pip install nothing==0', state: 'failed', seconds: 12 }],
    problem: {
      code: 'image_build_failed',
      message: 'Step 1 failed: no matching distribution.',
      advice: 'Correct the package.',
    },
  };
  manager.reply('images.engine', async () => ({
    available: true,
    address: 'unix:///var/run/docker.sock',
    origin: 'the default socket',
    name: 'Docker Engine',
    version: '28.2.2',
    buildKit: true,
    architecture: 'x86_64',
    emulated: false,
    cpus: 8,
    memoryBytes: 32e9,
    freeBytes: 80e9,
    problem: null,
  }));
  manager.reply('images.builds', async () => ({ builds: [running, failed] }));
  manager.reply('images.list', async () => ({
    images: [
      {
        id: 'sha256:0123456789abcdef',
        references: ['ghcr.io/me/llm:qwen3-8b-aa10b2'],
        model: 'Qwen/Qwen3-8B',
        backend: 'vllm' as const,
        target: 'pod' as const,
        base: 'vllm/vllm-openai:v0.27.1',
        sizeBytes: 18.2e9,
        uniqueBytes: 0.9e9,
        createdAt: iso(now - 120 * MINUTE),
        usedBy: [],
      },
    ],
  }));
  manager.reply('images.plan', async (request) => ({
    reference: 'ghcr.io/me/llm:qwen3-8b-1f0c2d',
    request,
    dockerfile: request.dockerfile ?? 'FROM vllm/vllm-openai:v0.27.1\nCOPY watchdog /opt/watchdog\n',
    files: [],
    labels: {},
    secrets: [],
    launch: { modelPath: null, env: {}, ports: [] },
    contextBytes: 12_000,
    notes: ['The weights are downloaded at the first start.'],
    exists: { local: false, remote: null },
  }));
  manager.reply('images.build', async () => running);
  manager.replyStream('images.follow', async function* (_input, signal) {
    yield { type: 'view', build: running };
    yield { type: 'log', step: 3, text: '#7 copying watchdog' };
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  });
  return manager;
}

export const scenarios = {
  busy,
  empty,
  first,
  trouble,
  many,
  chatty,
  images,
  noKey,
  broke,
  noKeychain,
  endpoints,
} as const;
