import { AppError } from '../../shared/errors.ts';
import { Emitter } from '../platform/lifecycle.ts';
import { ProcessRunner } from './container/runner.ts';
import { catalogueRoutes } from './control-plane/catalogue-routes.ts';
import { podRoutes } from './control-plane/pod-routes.ts';
import { RateLimit, REQUESTS_PER_MINUTE } from './control-plane/rate-limit.ts';
import { answerControlPlane, type ControlPlane } from './control-plane/router.ts';
import { withFaults } from './fault-layer.ts';
import { FaultBook } from './faults.ts';
import { answerGraphql } from './graphql.ts';
import { fetchFrom } from './http/fetch.ts';
import { text, type Handler } from './http/message.ts';
import { serveHttp, type SimServer } from './http/server.ts';
import { billOf } from './money/bill.ts';
import { Exhaustion } from './money/exhaustion.ts';
import { answerPodUrl } from './pods/pod-url.ts';
import { PodRuntimes } from './pods/runtimes.ts';
import { openStateFile } from './state-file.ts';
import type { Sandbox, SandboxOptions, SandboxUrls } from './types.ts';
import type { World } from './world.ts';

/** Where the addresses point before anything listens: a port that no client connects to. */
const UNBOUND = 'http://127.0.0.1:1';

/** Builds the simulated RunPod (SPEC 11). It answers through `fetch` at once, on a port after `listen`. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { clock, random, log } = options;
  const file = openStateFile(options.stateFile, options.balanceUsd, clock, log);
  const ending = new AbortController();
  let origin = UNBOUND;
  const world: World = {
    clock,
    random,
    log,
    speed: options.speed,
    tokensPerSecond: options.tokensPerSecond,
    state: file.state,
    faults: new FaultBook(),
    changes: new Emitter((error) => log.error({ error: String(error) }, 'sandbox listener failed')),
    ended: ending.signal,
    origin: () => origin,
    save: () => file.save(),
    flush: () => file.flush(),
  };
  const runner = new ProcessRunner(world, options.runProcesses);
  const runtimes = new PodRuntimes(world, null, options.runProcesses === false ? null : runner);
  const money = new Exhaustion(world, () => {});
  const plane: ControlPlane = {
    keys: options.keys,
    limit: new RateLimit(clock, options.requestsPerMinute ?? REQUESTS_PER_MINUTE),
    routes: [...podRoutes(world, runtimes), ...catalogueRoutes()],
  };
  const handler = withFaults(world, world.faults, (request) => {
    runtimes.resume();
    money.settle();
    return route(world, plane, options, runtimes)(request);
  });
  let server: SimServer | null = null;
  return {
    listen: async (port) => {
      if (server !== null) throw new AppError('internal', 'The sandbox listens already.');
      server = await serveHttp(handler, port);
      origin = `http://127.0.0.1:${server.port}`;
      rememberOrigin(world);
      runtimes.resume();
      return urlsAt(origin);
    },
    fetch: fetchFrom(handler, ending.signal),
    urls: () => urlsAt(origin),
    arm: (fault) => world.faults.arm(fault),
    clearFaults: () => world.faults.clear(),
    bill: () => {
      money.settle();
      return billOf(world);
    },
    dispose: async () => {
      if (ending.signal.aborted) return;
      ending.abort();
      money.dispose();
      runtimes.dispose();
      await runner.dispose();
      await server?.close();
      file.flush();
    },
  };
}

function route(world: World, plane: ControlPlane, options: SandboxOptions, runtimes: PodRuntimes): Handler {
  return async (request) => {
    const { path } = request;
    if (path === '/v2' || path.startsWith('/v2/')) return answerControlPlane(world, plane, request);
    if (path.startsWith('/pods/')) return answerPodUrl(world, runtimes, request);
    if (path === '/graphql') return answerGraphql(world, options.keys, request);
    return text(404, 'not found');
  };
}

const ORIGINS_KEPT = 5;

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
