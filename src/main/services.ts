import { join } from 'node:path';
import type { AppEvent } from '../shared/api.ts';
import type { ErrorBody } from '../shared/errors.ts';
import type { DeploymentView } from '../shared/model.ts';
import { createRequestLog, type RequestLog } from './activity/request-log.ts';
import { BudgetGuard } from './costs/budget-guard.ts';
import type { BudgetLimit } from './costs/budgets.ts';
import { startOfDay, startOfMonth } from './costs/calendar.ts';
import type { CostLedger } from './costs/ledger.ts';
import { createLedger } from './costs/sqlite-ledger.ts';
import { createFleet } from './deployments/fleet.ts';
import { usesOf } from './deployments/policy/use.ts';
import { readGuardScripts } from './deployments/guard-scripts.ts';
import type { Fleet, Planner } from './deployments/types.ts';
import { createModelFactsSource, type ModelDirectory } from './huggingface/model-facts-source.ts';
import { readImageScripts } from './images/image-files.ts';
import { createImageService, type ImageService } from './images/image-service.ts';
import { engineSurroundings } from './images/surroundings.ts';
import { launchRecipe } from './planner/launch.ts';
import { toOffers } from './planner/offers.ts';
import { plan } from './planner/plan.ts';
import { openDb, type Db } from './platform/db.ts';
import { createHttpPool, type HttpPool } from './platform/http.ts';
import { Emitter, type Disposables } from './platform/lifecycle.ts';
import type { RunPodApi } from './runpod/api.ts';
import { createRunPodApi } from './runpod/client.ts';
import { watchReachability } from './runpod/watch-reachability.ts';
import type { UserSettingsStore } from './settings/user-settings.ts';
import { StorageWatch } from './storage-watch.ts';
import { timingOf } from './timing-of.ts';
import { VolumeMeter } from './volumes/volume-meter.ts';

import type { ManagerParts } from './manager-parts.ts';
const PLANNER: Planner = { plan, offers: toOffers, recipe: launchRecipe };

/** What the core is made of, for one cloud. */
export interface Services {
  readonly db: Db;
  readonly storage: StorageWatch;
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
  readonly volumeMeter: VolumeMeter;
  /** Where days and months begin. */
  readonly zone: () => string;
}

/** Builds the parts in the order of their needs; each is ended with `owned`, in reverse. */
export function createServices(parts: ManagerParts, owned: Disposables): Services {
  const { cloud, config, clock, ids, secrets, log } = parts;
  const db = openDb(join(cloud.dataDir, 'app.db'));
  owned.defer('database', () => db.close());
  const storage = new StorageWatch({ db, clock, log, changed: () => parts.onReachability() });
  owned.add('storage watch', storage);
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
  // Deployments build images, and images ask which deployments use them.
  const uses: { list: () => DeploymentView[] } = { list: () => [] };
  const common = { db, pools, runpod, models };
  const images = owned.add('images', newImages(parts, { ...common, uses }));
  const requests = newRequestLog(parts, db, owned);
  const fleet = newFleet(parts, { ...common, storage, requests, ledger, zone, guard, images });
  uses.list = () => fleet.list();
  const volumeMeter = owned.add('volumes', newVolumeMeter(parts, { runpod, ledger, fleet }));
  owned.add('deployments', fleet);
  owned.defer(
    'deployment events',
    fleet.subscribe((event) => events.emit(event)),
  );
  return {
    db,
    storage,
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
    volumeMeter,
    zone,
  };
}

function newVolumeMeter(
  { clock, log }: ManagerParts,
  { runpod, ledger, fleet }: Pick<Services, 'runpod' | 'ledger' | 'fleet'>,
): VolumeMeter {
  const mounted = (): Set<string> =>
    new Set(fleet.list().flatMap(({ spec }) => spec.volume?.networkVolumeId ?? []));
  return new VolumeMeter({ api: runpod, ledger, clock, log: log.child({ room: 'volumes' }), mounted });
}

function newRequestLog({ clock, log }: ManagerParts, db: Db, owned: Disposables): RequestLog {
  const requests = createRequestLog({ db, clock, log: log.child({ room: 'activity' }) });
  owned.defer('request log', () => requests.dispose());
  return requests;
}

function newFleet(
  parts: ManagerParts,
  services: Pick<
    Services,
    'db' | 'storage' | 'pools' | 'runpod' | 'ledger' | 'models' | 'zone' | 'guard' | 'images' | 'requests'
  >,
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
    // The sandbox in this process makes a key of its own each time, for the one account it has.
    ...(cloud.kind === 'sandbox' ? {} : { apiKey: () => cloud.apiKey() }),
    accountChanged: () => parts.onReachability(),
    podUrlTemplate: cloud.urls.podUrlTemplate,
    invokeUrl: cloud.urls.invokeUrl,
    lbUrlTemplate: cloud.urls.lbUrlTemplate,
    invokeKey: () => cloud.apiKey(),
    simulated: cloud.simulated,
    hfToken: () => secrets.get('hf'),
    wakesPaused: () => !parts.settings.get().proxy.wakeOnRequest,
    refusal: (id, needUsd) =>
      services.storage.refusal() ??
      services.guard.refusal(id, clock.now() + services.runpod.clockOffsetMs(), needUsd),
    confirmStored: () => services.storage.confirm(),
    startOfDay: (ms, offset = 0) => startOfDay(ms, services.zone(), offset),
    zone: services.zone,
    usage: {
      uses: (deployment, fromMs, toMs) => usesOf(services.requests.between({ deployment }, fromMs, toMs)),
      startOfMonth: (ms) => startOfMonth(ms, services.zone()),
    },
    guardScripts: readGuardScripts(join(parts.resourcesDir, 'watchdog')),
    images: services.images,
    timing: timingOf(parts.config(), cloud.simulated),
  });
}

function newImages(
  parts: ManagerParts,
  {
    db,
    pools,
    runpod,
    models,
    uses,
  }: Pick<Services, 'db' | 'pools' | 'runpod' | 'models'> & { readonly uses: Pick<Fleet, 'list'> },
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
    repository: () => config().images.repository,
    packageIndex: () => config().images.packageIndex,
    network: () => config().images.network,
    inUse: () => {
      const imageOf = ({ spec, ownImage }: DeploymentView): string => spec.image ?? ownImage?.reference ?? '';
      const byImage = Map.groupBy(
        uses.list().filter((view) => imageOf(view) !== ''),
        imageOf,
      );
      return new Map([...byImage].map(([image, views]) => [image, views.map(({ name }) => name)]));
    },
  });
}

/** How RunPod is reached. */
export function accessOf(parts: ManagerParts, pools: Services['pools']) {
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

/** The budgets over everything; a deployment's own is kept by the deployment itself. */
function limitsOf(settings: UserSettingsStore): BudgetLimit[] {
  const { usdPerDay, usdPerMonth } = settings.get().budget;
  return [
    ...(usdPerDay === null ? [] : [{ scope: { kind: 'day' } as const, usd: usdPerDay }]),
    ...(usdPerMonth === null ? [] : [{ scope: { kind: 'month' } as const, usd: usdPerMonth }]),
  ];
}
