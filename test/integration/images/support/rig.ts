import { inspect } from 'node:util';
import { resolve } from 'node:path';
import { createHttpPool } from '../../../../src/main/platform/http.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../../src/main/platform/db.ts';
import { randomIds } from '../../../../src/main/platform/ids.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import type { Log } from '../../../../src/main/logs/log.ts';
import type { ModelFacts } from '../../../../src/main/planner/types.ts';
import type { SecretName } from '../../../../src/shared/app.ts';
import {
  imageRequestSchema,
  type BuildEvent,
  type ImageRequest,
  type ImageWish,
} from '../../../../src/shared/images.ts';
import { createImageService, type ImageService } from '../../../../src/main/images/image-service.ts';
import { readImageScripts } from '../../../../src/main/images/image-files.ts';
import { createScrubber } from '../../../../src/main/logs/scrubber.ts';
import type { RunPodApi } from '../../../../src/main/runpod/api.ts';

/** The image service on a given engine, with everything it says kept. */
export interface Rig {
  readonly service: ImageService;
  readonly secrets: Map<SecretName, string>;
  readonly registrations: { id: string; name: string; username: string; password: string }[];
  readonly log: readonly string[];
  readonly db: Db;
  readonly inUse: Map<string, string[]>;
  dispose(): Promise<void>;
}

const repositoryRoot = resolve(import.meta.dirname, '../../../..');
const scripts = readImageScripts(resolve(repositoryRoot, 'resources'));

export const request = (wish: ImageWish): ImageRequest => imageRequestSchema.parse(wish);

export function createRig(
  engineUrl: string | null,
  options: {
    readonly gated?: boolean;
    readonly network?: string | null;
    readonly env?: Record<string, string>;
    readonly repository?: string;
    readonly packageIndex?: string;
  } = {},
): Rig {
  const secrets = new Map<SecretName, string>();
  const pool = createHttpPool({ silenceMs: 30_000 });
  const db = openDb(':memory:');
  const { log, lines } = keptLog();
  const { registries, registrations } = fakeRegistries();
  const scrubber = createScrubber();
  const inUse = new Map<string, string[]>();
  const service = createImageService({
    db,
    clock: systemClock,
    ids: randomIds(systemRandom),
    log,
    fetch: pool.fetch,
    secrets: { get: async (name) => secrets.get(name) ?? null },
    facts: { facts: async (model, revision) => factsOf(model, revision, options.gated === true) },
    runpod: { registries },
    scripts,
    scrub: (text) => scrubber.scrub(text),
    surroundings: () => ({
      platform: 'linux',
      home: '/nonexistent',
      uid: 0,
      env: options.env ?? {},
      setting: engineUrl,
      read: () => null,
    }),
    repository: () => options.repository ?? null,
    packageIndex: () => options.packageIndex ?? 'http://127.0.0.1:9',
    inUse: () => inUse,
    network: () => (options.network === undefined ? 'host' : options.network),
  });
  return {
    service,
    secrets,
    registrations,
    log: lines,
    db,
    inUse,
    dispose: async () => {
      await service.dispose();
      await pool.close();
      db.close();
    },
  };
}

function factsOf(model: string, revision: string | null, gated: boolean): ModelFacts {
  const fact = <T>(value: T) => ({ value, provenance: 'given', source: 'test' }) as const;
  return {
    model,
    revision: revision ?? '0123456789abcdef0123456789abcdef01234567',
    gated,
    pipeline: null,
    weightBytes: fact(9_000_000_000),
    quantization: fact('none' as const),
  };
}

function keptLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (facts: object, message: string): void => {
    lines.push(`${message} ${inspect(facts, { depth: 10 })}`);
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
}

function fakeRegistries(): {
  registries: RunPodApi['registries'];
  registrations: { id: string; name: string; username: string; password: string }[];
} {
  const registrations: { id: string; name: string; username: string; password: string }[] = [];
  let next = 1;
  return {
    registrations,
    registries: {
      list: async () => registrations.map(({ id, name }) => ({ id, name })),
      create: async ({ name, username, password }) => {
        const id = `reg${next++}`;
        registrations.push({ id, name, username, password });
        return { id, name };
      },
      delete: async (id) => {
        registrations.splice(0, registrations.length, ...registrations.filter((each) => each.id !== id));
      },
    },
  };
}

/** Collects a build's events; `waitFor` resolves at the first, past or future, that a test is looking for. */
export function collector(): {
  readonly events: BuildEvent[];
  readonly onEvent: (event: BuildEvent) => void;
  waitFor(wanted: (event: BuildEvent) => boolean): Promise<BuildEvent>;
} {
  const events: BuildEvent[] = [];
  const waiting = new Set<(event: BuildEvent) => void>();
  return {
    events,
    onEvent: (event) => {
      events.push(event);
      for (const wake of waiting) wake(event);
    },
    waitFor: (wanted) =>
      new Promise((found) => {
        const past = events.find(wanted);
        if (past !== undefined) return found(past);
        const look = (event: BuildEvent): void => {
          if (!wanted(event)) return;
          waiting.delete(look);
          found(event);
        };
        waiting.add(look);
      }),
  };
}
