import { createFleet } from '../../../src/main/deployments/fleet.ts';
import type { Fleet, FleetDeps, FleetEvent, Planner, Recipe } from '../../../src/main/deployments/types.ts';
import { OLLAMA_IMAGE, VLLM_IMAGE } from '../../../src/main/planner/images.ts';
import type { Timing } from '../../../src/main/deployments/timing.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { DeploymentSpec, DeploymentWish, PlanCandidate } from '../../../src/shared/model.ts';
import { FakeImageBuilder } from '../../support/fake-image-builder.ts';
import { FakeRunPod } from '../../support/fake-runpod.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';

export const never = new AbortController().signal;

function candidate(gpuTypeId: string, rank: number, usdPerHour: number): PlanCandidate {
  return {
    rank,
    kind: 'pod',
    gpuTypeId,
    gpuName: gpuTypeId,
    gpuCount: 1,
    cloud: 'SECURE',
    dataCenterIds: [],
    usdPerHour,
    parts: { gpuUsdPerHour: usdPerHour, diskUsdPerHour: 0 },
    usdPerDay: usdPerHour * 4,
    usableGiB: 24,
    needGiB: 10,
    headroomPercent: 50,
    tight: false,
    concurrentSequences: 8,
    stock: 'HIGH',
    secondsToFirstToken: { low: 60, high: 120, from: 'table' },
    image: VLLM_IMAGE,
    args: [],
    minCudaVersion: '13.0',
    containerDiskGb: 40,
    notes: [],
  };
}

/** Plans every GPU the catalogue lists, in its order; recipes as the real planner makes them, in short. */
export const planner: Planner = {
  offers: (gpus) =>
    gpus.map((gpu) => ({
      id: gpu.id,
      name: gpu.name,
      memoryGb: gpu.memory,
      manufacturer: gpu.manufacturer,
      pool: gpu.pool,
      usdPerHour: { SECURE: gpu.price.secure, COMMUNITY: null, serverless: null },
      maxCount: { SECURE: 8, COMMUNITY: 0 },
      stock: 'HIGH',
      dataCenters: [],
      cudaVersions: ['13.0'],
    })),
  plan: ({ request, offers, pricesAsOf }) => ({
    model: request.model,
    revision: null,
    factsComplete: true,
    facts: [],
    memory: { weightsGiB: 8, kvGiB: 1, overheadGiB: 1, needGiB: 10, kvBytesPerToken: 1 },
    candidates: offers.map((offer, index) => ({
      ...candidate(offer.id, index + 1, offer.usdPerHour.SECURE ?? 0),
      ...(request.backend === 'ollama' ? { image: OLLAMA_IMAGE } : {}),
    })),
    takes: offers.length === 0 ? null : 0,
    rejected: [],
    warnings: [],
    pricesAsOf,
    simulated: false,
  }),
  recipe: (spec) => {
    if (spec.extraArgs.includes('--refused')) throw new AppError('invalid_input', 'the recipe refuses this');
    return recipe(spec);
  },
};

const recipe = (spec: DeploymentSpec): Recipe =>
  spec.backend === 'vllm'
    ? {
        image: spec.image ?? 'vllm/vllm-openai:v0.27.1',
        argv: ['--model', spec.model, '--served-model-name', spec.name, ...spec.extraArgs],
        env: spec.env,
        disk: 40,
        modelServerPort: 8000,
        minCudaVersion: '13.0',
        healthPath: '/health',
      }
    : {
        image: spec.image ?? 'ollama/ollama:0.33.0',
        argv: [],
        env: spec.env,
        disk: 20,
        modelServerPort: 11_434,
        minCudaVersion: null,
        healthPath: '/api/version',
      };

export interface World {
  readonly clock: ManualClock;
  readonly cloud: FakeRunPod;
  /** Without an engine until a test attaches one. */
  readonly images: FakeImageBuilder;
  readonly ledger: MemoryLedger;
  readonly db: Db;
  readonly events: FleetEvent[];
  fleet: Fleet;
  /** Ends the app as a crash or a quit does, and starts it again on the same data. */
  restart(): Promise<void>;
  /** Moves time on in steps, so that everything that is due happens. */
  pass(ms: number): Promise<void>;
  /** Notifications of a kind. */
  notes(kind: string): FleetEvent[];
  dispose(): Promise<void>;
}

export function world(
  options: { seed?: number; timing?: Partial<Timing>; deps?: Partial<FleetDeps> } = {},
): World {
  const clock = new ManualClock();
  const cloud = new FakeRunPod(clock);
  const ledger = new MemoryLedger();
  const db = openDb(':memory:');
  const random = seededRandom(options.seed ?? 1);
  const events: FleetEvent[] = [];
  const images = new FakeImageBuilder();
  const build = (): Fleet => {
    const fleet = createFleet({
      api: cloud.api,
      facts: { facts: () => Promise.resolve(null) },
      planner,
      ledger,
      db,
      clock,
      random,
      ids: randomIds(random),
      fetch: cloud.fetch,
      log: silentLog,
      apiUrl: 'https://api.runpod.io/v2',
      podUrlTemplate: 'https://{podId}-{port}.pods.test',
      invokeUrl: 'https://invoke.test/v2',
      lbUrlTemplate: 'https://{endpointId}.lb.test',
      invokeKey: () => Promise.resolve('rpa_test'),
      simulated: false,
      hfToken: () => Promise.resolve(null),
      startOfDay: (ms, offset = 0) => (Math.floor(ms / 86_400_000) + offset) * 86_400_000,
      guardScripts: { watchdog: '# watchdog', front: '# front', preload: '# preload' },
      images,
      ...options.deps,
      ...(options.timing === undefined ? {} : { timing: options.timing }),
    });
    fleet.subscribe((event) => events.push(event));
    return fleet;
  };
  const made: World = {
    clock,
    cloud,
    images,
    ledger,
    db,
    events,
    fleet: build(),
    restart: async () => {
      await made.fleet.dispose();
      made.fleet = build();
      made.fleet.start();
    },
    pass: async (ms) => {
      for (let left = ms; left > 0; left -= 1000) await clock.advance(Math.min(1000, left));
    },
    notes: (kind) => events.filter((event) => event.name === 'notification' && event.payload.kind === kind),
    dispose: async () => {
      await made.fleet.dispose();
      db.close();
    },
  };
  return made;
}

/** How a promise ends, as a value: its rejection is handled from the start. */
export const settled = <T>(
  promise: Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

export const wish = (more: Partial<DeploymentWish> = {}): DeploymentWish => ({
  name: 'qwen',
  model: 'Qwen/Qwen3-8B',
  ...more,
});
