import { nameOfTarget, type AddedTarget, type UserRouting } from '../../shared/targets.ts';
import { userSettingsSchema, type UserSettings } from '../../shared/user-settings.ts';
import type { ProxyConfig } from './proxy-config.ts';

const UNTOUCHED = userSettingsSchema.parse({});

/**
 * The proxy as it is to behave: the configuration, and over it what was set in the running app. A setting that was never
 * touched there says nothing.
 */
export function effectiveProxy(config: ProxyConfig, user: UserSettings, routing: UserRouting): ProxyConfig {
  const { mode, ttlMinutes } = user.cache;
  return {
    ...config,
    ollamaRoutes: config.ollamaRoutes || user.proxy.ollamaRoutes,
    cache: {
      ...config.cache,
      ...(mode === UNTOUCHED.cache.mode ? {} : { answers: mode }),
      ...(ttlMinutes === UNTOUCHED.cache.ttlMinutes ? {} : { ttlSeconds: ttlMinutes * 60 }),
    },
    fallbacks: { ...config.fallbacks, ...routing.fallbacks },
    bridge: routing.bridge ?? config.bridge,
  };
}

/** Servers beside the deployments: the file's, then those added in the app whose name the file does not have. */
export function effectiveTargets(config: ProxyConfig, routing: UserRouting): AddedTarget[] {
  const inFile = new Set(config.targets.map(nameOfTarget));
  return [
    ...config.targets.map((target) => ({ ...target, keyId: null })),
    ...routing.targets.filter((target) => !inFile.has(nameOfTarget(target))),
  ];
}
