import { attributeSpan } from './activity/attribute-span.ts';
import { toRequestRecord, usdOfTokens } from './activity/from-proxy.ts';
import { clientKeyHandlers, type KeyMethods } from './handlers/client-keys.ts';
import { modelHandlers, type ModelMethods } from './handlers/models.ts';
import { targetHandlers, type TargetMethods, type TargetParts } from './handlers/targets.ts';
import type { ManagerParts } from './manager-parts.ts';
import { SqliteAnswerStore } from './proxy/answer-store.ts';
import { isLimited, keyRefusal, type Today } from './costs/key-budget.ts';
import { KeySpend } from './costs/key-spend.ts';
import type { Clock } from './platform/clock.ts';
import type { Disposables } from './platform/lifecycle.ts';
import { ownerKey } from './proxy/keyring.ts';
import { createProxy, type Proxy } from './proxy/proxy.ts';
import type { PublicAccess } from './proxy/public-target.ts';
import { StoredKeys } from './proxy/stored-keys.ts';
import type { RequestRecord } from './proxy/trace.ts';
import { joinSources, UserTargets } from './proxy/user-targets.ts';
import type { Services } from './services.ts';
import { UserWays } from './user-ways.ts';

export interface ProxyRoom {
  readonly proxy: Proxy;
  readonly keys: StoredKeys;
  readonly methods: ModelMethods & KeyMethods & TargetMethods;
  /** Takes the servers the user added from a changed configuration. @throws AppError config_invalid */
  readonly reconfigure: () => void;
}

/** The endpoint in front of all deployments and the servers the user added, with its keys and its cache. */
export async function newProxy(
  parts: ManagerParts,
  services: Services,
  owned: Disposables,
): Promise<ProxyRoom> {
  const { clock, random, ids, secrets } = parts;
  const { db, fleet, ledger, requests, events } = services;
  const log = parts.log.child({ room: 'proxy' });
  const { proxy: settings, cacheDir } = parts.config();
  const keys = new StoredKeys({ db, clock, random, ids });
  keys.setOwner(ownerKey((await secrets.proxyKey()).key));
  const diskBytes = settings.cache.diskMb * 2 ** 20;
  const store = diskBytes === 0 ? null : new SqliteAnswerStore(cacheDir, diskBytes, clock, log);
  owned.defer('answer cache', () => store?.close());
  const spend = newKeySpend(services, clock, keys);
  owned.defer('spending of keys', () => spend.dispose());
  const ways = await UserWays.open(parts, process.env);
  const added = new UserTargets(ways.targets(), process.env, publicAccess(parts, services), ways.storedKey);
  const apply = (): void => added.update(ways.targets());
  const today = (): Today => ({ nowMs: clock.now(), zone: services.zone() });
  const proxy = createProxy({
    source: joinSources(fleet.targets, added),
    keyring: keys,
    clock,
    random,
    ids,
    log,
    pool: services.pools.models,
    settings: () => ways.proxy(),
    ...(store === null ? {} : { answerStore: store }),
    keyRefusal: ({ name, budget }) =>
      isLimited(budget) ? keyRefusal(name, budget, spend.of(name), today) : null,
    onCompleted: (record) => {
      // Rates of open entries are in memory: nothing here asks the database while a client waits.
      const deploymentId = record.targetId ?? '';
      const finished = toRequestRecord(record, {
        usdPerHour: ledger.usdPerHour({ deploymentId }),
        // This one has left its target already.
        sharing: proxy.inFlight(deploymentId) + 1,
      });
      requests.add(finished);
      spend.add(finished);
      events.emit({ name: 'request.finished', payload: finished });
      // Last: a ledger that cannot be written must not hide the request.
      bookTokens(record, services, clock);
    },
    onRefused: (code, origin) => log.warn({ code, origin }, 'a request was refused at the gate'),
  });
  owned.defer('proxy', () => proxy.close({ graceMs: 5000 }));
  return {
    proxy,
    keys,
    methods: {
      ...modelHandlers({ fleet, added, targets: () => ways.targets(), simulated: parts.cloud.simulated }),
      ...targetHandlers(targetParts(parts, services, apply)),
      ...clientKeyHandlers({ keys, spend, clock }),
    },
    reconfigure: apply,
  };
}

function targetParts(parts: ManagerParts, { fleet, pools }: Services, apply: () => void): TargetParts {
  return {
    config: () => parts.config().proxy,
    routing: parts.routing,
    keys: parts.targetKeys,
    env: process.env,
    simulated: parts.cloud.simulated,
    deploymentNames: () => fleet.list().map(({ name }) => name),
    ids: parts.ids,
    clock: parts.clock,
    fetch: pools.models.fetch,
    apply,
  };
}

function newKeySpend(services: Services, clock: Clock, keys: StoredKeys): KeySpend {
  const { db, ledger, fleet, requests, runpod, zone } = services;
  const offsetMs = (): number => runpod.clockOffsetMs();
  const facts = { ledger, fleet, requests, offsetMs };
  return new KeySpend({
    db,
    clock,
    zone,
    offsetMs,
    attribute: (fromMs, toMs) => attributeSpan(facts, fromMs, toMs),
    isNeeded: () => keys.keys().some(({ key }) => isLimited(key.budget)),
  });
}

function publicAccess({ clock, cloud }: ManagerParts, { guard, runpod }: Services): PublicAccess {
  return {
    clock,
    invokeUrl: cloud.urls.invokeUrl,
    simulated: cloud.simulated,
    key: () => cloud.apiKey(),
    refusal: (id) => guard.refusal(id, clock.now() + runpod.clockOffsetMs()),
  };
}

/** Tokens of a public endpoint are money the moment they are there. */
function bookTokens(record: RequestRecord, { ledger, runpod }: Services, clock: Clock): void {
  const usd = usdOfTokens(record) ?? 0;
  if (usd === 0 || record.targetId === null) return;
  const counted = `${record.usage.tokensIn ?? '?'} tokens in, ${record.usage.tokensOut ?? '?'} out`;
  ledger.charge(
    {
      resourceId: record.targetId,
      deploymentId: record.targetId,
      deploymentName: record.targetName,
      kind: 'tokens',
      usd,
      note: record.usageEstimated ? `${counted}, estimated` : counted,
    },
    clock.now() + runpod.clockOffsetMs(),
  );
}
