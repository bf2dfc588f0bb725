import { join } from 'node:path';
import type { AppEvent, MethodHandlers, StreamHandlers } from '../shared/api.ts';
import type { KeyCheck } from '../shared/app.ts';
import type { ErrorBody } from '../shared/errors.ts';
import { toRequestRecord } from './activity/from-proxy.ts';
import { createRequestLog, type RequestLog } from './activity/request-log.ts';
import { watchMoney } from './activity/watch-money.ts';
import type { CloudAccess } from './cloud.ts';
import { BudgetGuard } from './costs/budget-guard.ts';
import type { BudgetLimit } from './costs/budgets.ts';
import { startOfDay } from './costs/calendar.ts';
import type { CostLedger } from './costs/ledger.ts';
import { createLedger } from './costs/sqlite-ledger.ts';
import { createFleet } from './deployments/fleet.ts';
import { readGuardScripts } from './deployments/guard-scripts.ts';
import type { Fleet, Planner } from './deployments/types.ts';
import { activityHandlers, playgroundStreams, type ActivityParts } from './handlers/activity.ts';
import { costHandlers } from './handlers/costs.ts';
import { imageHandlers, imageStreams } from './handlers/images.ts';
import { deploymentHandlers, logStreams } from './handlers/deployments.ts';
import { planHandlers } from './handlers/plans.ts';
import { createModelFactsSource, type ModelDirectory } from './huggingface/model-facts-source.ts';
import { readImageScripts } from './images/image-files.ts';
import { createImageService, type ImageService } from './images/image-service.ts';
import { engineSurroundings } from './images/surroundings.ts';
import type { Log } from './logs/log.ts';
import { launchRecipe } from './planner/launch.ts';
import { toOffers } from './planner/offers.ts';
import { plan } from './planner/plan.ts';
import type { Clock } from './platform/clock.ts';
import { openDb, type Db } from './platform/db.ts';
import { createHttpPool, type HttpPool } from './platform/http.ts';
import type { Ids } from './platform/ids.ts';
import { Disposables, Emitter, type Disposable } from './platform/lifecycle.ts';
import type { Random } from './platform/random.ts';
import { ownerKey, type Keyring } from './proxy/keyring.ts';
import { createProxy, type Proxy } from './proxy/proxy.ts';
import type { RunPodApi } from './runpod/api.ts';
import { createRunPodApi } from './runpod/client.ts';
import { watchReachability } from './runpod/watch-reachability.ts';
import { checkKey } from './runpod/key-check.ts';
import type { AppSecretStore } from './secrets/create-secret-store.ts';
import type { AppConfig } from './settings/app-config.ts';
import type { UserSettingsStore } from './settings/user-settings.ts';
import { timingOf } from './timing-of.ts';

export interface ManagerParts {
  readonly cloud: CloudAccess;
  /** As it is now; a reloaded file changes it. */
  readonly config: () => AppConfig;
  readonly settings: UserSettingsStore;
  readonly secrets: AppSecretStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  /** Takes secrets out of text that people see. */
  readonly scrub: (text: string) => string;
  readonly version: string;
  /** Folder of files that are shipped with the app. */
  readonly resourcesDir: string;
  /** RunPod became reachable, or ceased to be. */
  readonly onReachability: () => void;
}

type ManagerMethod = Extract<
  keyof MethodHandlers,
  | 'plan.make'
  | `models.${string}`
  | 'requests.recent'
  | 'traffic.recent'
  | `deployments.${string}`
  | `radar.${string}`
  | `costs.${string}`
  | `images.${string}`
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
  /** null until the proxy listens. */
  proxyUrl(): string | null;
  subscribe(listener: (event: AppEvent) => void): () => void;
  checkKey(key: string, signal: AbortSignal): Promise<KeyCheck>;
  /** Recovers what was under way, begins to watch, then opens the proxy. @throws AppError port_in_use */
  start(): Promise<void>;
}

/** Builds the core from its parts; nothing runs until `start`. */
export async function createManager(parts: ManagerParts): Promise<Manager> {
  const { cloud, clock, config } = parts;
  const owned = new Disposables();
  const services = createServices(parts, owned);
  const { fleet, runpod, events, requests, ledger } = services;
  const keyring = await ownerKeyring(parts.secrets);
  const proxy = newProxy(parts, services, keyring);
  owned.defer('proxy', () => proxy.close({ graceMs: 5000 }));
  let url: string | null = null;
  const activity: ActivityParts = {
    requests,
    inFlight: () => proxy.stats().inFlight,
    proxyUrl: () => url ?? '',
    proxyKey: async () => (await parts.secrets.proxyKey()).key,
    fetch: services.pools.models.fetch,
    recordOf: (id, signal) => requests.waitFor(id, signal),
  };
  const common = { api: runpod, clock, simulated: cloud.simulated };
  return {
    cloud,
    fleet,
    runpod,
    methods: {
      ...planHandlers({ ...common, models: services.models, fleet, planner: PLANNER }),
      ...deploymentHandlers(fleet),
      ...costHandlers({ ...common, ledger, fleet, requests, log: parts.log, zone: services.zone }),
      ...activityHandlers(activity),
      ...imageHandlers(services.images),
    },
    streams: {
      ...logStreams(fleet),
      ...playgroundStreams(activity),
      ...imageStreams(services.images),
    },
    cloudProblem: () => services.cloudProblem(),
    proxyUrl: () => url,
    subscribe: (listener) => events.subscribe(listener),
    // A key is RunPod's, whichever cloud is in use while it is entered.
    checkKey: (key, signal) => {
      const { apiUrl, graphqlUrl } = config().runpod;
      return checkKey({ ...accessOf(parts, services.pools), apiUrl, graphqlUrl, key }, signal);
    },
    async start() {
      fleet.start();
      const offsetMs = (): number => runpod.clockOffsetMs();
      const emit = (event: AppEvent): void => events.emit(event);
      owned.defer('money watch', watchMoney({ ...parts, ...services, offsetMs, emit }));
      url = (await proxy.listen(config().proxy.host, config().proxy.port)).url;
    },
    dispose: () => owned.dispose(),
  };
}

const PLANNER: Planner = { plan, offers: (gpus) => toOffers(gpus), recipe: launchRecipe };

interface Services {
  readonly db: Db;
  readonly pools: { readonly control: HttpPool; readonly models: HttpPool };
  readonly events: Emitter<AppEvent>;
  readonly runpod: RunPodApi;
  readonly cloudProblem: () => ErrorBody | null;
  readonly ledger: CostLedger;
  readonly guard: BudgetGuard;
  readonly models: ModelDirectory;
  readonly fleet: Fleet;
  readonly images: ImageService;
  readonly requests: RequestLog;
  /** Where days and months begin. */
  readonly zone: () => string;
}

function createServices(parts: ManagerParts, owned: Disposables): Services {
  const { cloud, config, clock, ids, secrets, log } = parts;
  const db = openDb(join(cloud.dataDir, 'app.db'));
  owned.defer('database', () => db.close());
  const pools = { control: createHttpPool({ silenceMs: 300_000 }), models: createHttpPool({ silenceMs: 0 }) };
  owned.defer('connections', async () => {
    await Promise.all([pools.control.close(), pools.models.close()]);
  });
  const events = new Emitter<AppEvent>((error) => log.error({ err: error }, 'event listener failed'));
  const watched = watchReachability(
    createRunPodApi({ ...accessOf(parts, pools), apiKey: () => cloud.apiKey() }),
    () => parts.onReachability(),
  );
  const runpod = watched.api;
  const ledger = createLedger({ db, ids });
  owned.defer('ledger', () => ledger.flush());
  const models = createModelFactsSource({
    fetch: pools.control.fetch,
    endpoint: config().huggingface.endpoint,
    token: () => secrets.get('hf'),
    db,
    clock,
    log: log.child({ room: 'huggingface' }),
  });
  const zone = (): string => config().timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const guard = new BudgetGuard({ db, ledger, zone, limits: () => limitsOf(parts.settings) });
  const fleet = newFleet(parts, { db, pools, runpod, ledger, models, zone, guard });
  owned.add('deployments', fleet);
  owned.defer(
    'deployment events',
    fleet.subscribe((event) => events.emit(event)),
  );
  const images = owned.add('images', newImages(parts, { db, pools, runpod, models, fleet }));
  const requests = createRequestLog({ db, clock, log: log.child({ room: 'activity' }) });
  owned.defer('request log', () => requests.dispose());
  return {
    db,
    pools,
    events,
    runpod,
    cloudProblem: () => watched.problem(),
    ledger,
    guard,
    models,
    fleet,
    images,
    requests,
    zone,
  };
}

function newFleet(
  parts: ManagerParts,
  services: Pick<Services, 'db' | 'pools' | 'runpod' | 'ledger' | 'models' | 'zone' | 'guard'>,
): Fleet {
  const { cloud, clock, random, ids, log, secrets } = parts;
  return createFleet({
    api: services.runpod,
    facts: services.models,
    planner: PLANNER,
    ledger: services.ledger,
    db: services.db,
    clock,
    random,
    ids,
    fetch: services.pools.models.fetch,
    log: log.child({ room: 'deployments' }),
    apiUrl: cloud.urls.apiUrl,
    podUrlTemplate: cloud.urls.podUrlTemplate,
    simulated: cloud.simulated,
    hfToken: () => secrets.get('hf'),
    wakesPaused: () => !parts.settings.get().proxy.wakeOnRequest,
    refusal: (id) => services.guard.refusal(id, clock.now() + services.runpod.clockOffsetMs()),
    startOfDay: (ms) => startOfDay(ms, services.zone()),
    guardScripts: readGuardScripts(join(parts.resourcesDir, 'watchdog')),
    timing: timingOf(parts.config(), cloud.simulated),
  });
}

function newImages(
  parts: ManagerParts,
  { db, pools, runpod, models, fleet }: Pick<Services, 'db' | 'pools' | 'runpod' | 'models' | 'fleet'>,
): ImageService {
  const { clock, ids, log, secrets, scrub, config, resourcesDir } = parts;
  return createImageService({
    db,
    clock,
    ids,
    log: log.child({ room: 'images' }),
    fetch: pools.control.fetch,
    secrets,
    facts: models,
    runpod,
    scripts: readImageScripts(resourcesDir),
    scrub,
    surroundings: () => engineSurroundings(config().docker.host),
    inUse: () => {
      const named = fleet.list().filter(({ spec }) => spec.image !== null);
      const byImage = Map.groupBy(named, ({ spec }) => spec.image ?? '');
      return new Map([...byImage].map(([image, views]) => [image, views.map(({ name }) => name)]));
    },
  });
}

function newProxy(parts: ManagerParts, services: Services, keyring: Keyring): Proxy {
  const { fleet, requests, events } = services;
  return createProxy({
    source: fleet.targets,
    keyring,
    clock: parts.clock,
    random: parts.random,
    ids: parts.ids,
    log: parts.log.child({ room: 'proxy' }),
    pool: services.pools.models,
    settings: () => parts.config().proxy,
    onCompleted: (record) => {
      const view = fleet.list().find((entry) => entry.name === record.targetName);
      const finished = toRequestRecord(record, {
        usdPerHour: view?.cost.nowUsdPerHour ?? null,
        sharing: (view?.inFlight ?? 0) + 1,
      });
      requests.add(finished);
      events.emit({ name: 'request.finished', payload: finished });
    },
  });
}

function accessOf(parts: ManagerParts, pools: Services['pools']) {
  const { cloud, clock, random } = parts;
  return {
    fetch: pools.control.fetch,
    clock,
    random,
    log: parts.log.child({ room: 'runpod' }),
    apiUrl: cloud.urls.apiUrl,
    graphqlUrl: cloud.urls.graphqlUrl,
    graphqlEnabled: parts.config().runpod.graphqlEnabled,
    userAgent: `runpod-llm-manager/${parts.version}`,
  };
}

async function ownerKeyring(secrets: AppSecretStore): Promise<Keyring> {
  const stored = ownerKey((await secrets.proxyKey()).key);
  return { generation: 0, keys: () => [stored] };
}

/** The budgets over everything; a deployment's own is kept by the deployment itself. */
function limitsOf(settings: UserSettingsStore): BudgetLimit[] {
  const { usdPerDay, usdPerMonth } = settings.get().budget;
  return [
    ...(usdPerDay === null ? [] : [{ scope: { kind: 'day' } as const, usd: usdPerDay }]),
    ...(usdPerMonth === null ? [] : [{ scope: { kind: 'month' } as const, usd: usdPerMonth }]),
  ];
}
