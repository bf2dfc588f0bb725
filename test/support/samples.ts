import type { VolumeAdvice, VolumeView } from '../../src/shared/volumes.ts';
import type { ConnectCheckItem } from '../../src/shared/clients/voice.ts';
import {
  deploymentSpecSchema,
  type CostSummary,
  type DeploymentView,
  type DeploymentWish,
  type LedgerEntry,
  type LogLine,
  type Plan,
  type Radar,
  type Sweep,
} from '../../src/shared/model.ts';
import type { AppStatus, KeyCheck, SecretStatus } from '../../src/shared/model.ts';
import type { ModelHit, RequestRecord, Traffic } from '../../src/shared/activity.ts';
import type { CostGrouping, CostSeries, CostShares } from '../../src/shared/costs.ts';

/** Values that the contract allows, for tests of whoever shows them. Pure: the renderer's tests use them too. */

export const SAMPLE_NOW = Date.UTC(2026, 10, 24, 9, 0, 0);

const iso = (ms: number): string => new Date(ms).toISOString();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A stopped deployment as right after `deployments.create` with `start: false`. */
export function sampleDeployment(
  wish: DeploymentWish,
  now = SAMPLE_NOW,
  rest: Partial<DeploymentView> = {},
): DeploymentView {
  const spec = deploymentSpecSchema.parse(wish);
  return {
    id: `dep_${spec.name}`,
    name: spec.name,
    spec,
    desired: 'stopped',
    state: 'stopped',
    since: iso(now - HOUR),
    phases: [],
    pod: null,
    models: [spec.name, ...spec.aliases],
    stillBilling: false,
    watchdog: { state: 'none', reason: null, deadlineAt: null },
    unattended: { usd: 0, until: null, excludes: [] },
    cost: { nowUsdPerHour: 0, restUsdPerMonth: 0, todayUsd: 0, totalUsd: 0 },
    actions: ['start', 'terminate', 'edit'],
    problem: null,
    inFlight: 0,
    lastRequestAt: null,
    idleStopsAt: null,
    createdAt: iso(now - 24 * HOUR),
    ...rest,
  };
}

function samplePod(name: string, gpuTypeId: string, usdPerHour: number, startedAt: number) {
  return {
    id: `pod${name.replaceAll(/[^a-z0-9]/g, '').slice(0, 10)}`,
    name: `rplm-${name}`,
    status: 'RUNNING',
    gpuTypeId,
    gpuCount: 1,
    cloud: 'SECURE',
    dataCenterId: 'EU-RO-1',
    image: 'vllm/vllm-openai:v0.27.1',
    usdPerHour,
    createdAt: iso(startedAt),
    startedAt: iso(startedAt),
    uptimeSeconds: 600,
    gpuUtilPercent: 37,
    locked: false,
  };
}

function readyDeployment(now: number): DeploymentView {
  const created = now - 41 * MINUTE;
  return sampleDeployment(
    { name: 'qwen3-coder', model: 'Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8', aliases: ['coder'] },
    now,
    {
      desired: 'running',
      state: 'ready',
      since: iso(now - 36 * MINUTE),
      phases: [
        sampleDone('placing', created, 20),
        sampleDone('pulling', created + 20_000, 190),
        sampleDone('loading', created + 210_000, 62),
        sampleDone('warming', created + 272_000, 28),
      ],
      pod: samplePod('qwen3-coder', 'NVIDIA A40', 0.44, created),
      watchdog: {
        state: 'armed',
        reason: 'ends the pod after 30 min without requests',
        deadlineAt: iso(now + 11 * HOUR),
      },
      unattended: { usd: 0.22, until: iso(now + 30 * MINUTE), excludes: ['tax'] },
      cost: { nowUsdPerHour: 0.44, restUsdPerMonth: 0, todayUsd: 0.3007, totalUsd: 12.4 },
      actions: ['stop', 'restart', 'terminate', 'edit'],
      inFlight: 1,
      lastRequestAt: iso(now - 4 * MINUTE),
      idleStopsAt: iso(now + 11 * MINUTE),
    },
  );
}

function loadingDeployment(now: number): DeploymentView {
  const created = now - 132_000;
  return sampleDeployment({ name: 'gemma-3-12b', model: 'google/gemma-3-12b-it' }, now, {
    desired: 'running',
    state: 'loading',
    since: iso(now - 12_000),
    phases: [
      sampleDone('placing', created, 15),
      sampleDone('pulling', created + 15_000, 105),
      {
        phase: 'loading',
        startedAt: iso(now - 12_000),
        endedAt: null,
        usualSeconds: 45,
        detail: 'shard 2 of 5',
      },
    ],
    pod: samplePod('gemma-3-12b', 'NVIDIA RTX A5000', 0.26, created),
    watchdog: { state: 'pending', reason: null, deadlineAt: null },
    unattended: { usd: null, until: null, excludes: ['the watchdog is not armed yet'] },
    cost: { nowUsdPerHour: 0.26, restUsdPerMonth: 0, todayUsd: 0.0095, totalUsd: 0.0095 },
    actions: ['stop', 'terminate'],
  });
}

function failedDeployment(now: number): DeploymentView {
  return sampleDeployment({ name: 'llama-70b', model: 'meta-llama/Llama-3.3-70B-Instruct' }, now, {
    state: 'failed',
    problem: {
      code: 'no_gpu_capacity',
      message: 'No NVIDIA H100 80GB HBM3 was free in any data centre (3 candidates tried).',
      advice: 'Try again later, or allow more GPU types, both clouds or more data centres.',
      requestId: 'req-5c2f',
    },
  });
}

function sampleDone(phase: 'placing' | 'pulling' | 'loading' | 'warming', start: number, seconds: number) {
  return {
    phase,
    startedAt: iso(start),
    endedAt: iso(start + seconds * 1000),
    usualSeconds: seconds,
    detail: null,
  };
}

/** One of each kind that screens must tell apart: ready, loading, stopped, failed. */
export function sampleDeployments(now = SAMPLE_NOW): DeploymentView[] {
  return [
    readyDeployment(now),
    loadingDeployment(now),
    sampleDeployment({ name: 'tiny', model: 'Qwen/Qwen3-0.6B', onStop: 'keep' }, now, {
      cost: { nowUsdPerHour: 0, restUsdPerMonth: 4.2, todayUsd: 0.05, totalUsd: 1.1 },
    }),
    failedDeployment(now),
  ];
}

export function sampleStatus(now = SAMPLE_NOW): AppStatus {
  return {
    version: '0.1.0',
    cloud: 'sandbox',
    simulated: true,
    startedAt: iso(now - 2 * HOUR),
    dataDir: '/home/dev/.local/share/runpod-llm-manager',
    proxy: { url: 'http://127.0.0.1:27182', keyHint: '3f9a', listening: true },
    control: { url: 'http://127.0.0.1:27183' },
    keychain: { available: true, reason: null },
    runpod: { reachable: true, keyPresent: false, problem: null },
    configProblem: null,
    storageProblem: null,
    exposure: null,
    deployments: 4,
  };
}

export function samplePlan(now = SAMPLE_NOW, model = 'Qwen/Qwen3-8B'): Plan {
  const common = {
    kind: 'pod' as const,
    gpuCount: 1,
    dataCenterIds: [],
    tight: false,
    image: 'vllm/vllm-openai:v0.27.1',
    args: ['--model', model, '--max-model-len', '32768'],
    minCudaVersion: '13.0',
    containerDiskGb: 40,
    notes: [],
  };
  return {
    model,
    revision: 'b968826',
    factsComplete: true,
    facts: [
      { name: 'weights', value: 15.3, unit: 'GiB', provenance: 'exact', source: 'safetensors index' },
      { name: 'layers', value: 36, unit: null, provenance: 'exact', source: 'config.json' },
    ],
    memory: { weightsGiB: 15.3, kvGiB: 4.5, overheadGiB: 1.5, needGiB: 21.3, kvBytesPerToken: 147_456 },
    candidates: [
      {
        ...common,
        rank: 1,
        gpuTypeId: 'NVIDIA RTX A5000',
        gpuName: 'RTX A5000',
        cloud: 'SECURE',
        usdPerHour: 0.26,
        parts: { gpuUsdPerHour: 0.2545, diskUsdPerHour: 0.0055 },
        usdPerDay: 1.04,
        usableGiB: 22.1,
        needGiB: 21.3,
        headroomPercent: 3.6,
        tight: true,
        concurrentSequences: 4,
        stock: 'HIGH',
        secondsToFirstToken: { low: 240, high: 480, from: 'table' },
      },
      {
        ...common,
        rank: 2,
        gpuTypeId: 'NVIDIA A40',
        gpuName: 'A40',
        cloud: 'SECURE',
        usdPerHour: 0.44,
        parts: { gpuUsdPerHour: 0.4345, diskUsdPerHour: 0.0055 },
        usdPerDay: 1.76,
        usableGiB: 44.2,
        needGiB: 21.3,
        headroomPercent: 51.8,
        concurrentSequences: 9,
        stock: 'MEDIUM',
        secondsToFirstToken: { low: 180, high: 210, from: 'history' },
        notes: ['longer context possible: 98304'],
      },
    ],
    takes: 0,
    rejected: [
      {
        gpuTypeId: 'NVIDIA RTX 4000 Ada Generation',
        gpuName: 'RTX 4000 Ada',
        gpuCount: 1,
        cloud: 'SECURE',
        usdPerHour: 0.2,
        code: 'memory',
        reason: 'needs 21.3 GiB, 18.4 GiB usable',
      },
    ],
    warnings: ['The first start pulls a 10 GB image.'],
    pricesAsOf: iso(now - MINUTE),
    simulated: true,
  };
}

export function sampleCosts(now = SAMPLE_NOW): CostSummary {
  return {
    simulated: true,
    asOf: iso(now),
    nowUsdPerHour: 0.7,
    restUsdPerMonth: 4.2,
    todayUsd: 2.14,
    monthUsd: 31.2,
    totalUsd: 104.55,
    forecastMonthUsd: 41.8,
    balanceUsd: 18.4,
    runwayHours: 26.3,
    atZero: { deleted: ['qwen3-coder'], stopped: [], maybeDeletedLater: ['weights'] },
    unattended: { usd: 0.35, until: iso(now + 30 * MINUTE), excludes: ['tax'] },
    byDeployment: [
      {
        deploymentId: 'dep_qwen3-coder',
        name: 'qwen3-coder',
        nowUsdPerHour: 0.44,
        todayUsd: 0.3007,
        monthUsd: 26.78,
        totalUsd: 94.1,
      },
      {
        deploymentId: null,
        name: '(not under a deployment)',
        nowUsdPerHour: 0,
        todayUsd: 0.05,
        monthUsd: 1.1,
        totalUsd: 10.45,
      },
    ],
    byKind: { compute: 100.1, disk: 4.45, volume: 0, serverless: 0, tokens: 0, adjustment: 0 },
    stopsSaved: { usd: 41.2, hours: 93.6, stops: 18 },
    reconciliation: { asOf: iso(now - HOUR), billedUsd: 30.9, ledgerUsd: 31.05, gapUsd: 0.15 },
  };
}

export function sampleCostSeries(
  now: number,
  bucket: 'hour' | 'day',
  buckets: number,
  by: 'model' | 'key' | null = null,
): CostSeries {
  const step = bucket === 'hour' ? HOUR : 24 * HOUR;
  const start = Math.floor(now / step) * step;
  return {
    asOf: iso(now),
    simulated: true,
    points: Array.from({ length: buckets }, (_, index) => {
      const usd = (index % 5) * 0.2;
      return {
        at: iso(start - (buckets - 1 - index) * step),
        byKind: { compute: usd, disk: 0.01, volume: 0, serverless: 0, tokens: 0, adjustment: 0 },
        byDeployment: { 'qwen3-coder': usd },
        ...(by === null ? {} : { byRequests: { [`one ${by}`]: usd * 0.8, '': usd * 0.2 + 0.01 } }),
      };
    }),
  };
}

export function sampleCostShares(now: number, by: CostGrouping): CostShares {
  return {
    asOf: iso(now),
    from: iso(now - 23 * 24 * HOUR),
    simulated: true,
    by,
    rows: [
      {
        name: by === 'model' ? 'Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8' : 'qwen3-coder',
        requests: 812,
        inputTokens: 61_000_000,
        outputTokens: 4_100_000,
        busyUsd: 17.2,
        bootUsd: 1.48,
        idleUsd: 8.1,
        usd: 26.78,
        usdPerMillionTokens: 0.4114,
        publicUsd: null,
      },
      {
        name: null,
        requests: 0,
        inputTokens: 0,
        outputTokens: 0,
        busyUsd: 0,
        bootUsd: 0,
        idleUsd: 0,
        usd: 4.42,
        usdPerMillionTokens: null,
        publicUsd: null,
      },
    ],
    usd: 31.2,
    hours: { busy: 39.1, boot: 3.4, idle: 18.4, nobody: 0.6 },
    publicPrices: [{ model: 'cogito-671b-v2-1-fp8-dynamic', usd: 32.55 }],
    pricesAsOf: '2026-11-23',
  };
}

export function sampleEntries(now = SAMPLE_NOW): LedgerEntry[] {
  return [
    {
      id: 'led_1',
      deploymentId: 'dep_qwen3-coder',
      deploymentName: 'qwen3-coder',
      resourceId: 'podqwen3coder',
      kind: 'compute',
      startedAt: iso(now - 41 * MINUTE),
      endedAt: null,
      usdPerHour: 0.44,
      usd: 0.3007,
      estimated: false,
      note: null,
    },
  ];
}

export const sampleVolume = (): VolumeView => ({
  id: 'vol1',
  name: 'rplm-cache-Qwen--Qwen3-8B',
  sizeGb: 30,
  dataCenterId: 'EU-RO-1',
  usdPerMonth: 2.1,
  cacheOf: 'Qwen/Qwen3-8B',
  usedBy: [],
});

export const sampleVolumeAdvice = (): VolumeAdvice => ({
  model: 'Qwen/Qwen3-8B',
  sizeGb: 23,
  usdPerMonth: 1.61,
  loadSeconds: { without: 180, with: 54, from: 'history' },
  startsLastMonth: 40,
  paysFromStarts: 177,
  pays: false,
  why: 'Fetching and loading the weights took 180 s; from a network volume about 54 s.',
  dataCenters: [
    { id: 'EU-RO-1', name: 'EU Romania 1', gpu: '1 × A40', usdPerHour: 0.4, stock: 'HIGH' },
    { id: 'US-KS-2', name: 'US Kansas 2', gpu: '1 × L4', usdPerHour: 0.43, stock: 'LOW' },
  ],
  existing: null,
});

export function sampleRadar(now = SAMPLE_NOW): Radar {
  return {
    asOf: iso(now),
    simulated: true,
    items: [
      {
        kind: 'pod',
        id: 'podqwen3coder',
        name: 'rplm-qwen3-coder',
        status: 'RUNNING',
        ownership: 'known',
        deployment: 'qwen3-coder',
        usdPerHour: 0.44,
        usdPerMonthAtRest: 0,
        actions: [],
        note: null,
        sweep: null,
      },
      {
        kind: 'pod',
        id: 'podtest2',
        name: 'test-2',
        status: 'RUNNING',
        ownership: 'foreign',
        deployment: null,
        usdPerHour: 0.44,
        usdPerMonthAtRest: 4,
        actions: ['stop', 'terminate', 'adopt'],
        note: 'not made by this app',
        sweep: {
          act: 'stop',
          savesUsdPerMonth: 317.2,
          loses: [{ what: 'container-disk', gb: 20 }],
          isLeftover: false,
        },
      },
    ],
    unseen: [],
  };
}

/** A sweep of the sample radar's things, as right after it was made. */
export function sampleSweep(ids: readonly string[] | null, now = SAMPLE_NOW, undoSeconds = 10): Sweep {
  const things = sampleRadar(now).items.flatMap(
    ({ sweep, status: _1, deployment: _2, actions: _3, note: _4, ...item }) =>
      sweep === null || !(ids?.includes(item.id) ?? sweep.isLeftover)
        ? []
        : [{ ...item, ...sweep, state: 'planned' as const, reason: null, why: null }],
  );
  return {
    id: 'swp_1',
    simulated: true,
    state: 'pending',
    madeAt: iso(now),
    dueAt: iso(now + undoSeconds * 1000),
    undoMsLeft: undoSeconds * 1000,
    things,
    refused: [],
    savesUsdPerMonth: things.reduce((sum, { savesUsdPerMonth }) => sum + savesUsdPerMonth, 0),
  };
}

export function sampleSecrets(): SecretStatus[] {
  return [
    { name: 'runpod', present: false, hint: null, source: 'none' },
    { name: 'proxy', present: true, hint: '3f9a', source: 'generated' },
    { name: 'hf', present: true, hint: 'Qz1x', source: 'environment' },
    { name: 'docker-username', present: false, hint: null, source: 'none' },
    { name: 'docker-token', present: false, hint: null, source: 'none' },
  ];
}

export function sampleKeyCheck(): KeyCheck {
  return {
    ok: true,
    rights: [
      { area: 'pods', allowed: 'yes', detail: 'read and write' },
      { area: 'serverless', allowed: 'read-only', detail: 'endpoints cannot be made' },
      { area: 'billing', allowed: 'yes', detail: 'read' },
    ],
    balanceUsd: 18.4,
    problem: null,
  };
}

export function sampleLogs(now = SAMPLE_NOW): LogLine[] {
  const line = (
    offset: number,
    source: LogLine['source'],
    level: LogLine['level'],
    text: string,
  ): LogLine => ({
    at: iso(now - offset),
    source,
    level,
    text,
  });
  return [
    line(9000, 'system', 'info', 'image pulled'),
    line(8000, 'container', 'info', 'Loading safetensors checkpoint shards'),
    line(7000, 'container', 'warn', '\u001b[33mKV cache usage 91 %\u001b[0m'),
    line(6000, 'container', null, 'Application startup complete.'),
  ];
}

export function sampleRequest(now = SAMPLE_NOW): RequestRecord {
  return {
    id: 'req_1',
    at: iso(now - 2 * MINUTE),
    route: '/v1/chat/completions',
    model: 'qwen3-coder',
    deployment: 'qwen3-coder',
    client: 'default',
    status: 200,
    outcome: 'ok',
    errorCode: null,
    cache: 'miss',
    woke: false,
    queueMs: 0,
    firstTokenMs: 610,
    totalMs: 4200,
    inputTokens: 12_000,
    outputTokens: 140,
    cachedTokens: 9000,
    tokensPerSecond: 41,
    usd: 0.0005,
  };
}

export function sampleTraffic(now: number, windowMinutes: number): Traffic {
  return {
    asOf: iso(now),
    windowMinutes,
    inFlight: 1,
    requests: 42,
    errors: 1,
    cacheHits: 5,
    inputTokens: 310_000,
    outputTokens: 9200,
    firstTokenMsP50: 610,
    firstTokenMsP95: 1900,
    tokensPerSecondP50: 41,
    perMinute: Array.from({ length: windowMinutes }, (_, index) => ({
      at: iso(now - (windowMinutes - index) * MINUTE),
      requests: index % 3,
      errors: 0,
    })),
  };
}

export function sampleModelHits(): ModelHit[] {
  return [
    {
      id: 'Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8',
      source: 'curated',
      backend: 'vllm',
      parametersB: 30.5,
      contextTokens: 262_144,
      downloads: null,
      gated: false,
      note: 'coding agent',
    },
    {
      id: 'meta-llama/Llama-3.3-70B-Instruct',
      source: 'huggingface',
      backend: 'vllm',
      parametersB: 70.6,
      contextTokens: 131_072,
      downloads: 1_200_000,
      gated: true,
      note: null,
    },
  ];
}

export function sampleChecks(model: string): ConnectCheckItem[] {
  return [
    { name: 'models', ok: true, detail: `“${model}” is one of 3 listed.` },
    { name: 'streaming', ok: true, detail: '38 pieces in 0.9 s, closed in good order.' },
    { name: 'usage', ok: true, detail: '41 output tokens were told at the end.' },
    { name: 'tools', ok: false, detail: 'The model called no tool. This client needs tool calls.' },
    { name: 'abort', ok: true, detail: 'The model stopped after 3 tokens when the caller left.' },
    { name: 'waiting', ok: true, detail: 'The last start took 214 s; a start is bridged by signs of life.' },
  ];
}
