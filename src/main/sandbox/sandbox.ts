import { AppError } from '../../shared/errors.ts';
import { Emitter } from '../platform/lifecycle.ts';
import { ProcessRunner } from './container/runner.ts';
import { answerControl } from './control-api.ts';
import { identify } from './control-plane/access.ts';
import { accountRoutes } from './control-plane/account-routes.ts';
import { billingRoutes } from './control-plane/billing-routes.ts';
import { serverlessRoutes } from './control-plane/serverless-routes.ts';
import { templateRoutes } from './control-plane/template-routes.ts';
import { volumeRoutes } from './control-plane/volume-routes.ts';
import { Endpoints } from './serverless/endpoints.ts';
import { answerInvoke } from './serverless/invoke.ts';
import { answerLoadBalancer } from './serverless/load-balancer.ts';
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
  const endpoints = new Endpoints(world, null);
  const money = new Exhaustion(world, (atMs) => endpoints.endAll(atMs));
  const controlToken = random.hex(16);
  const plane: ControlPlane = {
    keys: options.keys,
    limit: new RateLimit(clock, options.requestsPerMinute ?? REQUESTS_PER_MINUTE),
    routes: [
      ...podRoutes(world, runtimes),
      ...serverlessRoutes(world, endpoints),
      ...volumeRoutes(world),
      ...templateRoutes(world),
      ...accountRoutes(world),
      ...catalogueRoutes(),
      ...billingRoutes(world),
    ],
  };
  const route: Handler = async (request) => {
    const { path } = request;
    if (path === '/v2' || path.startsWith('/v2/')) return answerControlPlane(world, plane, request);
    if (path.startsWith('/pods/')) return answerPodUrl(world, runtimes, request);
    const caller = identify(world, options.keys, request);
    if (path.startsWith('/invoke/v2/')) return answerInvoke(world, endpoints, caller, request);
    if (path.startsWith('/lb/')) return answerLoadBalancer(world, endpoints, caller, request);
    if (path === '/graphql') return answerGraphql(world, options.keys, request);
    return text(404, 'not found');
  };
  const cloud = withFaults(world, world.faults, (request) => {
    runtimes.resume();
    money.settle();
    return route(request);
  });
  // The control door stands outside the cloud: faults do not reach it.
  const handler: Handler = async (request) =>
    request.path.startsWith('/sandbox/') ? answerControl(world, controlToken, request) : cloud(request);
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
    controlToken,
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
      endpoints.dispose();
      runtimes.dispose();
      await runner.dispose();
      await server?.close();
      file.flush();
    },
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
