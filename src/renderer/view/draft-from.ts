import type { DeploymentSpec } from '../../shared/model.ts';
import { freeName, RECIPES } from '../../shared/recipes.ts';
import { EMPTY_DRAFT, type Draft } from './deploy-draft.ts';
import { envText } from './env-lines.ts';
import { words } from './messages.ts';

/** A recipe brings the context that suits its purpose. */
export function draftForModel(model: string): Draft {
  const recipe = RECIPES.find((known) => known.model === model);
  return {
    ...EMPTY_DRAFT,
    model,
    ...(recipe === undefined ? {} : { backend: recipe.backend, contextTokens: recipe.contextTokens }),
  };
}

/** A copy of a deployment under a name of its own. */
export function draftFromSpec(spec: DeploymentSpec, taken: readonly string[]): Draft {
  const name = freeName(spec.name.slice(0, 37), taken);
  // Two deployments cannot answer to one name.
  return { ...draftFromFile({ ...spec, aliases: [] }), name };
}

/** A deployment as a file describes it, with its hardware and its dearest price. */
export function draftFromFile(spec: DeploymentSpec): Draft {
  const { gpuTypeIds, gpuCount, dataCenterIds, cloud, maxUsdPerHour } = spec.compute;
  const limited = gpuTypeIds.length > 0 || gpuCount !== null;
  return {
    ...EMPTY_DRAFT,
    model: spec.model,
    backend: spec.backend,
    name: spec.name,
    mode: spec.mode,
    contextTokens: spec.contextTokens,
    concurrency: String(spec.concurrency),
    kvCacheDtype: spec.kvCacheDtype,
    cloud,
    fallbackUsd: maxUsdPerHour,
    only: limited ? { gpuTypeIds, gpuCount } : null,
    dataCenters: dataCenterIds.join(', '),
    endpointType: spec.serverless.type,
    minWorkers: String(spec.serverless.minWorkers),
    maxWorkers: String(spec.serverless.maxWorkers),
    workerIdleSeconds: String(spec.serverless.idleTimeoutSeconds),
    idleMinutes: String(spec.idle.minutes),
    idlePolicy: spec.idle.policy,
    usdPerDay: spec.budget.usdPerDay === null ? '' : String(spec.budget.usdPerDay),
    usdPerBoot: String(spec.budget.usdPerBoot),
    watchdog: spec.watchdog.enabled,
    maxHours: String(spec.watchdog.maxHours),
    onStop: spec.onStop,
    wakeOnRequest: spec.wakeOnRequest,
    autostart: spec.autostart,
    aliases: spec.aliases.join(', '),
    revision: spec.revision ?? '',
    image: spec.image ?? '',
    ownImage: spec.ownImage,
    extraArgs: spec.extraArgs.join('\n'),
    env: envText(spec.env),
    containerDiskGb: spec.containerDiskGb === null ? '' : String(spec.containerDiskGb),
    schedule: spec.schedule,
    volume: spec.volume === null ? null : { id: spec.volume.networkVolumeId, dataCenterId: null },
    base: spec,
  };
}

/** Limits on hardware in words. */
export function hardwareLimits(only: NonNullable<Draft['only']>): string {
  const parts = [
    only.gpuTypeIds.length === 0 ? null : words.or(only.gpuTypeIds),
    only.gpuCount === null ? null : words.gpus(only.gpuCount),
  ];
  return parts.filter((part) => part !== null).join(', ');
}
