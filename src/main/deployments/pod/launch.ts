import type { DeploymentSpec, PlanCandidate } from '../../../shared/model.ts';
import type { PodDisks } from '../../../shared/money.ts';
import { podDisks } from '../../planner/pod-disks.ts';
import type { CreatePodRequest } from '../../runpod/api.ts';
import type { Recipe } from '../types.ts';
import type { Guard, Launch, OwnImage } from '../record.ts';
import { candidateKey } from './decide-placing.ts';
import { digest } from './digest.ts';
import {
  frontEnv,
  guardedArgs,
  guardEnv,
  plainArgs,
  scriptEnv,
  type GuardScripts,
  type GuardSettings,
} from './start-command.ts';

/** Of a model server's own key. */
export const SERVER_KEY_BYTES = 32;

export interface LaunchInput {
  readonly name: string;
  readonly spec: DeploymentSpec;
  readonly candidate: PlanCandidate;
  readonly recipe: Recipe;
  /** The image that the app made for it; its settings win over the recipe's. null = none. */
  readonly own: OwnImage['built'];
  /** The login at RunPod that may pull the image; null = it is public. */
  readonly registryId: string | null;
  /** Hex; a key that begins with a dash would crash vLLM (PROXY-TRAPS 52). */
  readonly key: string;
  readonly hfToken: string | null;
  readonly apiUrl: string;
  readonly scripts: GuardScripts;
  readonly bootGraceSeconds: number;
  /** Cloud clock. */
  readonly now: number;
  /** RunPod was seen ignoring the JSON form of a start command. */
  readonly overrideIgnored: boolean;
}

/** Where the disk of a kept pod is mounted (FACTS 2.1). */
const KEPT_PATH = '/workspace';

/** The create call for one candidate, and what must be remembered about the pod it makes. */
export function buildLaunch(input: LaunchInput): {
  readonly launch: Launch;
  readonly body: CreatePodRequest;
} {
  const { spec, candidate, recipe, own } = input;
  const guard = guardFor(input);
  const disks = disksFor(spec, recipe);
  const watchdog = guard.mode === 'entrypoint';
  const override = overridesEntrypoint(input, guard);
  const args = override
    ? guardedArgs(spec.backend, recipe.argv, { watchdog, preload: false })
    : plainArgs(recipe.argv);
  const body: CreatePodRequest = {
    name: input.name,
    ...(spec.templateId === null ? { image: imageOf(input) } : { templateId: spec.templateId }),
    ...(spec.templateId !== null && spec.image !== null ? { image: spec.image } : {}),
    ...(input.registryId === null ? {} : { registry: input.registryId }),
    // Empty is not the same as absent: it would clear the image's own command (FACTS 2.2).
    ...(args === '' ? {} : { args }),
    gpu: {
      id: candidate.gpuTypeId,
      count: candidate.gpuCount,
      ...(recipe.minCudaVersion === null ? {} : { minCudaVersion: recipe.minCudaVersion }),
    },
    cloud: candidate.cloud,
    ...(candidate.dataCenterIds.length === 0 ? {} : { dataCenterIds: candidate.dataCenterIds }),
    disk: disks.containerGb,
    ports: own === null || own.ports.length === 0 ? [`${recipe.modelServerPort}/http`] : [...own.ports],
    env: envFor(input, guard, { override, mountPath: disks.mountPath }),
    ...mountsFor(spec, disks.persistentGb),
  };
  return { launch: launchOf(input, guard, disks, override), body };
}

/** A stock Ollama image needs the start command even without a watchdog: it carries the key check. */
function overridesEntrypoint({ spec, own, overrideIgnored }: LaunchInput, guard: Guard): boolean {
  return guard.mode === 'entrypoint' || (own === null && needsOverride(spec) && !overrideIgnored);
}

const imageOf = ({ own, recipe }: Pick<LaunchInput, 'own' | 'recipe'>): string =>
  own?.reference ?? recipe.image;

export const needsOverride = (spec: DeploymentSpec): boolean => spec.backend === 'ollama' && isStock(spec);

const isStock = (spec: DeploymentSpec): boolean => spec.image === null && spec.templateId === null;

function launchOf(input: LaunchInput, guard: Guard, disks: Disks, override: boolean): Launch {
  const { spec, candidate, recipe } = input;
  return {
    backend: spec.backend,
    candidate: candidateKey(candidate),
    gpuTypeId: candidate.gpuTypeId,
    gpuCount: candidate.gpuCount,
    image: imageOf(input),
    port: recipe.modelServerPort,
    servedModel: spec.backend === 'vllm' ? spec.name : spec.model,
    key: input.key,
    fingerprint: digest([imageOf(input), recipe.argv, spec.model, spec.revision, spec.templateId]),
    specHash: specHash(spec),
    containerDiskGb: disks.containerGb,
    persistentGb: disks.persistentGb,
    override,
    guard,
  };
}

/** Changes exactly when an edit needs a new pod. */
export function specHash(spec: DeploymentSpec): string {
  const { model, modelPath, revision, backend, compute, contextTokens, concurrency, kvCacheDtype } = spec;
  const { image, templateId, extraArgs, env, containerDiskGb, volume, onStop, watchdog, ownImage } = spec;
  return digest([
    [model, modelPath, revision, backend, compute, contextTokens, concurrency, kvCacheDtype],
    [
      image,
      templateId,
      extraArgs,
      Object.entries(env).sort(([a], [b]) => a.localeCompare(b)),
      containerDiskGb,
      volume,
      onStop,
      watchdog,
    ],
    // Only where it is not the usual: pods of earlier versions of the app stay as they are.
    ...(ownImage === 'auto' ? [] : [[ownImage]]),
  ]);
}

function guardFor(input: LaunchInput): Guard {
  const { spec, now } = input;
  const { watchdog, idle } = spec;
  const settings = {
    idleSeconds: idle.policy === 'off' ? null : (idle.minutes + watchdog.graceMinutes) * 60,
    bootGraceSeconds: input.bootGraceSeconds,
    deadlineAt: now + watchdog.maxHours * 3_600_000,
  };
  if (!watchdog.enabled) {
    return {
      ...settings,
      mode: 'off',
      state: 'unprotected',
      reason: 'The watchdog is switched off in its settings.',
    };
  }
  if (!isStock(spec) || input.own !== null)
    return { ...settings, mode: 'image', state: 'pending', reason: null };
  if (input.overrideIgnored) {
    const reason = 'RunPod did not run the start command that carries the watchdog.';
    return { ...settings, mode: 'image', state: 'unprotected', reason };
  }
  return { ...settings, mode: 'entrypoint', state: 'pending', reason: null };
}

interface Disks extends PodDisks {
  /** Where data outlives the container; null = nowhere. */
  readonly mountPath: string | null;
}

function disksFor(spec: DeploymentSpec, recipe: Recipe): Disks {
  const disks = podDisks(spec, recipe.disk);
  if (spec.volume !== null) return { ...disks, mountPath: spec.volume.path };
  return { ...disks, mountPath: disks.persistentGb === 0 ? null : KEPT_PATH };
}

function mountsFor(spec: DeploymentSpec, persistentGb: number): Pick<CreatePodRequest, 'mounts'> {
  if (spec.volume !== null) {
    return { mounts: { network: [{ volumeId: spec.volume.networkVolumeId, path: spec.volume.path }] } };
  }
  return persistentGb === 0 ? {} : { mounts: { persistent: { size: persistentGb, path: KEPT_PATH } } };
}

/** Later entries win. RUNPOD_API_KEY never gets in, wherever it came from: it would hide the pod's own key (trap 19). */
function envFor(
  input: LaunchInput,
  guard: Guard,
  { override, mountPath }: { readonly override: boolean; readonly mountPath: string | null },
): Record<string, string> {
  const { spec, recipe, own, key, hfToken } = input;
  const settings: GuardSettings = {
    apiUrl: input.apiUrl,
    action: spec.onStop === 'keep' ? 'stop' : 'terminate',
    deadlineAt: guard.deadlineAt,
    mostSeconds: Math.ceil(spec.watchdog.maxHours * 3600),
    idleSeconds: guard.idleSeconds,
    bootGraceSeconds: guard.bootGraceSeconds,
    backend: spec.backend,
    port: recipe.modelServerPort,
  };
  const env: Record<string, string> = {
    ...(mountPath === null ? {} : cacheEnv(spec, mountPath)),
    ...recipe.env,
    ...(hfToken === null ? {} : { HF_TOKEN: hfToken }),
    ...spec.env,
    ...(spec.backend === 'vllm' ? { VLLM_API_KEY: key } : frontEnv(key, recipe.modelServerPort)),
    ...(guard.mode === 'off' ? {} : guardEnv(settings)),
    ...(override
      ? scriptEnv(spec.backend, input.scripts, { watchdog: guard.mode === 'entrypoint', preload: false })
      : {}),
    ...own?.env,
  };
  delete env['RUNPOD_API_KEY'];
  return env;
}

/** Weights and compiled graphs go where they outlive the container (FACTS 2.3, 2.4). */
function cacheEnv(spec: DeploymentSpec, path: string): Record<string, string> {
  return spec.backend === 'vllm'
    ? { HF_HOME: `${path}/huggingface`, VLLM_CACHE_ROOT: `${path}/vllm` }
    : { OLLAMA_MODELS: `${path}/ollama` };
}
