import type { AppEvent, MethodHandlers, StreamHandlers } from '../shared/api.ts';
import type { KeyCheck } from '../shared/app.ts';
import type { AppError, ErrorBody } from '../shared/errors.ts';
import { watchMoney } from './activity/watch-money.ts';
import type { CloudAccess } from './cloud.ts';
import { ConnectFiles } from './connect/connect-files.ts';
import type { Fleet } from './deployments/types.ts';
import { activityHandlers, playgroundStreams, type ActivityParts } from './handlers/activity.ts';
import { connectHandlers, fileKeys } from './handlers/connect.ts';
import { costHandlers } from './handlers/costs.ts';
import { imageHandlers, imageStreams } from './handlers/images.ts';
import { deploymentHandlers, logStreams } from './handlers/deployments.ts';
import { planHandlers } from './handlers/plans.ts';
import { volumeHandlers } from './handlers/volumes.ts';
import { Disposables, type Disposable } from './platform/lifecycle.ts';
import type { RunPodApi } from './runpod/api.ts';
import { checkKey } from './runpod/key-check.ts';

import type { ManagerParts } from './manager-parts.ts';
import { newProxy } from './new-proxy.ts';
import type { StoredKeys } from './proxy/stored-keys.ts';
import { newVolumes } from './new-volumes.ts';
import { accessOf, createServices } from './services.ts';
type ManagerMethod = Extract<
  keyof MethodHandlers,
  | 'plan.make'
  | `models.${string}`
  | 'requests.recent'
  | 'traffic.recent'
  | `targets.${string}`
  | `connect.${string}`
  | `deployments.${string}`
  | `radar.${string}`
  | `costs.${string}`
  | `images.${string}`
  | `keys.${string}`
  | `volumes.${string}`
>;

/** The core for one cloud: everything below the two bodies, which only choose adapters and drive it. */
export interface Manager extends Disposable {
  readonly cloud: CloudAccess;
  readonly fleet: Fleet;
  readonly runpod: RunPodApi;
  readonly methods: Pick<MethodHandlers, ManagerMethod>;
  readonly streams: Omit<StreamHandlers, 'logs.app'>;
  /** What the last look at the account failed with; null = all is well. */
  cloudProblem(): ErrorBody | null;
  /** Why nothing new may cost money: what is written is lost; null = it is not. */
  storageProblem(): AppError | null;
  /** null until the proxy listens. */
  proxyUrl(): string | null;
  subscribe(listener: (event: AppEvent) => void): () => void;
  /** The configuration changed: takes what is not read anew at every use. @throws AppError config_invalid */
  reconfigure(): void;
  checkKey(key: string, signal: AbortSignal): Promise<KeyCheck>;
  /** Recovers what was under way, begins to watch, then opens the proxy. @throws AppError port_in_use */
  start(): Promise<void>;
}

/** Builds the core from its parts; nothing runs until `start`. */
export async function createManager(parts: ManagerParts): Promise<Manager> {
  const owned = new Disposables();
  try {
    return await assemble(parts, owned);
  } catch (error) {
    // What was opened before the failure is not left open.
    await owned.dispose();
    throw error;
  }
}

async function assemble(parts: ManagerParts, owned: Disposables): Promise<Manager> {
  const { cloud, clock, config } = parts;
  const services = createServices(parts, owned);
  const { fleet, runpod, events, requests, ledger, volumeMeter: volumes } = services;
  const { proxy, keys, methods, reconfigure } = await newProxy(parts, services, owned);
  let url: string | null = null;
  const activity: ActivityParts = {
    requests,
    fleet,
    clock,
    inFlight: () => proxy.inFlight(),
    targets: () => proxy.stats().targets,
    proxyUrl: () => url ?? '',
    proxyKey: async () => (await parts.secrets.proxyKey()).key,
    fetch: services.pools.models.fetch,
    recordOf: (id, signal) => requests.waitFor(id, signal),
  };
  const files = newConnectFiles(parts, keys);
  const common = { api: runpod, clock, simulated: cloud.simulated };
  const plans = planHandlers({ models: services.models, fleet });
  return {
    cloud,
    fleet,
    runpod,
    methods: {
      ...plans,
      ...volumeHandlers(newVolumes(parts, services, plans['plan.make']), volumes),
      ...methods,
      ...deploymentHandlers(fleet),
      ...costHandlers({ ...common, ledger, fleet, volumes, requests, log: parts.log, zone: services.zone }),
      ...activityHandlers(activity),
      ...imageHandlers(services.images),
      ...connectHandlers({ files, fleet, proxyUrl: () => url }),
    },
    streams: {
      ...logStreams(fleet),
      ...playgroundStreams(activity),
      ...imageStreams(services.images),
    },
    cloudProblem: () => services.cloudProblem(),
    storageProblem: () => services.storage.problem(),
    proxyUrl: () => url,
    subscribe: (listener) => events.subscribe(listener),
    reconfigure,
    // A key is RunPod's, whichever cloud is in use while it is entered.
    checkKey: (key, signal) => {
      const { apiUrl, graphqlUrl } = config().runpod;
      return checkKey({ ...accessOf(parts, services.pools), apiUrl, graphqlUrl, key }, signal);
    },
    async start() {
      services.storage.start();
      fleet.start();
      volumes.start();
      const offsetMs = (): number => runpod.clockOffsetMs();
      const emit = (event: AppEvent): void => events.emit(event);
      owned.defer('money watch', watchMoney({ ...parts, ...services, offsetMs, emit }));
      url = (await proxy.listen(config().proxy.host, config().proxy.port)).url;
    },
    dispose: () => owned.dispose(),
  };
}

function newConnectFiles(
  { clock, computer, config, log, scrub }: ManagerParts,
  keys: StoredKeys,
): ConnectFiles {
  return new ConnectFiles({
    ...computer,
    dataDir: config().dataDir,
    keys: fileKeys(keys, clock),
    clock,
    log: log.child({ room: 'connect' }),
    scrub,
  });
}
