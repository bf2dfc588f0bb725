import type { MethodHandlers } from '../../shared/api.ts';
import { AppError } from '../../shared/errors.ts';
import {
  nameOfTarget,
  type AddedTarget,
  type Routing,
  type TargetSetting,
  type TargetWish,
  type UserTargetConfig,
} from '../../shared/targets.ts';
import { publicPriceOf } from '../costs/public-prices.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import type { Ids } from '../platform/ids.ts';
import { probeTarget } from '../proxy/probe-target.ts';
import type { TargetKeys } from '../secrets/target-keys.ts';
import type { ProxyConfig } from '../settings/proxy-config.ts';
import { targetRules } from '../settings/target-rules.ts';
import type { UserRoutingStore } from '../settings/user-settings.ts';
import { hindrance, keyOf } from '../user-ways.ts';

export interface TargetParts {
  /** What the configuration says, without what was set in the app. */
  readonly config: () => ProxyConfig;
  readonly routing: UserRoutingStore;
  readonly keys: TargetKeys;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly simulated: boolean;
  /** Names that deployments have. */
  readonly deploymentNames: () => readonly string[];
  readonly ids: Ids;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Takes changed servers into use. */
  readonly apply: () => void;
}

export type TargetMethods = Pick<
  MethodHandlers,
  Exclude<`targets.${string}` & keyof MethodHandlers, 'targets.list'>
>;

/** Servers beside the deployments and the ways of requests among them, as set in the running app (SPEC 4.4). */
export function targetHandlers(parts: TargetParts): TargetMethods {
  return {
    'targets.settings': async () => {
      // A keychain that was locked may be open by now.
      await parts.keys.load(keyIds(parts.routing.get().targets));
      parts.apply();
      return routingOf(parts);
    },
    'targets.save': (wish) => save(parts, wish),
    'targets.remove': async ({ name }) => {
      const before = own(parts, name);
      const stored = parts.routing.get();
      parts.routing.set({ ...stored, targets: stored.targets.filter((one) => one !== before) });
      parts.apply();
      if (before.keyId !== null) await parts.keys.forget(before.keyId);
      return routingOf(parts);
    },
    'targets.route': async ({ fallbacks, bridge }) => {
      parts.routing.set({ ...parts.routing.get(), fallbacks, bridge });
      return routingOf(parts);
    },
    'targets.test': async ({ target, before, apiKey }, signal) => {
      refuseBroken(target);
      if (target.baseUrl === null) {
        throw new AppError('unsupported', 'A public endpoint is RunPod’s own: asking it costs tokens.');
      }
      const kept = before === null ? null : keptKey(own(parts, before), target);
      const value = apiKey ?? keyOf(parts, { ...target, keyId: kept });
      const authorization = value === null ? null : `Bearer ${value}`;
      return probeTarget(parts, { baseUrl: target.baseUrl, authorization }, signal);
    },
  };
}

async function save(parts: TargetParts, { target, before, apiKey }: TargetWish): Promise<Routing> {
  refuseBroken(target);
  const old = before === null ? null : own(parts, before);
  refuseTaken(parts, target, old);
  const keyId =
    apiKey === undefined ? (old === null ? null : keptKey(old, target)) : parts.ids.next('target');
  if (apiKey !== undefined && keyId !== null) await parts.keys.keep(keyId, apiKey);
  const next: AddedTarget = { ...target, keyId };
  if (target.apiKeyEnv !== null && keyOf(parts, next) === null) {
    throw new AppError('invalid_input', `The variable ${target.apiKeyEnv} is not set in this app.`, {
      advice: 'Enter the key itself, or set the variable and start the app again.',
      details: { field: 'apiKeyEnv' },
    });
  }
  const stored = parts.routing.get();
  const targets =
    old === null ? [...stored.targets, next] : stored.targets.map((one) => (one === old ? next : one));
  parts.routing.set({ ...stored, targets });
  parts.apply();
  if (old !== null && old.keyId !== null && old.keyId !== keyId) await parts.keys.forget(old.keyId);
  return routingOf(parts);
}

/** A key goes to the server it was given for: another address needs it anew. */
function keptKey(old: AddedTarget, { baseUrl, apiKeyEnv }: UserTargetConfig): string | null {
  if (apiKeyEnv !== null || baseUrl === null || old.baseUrl === null) return null;
  return URL.parse(baseUrl)?.origin === URL.parse(old.baseUrl)?.origin ? old.keyId : null;
}

function refuseBroken(target: UserTargetConfig): void {
  const [first] = targetRules(target, []);
  if (first === undefined) return;
  const field = first.path.join('.');
  throw new AppError('invalid_input', `${field}: found ${first.found}; allowed: ${first.allowed}.`, {
    details: { field },
  });
}

function refuseTaken(parts: TargetParts, target: UserTargetConfig, old: AddedTarget | null): void {
  const name = nameOfTarget(target);
  const others = [
    ...parts.config().targets.map(nameOfTarget),
    ...parts.routing
      .get()
      .targets.filter((one) => one !== old)
      .map(nameOfTarget),
    ...parts.deploymentNames(),
  ];
  if (!others.includes(name)) return;
  throw new AppError('name_taken', `Something else is called "${name}" already.`, {
    details: { field: 'name' },
  });
}

/** One that was added in the app. @throws AppError not_found, not_allowed_now */
function own(parts: TargetParts, name: string): AddedTarget {
  const found = parts.routing.get().targets.find((one) => nameOfTarget(one) === name);
  if (found !== undefined) return found;
  if (parts.config().targets.some((one) => nameOfTarget(one) === name)) {
    throw new AppError('not_allowed_now', `"${name}" stands in the configuration file.`, {
      advice: 'Change it there; the app reads the file again by itself.',
    });
  }
  throw new AppError('not_found', `There is no server "${name}".`);
}

const keyIds = (targets: readonly AddedTarget[]): string[] =>
  targets.map(({ keyId }) => keyId).filter((id) => id !== null);

function routingOf(parts: TargetParts): Routing {
  const config = parts.config();
  const { targets, fallbacks, bridge } = parts.routing.get();
  const inFile = new Set(config.targets.map(nameOfTarget));
  const source = (model: string): 'file' | 'app' => (Object.hasOwn(fallbacks, model) ? 'app' : 'file');
  return {
    simulated: parts.simulated,
    targets: [
      ...config.targets.map((target) => settingOf(parts, { ...target, keyId: null }, 'file', null)),
      ...targets.map((target) =>
        settingOf(
          parts,
          target,
          'app',
          inFile.has(nameOfTarget(target))
            ? 'The configuration file has one of this name, which is used.'
            : hindrance(parts, target),
        ),
      ),
    ],
    fallbacks: Object.entries({ ...config.fallbacks, ...fallbacks })
      .filter(([, standIns]) => standIns.length > 0)
      .map(([model, standIns]) => ({ model, standIns, source: source(model) })),
    bridge: { ...(bridge ?? config.bridge), source: bridge === null ? 'file' : 'app' },
  };
}

function settingOf(
  { keys }: TargetParts,
  { keyId, ...target }: AddedTarget,
  source: TargetSetting['source'],
  problem: string | null,
): TargetSetting {
  const price = target.publicEndpoint === null ? null : publicPriceOf(target.publicEndpoint);
  const { usdPerMillionInput = 0, usdPerMillionOutput = 0 } = price ?? {};
  const stored = keyId === null ? 'none' : (keys.peek(keyId)?.from ?? 'keychain');
  return {
    target,
    source,
    keyFrom: target.publicEndpoint !== null ? 'account' : target.apiKeyEnv !== null ? 'environment' : stored,
    price: price === null ? null : { usdPerMillionInput, usdPerMillionOutput },
    problem,
  };
}
