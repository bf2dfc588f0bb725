import { join } from 'node:path';
import type { CostLedger, Ledger } from '../../../src/main/costs/ledger.ts';
import { createLedger } from '../../../src/main/costs/sqlite-ledger.ts';
import { createFleet } from '../../../src/main/deployments/fleet.ts';
import { readGuardScripts } from '../../../src/main/deployments/guard-scripts.ts';
import type { Timing } from '../../../src/main/deployments/timing.ts';
import type { Fleet, FleetEvent, Usage } from '../../../src/main/deployments/types.ts';
import { silentLog, type Log } from '../../../src/main/logs/log.ts';
import { launchRecipe } from '../../../src/main/planner/launch.ts';
import { toOffers } from '../../../src/main/planner/offers.ts';
import { plan } from '../../../src/main/planner/plan.ts';
import { ManualClock, systemClock, type Clock } from '../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../src/main/platform/db.ts';
import { createHttpPool, type Fetch } from '../../../src/main/platform/http.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom, systemRandom, type Random } from '../../../src/main/platform/random.ts';
import { createRunPodApi } from '../../../src/main/runpod/client.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/main/sandbox/types.ts';
import { FakeImageBuilder } from '../../support/fake-image-builder.ts';
import { repository } from '../../support/processes.ts';

interface App {
  readonly sandbox: Sandbox;
  readonly db: Db;
  readonly ledger: CostLedger;
  /** Where images of one's own come from. */
  readonly images: FakeImageBuilder;
  readonly events: FleetEvent[];
  /** The room of the app process that runs now. */
  readonly fleet: Fleet;
  /** What the app process holds in memory is lost; the cloud and the database stay. A new one begins, not started. */
  crash(): Promise<void>;
  dispose(): Promise<void>;
}

export type LiveSandboxWorld = App;

export interface SandboxWorld extends App {
  readonly clock: ManualClock;
  pass(ms: number): Promise<void>;
  /** Moves time on until `test` holds, at most `limitMs`. */
  until(test: () => boolean, limitMs: number): Promise<void>;
}

interface Options {
  readonly seed?: number;
  readonly timing?: Partial<Timing>;
  readonly speed?: number;
  readonly usage?: Usage;
}

export const KEY = 'sandbox-key';

export const SANDBOX = {
  log: silentLog,
  tokensPerSecond: 500,
  balanceUsd: 100,
  keys: [{ key: KEY, rights: 'all' }],
  stateFile: null,
  answerFrom: null,
} as const;

/** The whole room against the sandbox cloud, real client, planner and ledger, on one manual clock; no sockets. */
export function sandboxWorld(options: Options = {}): SandboxWorld {
  const clock = new ManualClock();
  const random = seededRandom(options.seed ?? 7);
  const sandbox = createSandbox({
    ...SANDBOX,
    clock,
    random,
    speed: options.speed ?? 10,
    runProcesses: false,
  });
  const app = appOn(sandbox, { clock, random, fetch: sandbox.fetch, options });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) await clock.advance(Math.min(1000, left));
  };
  const until = async (test: () => boolean, limitMs: number): Promise<void> => {
    for (let left = limitMs; !test(); left -= 500) {
      if (left <= 0)
        throw new Error(`not within ${limitMs} ms: ${JSON.stringify(app.fleet.list(), null, 1)}`);
      await clock.advance(500);
    }
  };
  return Object.assign(app, { clock, pass, until });
}

/** The same on real sockets and real time, with start commands run as real processes. */
export async function liveSandboxWorld(
  options: Options & { readonly speed: number },
): Promise<LiveSandboxWorld> {
  const clock = systemClock;
  const sandbox = createSandbox({
    ...SANDBOX,
    clock,
    random: systemRandom,
    speed: options.speed,
    runProcesses: true,
  });
  await sandbox.listen(0);
  const pool = createHttpPool({ silenceMs: 0 });
  const random = seededRandom(options.seed ?? 7);
  return appOn(sandbox, { clock, random, fetch: pool.fetch, options, close: () => pool.close() });
}

interface AppParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly options: Options;
  readonly close?: () => Promise<void>;
}

/** What of an app process can be replaced: its database, its view of time, its way to the cloud. */
interface FleetParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly db: Db;
  readonly ledger: Ledger;
  readonly log?: Log;
  readonly images?: FakeImageBuilder;
  readonly usage?: Usage | undefined;
  readonly timing?: Partial<Timing> | undefined;
}

/** The room of one app process: real client, planner and watchdog scripts, the sandbox as its cloud. */
export function fleetOn(sandbox: Sandbox, parts: FleetParts): Fleet {
  const { db, ledger, clock, random, fetch, log = silentLog, usage, timing } = parts;
  const urls = sandbox.urls();
  const shared = { clock, random, fetch, log, apiUrl: urls.apiUrl };
  const apiKey = (): Promise<string> => Promise.resolve(KEY);
  return createFleet({
    ...shared,
    api: createRunPodApi({
      ...shared,
      apiKey,
      graphqlUrl: urls.graphqlUrl,
      graphqlEnabled: true,
      userAgent: 'test',
    }),
    facts: { facts: () => Promise.resolve(null) },
    planner: { plan, offers: toOffers, recipe: launchRecipe },
    ledger,
    db,
    ids: randomIds(random),
    podUrlTemplate: urls.podUrlTemplate,
    invokeUrl: urls.invokeUrl,
    lbUrlTemplate: urls.lbUrlTemplate,
    invokeKey: apiKey,
    simulated: true,
    hfToken: () => Promise.resolve(null),
    startOfDay: (ms, offset = 0) => (Math.floor(ms / 86_400_000) + offset) * 86_400_000,
    guardScripts: readGuardScripts(join(repository, 'resources/watchdog')),
    images: parts.images ?? new FakeImageBuilder(),
    ...(usage === undefined ? {} : { usage }),
    ...(timing === undefined ? {} : { timing }),
  });
}

function appOn(sandbox: Sandbox, { clock, random, fetch, options, close }: AppParts): App {
  const db = openDb(':memory:');
  const ledger = createLedger({ db, ids: randomIds(random) });
  const images = new FakeImageBuilder();
  const events: FleetEvent[] = [];
  const build = (): Fleet => {
    const { usage, timing } = options;
    const fleet = fleetOn(sandbox, { clock, random, fetch, db, ledger, images, usage, timing });
    fleet.subscribe((event) => events.push(event));
    return fleet;
  };
  const app = {
    sandbox,
    db,
    ledger,
    images,
    events,
    fleet: build(),
    crash: async () => {
      await app.fleet.dispose();
      app.fleet = build();
    },
    dispose: async () => {
      await app.fleet.dispose();
      await sandbox.dispose();
      await close?.();
      db.close();
    },
  };
  return app;
}
