import { createHash } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';
import { Emitter } from '../platform/lifecycle.ts';
import { createCloud } from './cloud.ts';
import { FaultBook } from './faults.ts';
import { fetchFrom } from './http/fetch.ts';
import { serveHttp, type SimServer } from './http/server.ts';
import { billOf } from './money/bill.ts';
import { openStateFile, type StateFile } from './state-file.ts';
import type { Sandbox, SandboxOptions, SandboxUrls } from './types.ts';
import type { World } from './world.ts';

/** Where the addresses point before anything listens: a port that no client connects to. */
const UNBOUND = 'http://127.0.0.1:1';
const ORIGINS_KEPT = 5;

/** Builds the simulated RunPod (SPEC 11). It answers through `fetch` at once, on a port after `listen`. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const file = openStateFile(options.stateFile, options.balanceUsd, options.clock, options.log);
  const ending = new AbortController();
  const address = { origin: UNBOUND };
  const world = createWorld(options, file, ending.signal, () => address.origin);
  const controlToken = options.random.hex(16);
  const cloud = createCloud(world, options, controlToken);
  let server: SimServer | null = null;
  return {
    listen: async (port) => {
      if (server !== null) throw new AppError('internal', 'The sandbox listens already.');
      server = await serveHttp(cloud.handler, port, (error) =>
        options.log.error({ error: String(error) }, 'sandbox request failed'),
      );
      address.origin = `http://127.0.0.1:${server.port}`;
      rememberOrigin(world);
      cloud.resume();
      return urlsAt(address.origin);
    },
    fetch: fetchFrom(cloud.handler, ending.signal),
    urls: () => urlsAt(address.origin),
    controlToken,
    arm: (fault) => world.faults.arm(fault),
    clearFaults: () => world.faults.clear(),
    bill: () => {
      cloud.settle();
      return billOf(world);
    },
    dispose: async () => {
      if (ending.signal.aborted) return;
      ending.abort();
      await cloud.dispose();
      await server?.close();
      file.flush();
    },
  };
}

function createWorld(
  options: SandboxOptions,
  file: StateFile,
  ended: AbortSignal,
  origin: () => string,
): World {
  const { clock, random, log, speed, tokensPerSecond } = options;
  // Keys may be renewed later; the account stays.
  file.state.userId ??= userId(options.keys);
  const failed = (error: unknown): void => log.error({ error: String(error) }, 'sandbox listener failed');
  return {
    clock,
    random,
    log,
    speed,
    tokensPerSecond,
    state: file.state,
    imageCommand: options.imageCommand ?? (() => null),
    faults: new FaultBook(),
    changes: new Emitter(failed),
    output: new Emitter(failed),
    ended,
    origin,
    save: () => file.save(),
    flush: () => file.flush(),
  };
}

function userId(keys: SandboxOptions['keys']): string {
  const digest = createHash('sha256').update(keys.map(({ key }) => key).join('\n'));
  return `sandbox-${digest.digest('hex').slice(0, 10)}`;
}

/** Pods that outlive this process carry the address in their environment; the next one has to know it again. */
function rememberOrigin(world: World): void {
  const known = world.state.origins.filter((origin) => origin !== world.origin());
  world.state.origins = [...known, world.origin()].slice(-ORIGINS_KEPT);
  world.save();
}

function urlsAt(origin: string): SandboxUrls {
  return {
    apiUrl: `${origin}/v2`,
    invokeUrl: `${origin}/invoke/v2`,
    graphqlUrl: `${origin}/graphql`,
    podUrlTemplate: `${origin}/pods/{podId}-{port}`,
    lbUrlTemplate: `${origin}/lb/{endpointId}`,
  };
}
