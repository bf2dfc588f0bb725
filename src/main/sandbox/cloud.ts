import { answerControl } from './control-api.ts';
import { identify } from './control-plane/access.ts';
import { accountRoutes } from './control-plane/account-routes.ts';
import { billingRoutes } from './control-plane/billing-routes.ts';
import { catalogueRoutes } from './control-plane/catalogue-routes.ts';
import { podRoutes } from './control-plane/pod-routes.ts';
import { RateLimit, REQUESTS_PER_MINUTE } from './control-plane/rate-limit.ts';
import { answerControlPlane, type ControlPlane } from './control-plane/router.ts';
import { serverlessRoutes } from './control-plane/serverless-routes.ts';
import { templateRoutes } from './control-plane/template-routes.ts';
import { volumeRoutes } from './control-plane/volume-routes.ts';
import { ProcessRunner } from './container/runner.ts';
import { withFaults } from './fault-layer.ts';
import { answerGraphql } from './graphql.ts';
import { text, type Handler } from './http/message.ts';
import { createRelay } from './model-server/relay.ts';
import { Exhaustion } from './money/exhaustion.ts';
import { answerPodUrl } from './pods/pod-url.ts';
import { PodRuntimes } from './pods/runtimes.ts';
import { PublicEndpoints } from './public/public-endpoints.ts';
import { Endpoints } from './serverless/endpoints.ts';
import { answerInvoke } from './serverless/invoke.ts';
import { answerLoadBalancer } from './serverless/load-balancer.ts';
import type { SandboxOptions } from './types.ts';
import type { World } from './world.ts';

export interface Cloud {
  readonly handler: Handler;
  /** Starts what should be running after a restart of the hosting process; harmless when called again. */
  resume(): void;
  /** Ends what the balance no longer pays for. */
  settle(): void;
  dispose(): Promise<void>;
}

/** The parts of the simulated cloud and the one handler in front of them. */
export function createCloud(world: World, options: SandboxOptions, controlToken: string): Cloud {
  const relay = options.answerFrom === null ? null : createRelay(options.answerFrom);
  const runner = new ProcessRunner(world, options.runProcesses);
  const runtimes = new PodRuntimes(world, relay, options.runProcesses === false ? null : runner);
  const endpoints = new Endpoints(world, relay);
  const publicEndpoints = new PublicEndpoints(world, relay);
  const money = new Exhaustion(world, (atMs) => endpoints.endAll(atMs));
  const plane: ControlPlane = {
    keys: options.keys,
    limit: new RateLimit(world.clock, options.requestsPerMinute ?? REQUESTS_PER_MINUTE),
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
    if (path.startsWith('/invoke/v2/')) {
      return answerInvoke(world, endpoints, publicEndpoints, caller, request);
    }
    if (path.startsWith('/lb/')) return answerLoadBalancer(world, endpoints, caller, request);
    if (path === '/graphql') return answerGraphql(world, options.keys, request);
    return text(404, 'not found');
  };
  const faulty = withFaults(world, world.faults, (request) => {
    runtimes.resume();
    money.settle();
    return route(request);
  });
  return {
    // The control door stands outside the cloud: faults do not reach it.
    handler: async (request) =>
      request.path.startsWith('/sandbox/') ? answerControl(world, controlToken, request) : faulty(request),
    resume: () => runtimes.resume(),
    settle: () => money.settle(),
    dispose: async () => {
      money.dispose();
      endpoints.dispose();
      runtimes.dispose();
      await runner.dispose();
      await relay?.close();
    },
  };
}
