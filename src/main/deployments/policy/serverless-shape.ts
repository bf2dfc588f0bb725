import { AppError } from '../../../shared/errors.ts';
import type { DeploymentSpec, PlanCandidate, ServerlessSpec } from '../../../shared/model.ts';
import type { GpuOffer } from '../../planner/types.ts';
import type { CreateEndpointRequest } from '../../runpod/api.ts';
import { shellJoin } from '../pod/shell-quote.ts';
import type { OwnImage } from '../record.ts';
import type { Recipe } from '../types.ts';
import { poolsFor } from './gpu-pools.ts';

/** What an endpoint is made of; pure, with every rule of FACTS 3.1, 3.6 and 3.7 that the schema does not hold. */

export interface ShapeInput {
  /** Unique, as a lost create is looked up by it. */
  readonly name: string;
  readonly spec: DeploymentSpec;
  readonly candidate: Pick<PlanCandidate, 'gpuCount' | 'secondsToFirstToken'>;
  /** Acceptable GPU types in order of preference: those of the plan's candidates with this GPU count. */
  readonly gpuTypeIds: readonly string[];
  readonly offers: readonly Pick<GpuOffer, 'id' | 'pool'>[];
  /** Of the planner; its `env` holds the user's variables already. */
  readonly recipe: Recipe;
  readonly hfToken: string | null;
  /** Credential of a private registry; null = none. */
  readonly registryId: string | null;
  /** The image that the app made for it; its settings win over the recipe's. null = none. */
  readonly own: OwnImage['built'];
  /** The key check before Ollama; null = there is none. */
  readonly front: EndpointFront | null;
}

/** What the key check needs of an endpoint. */
export interface EndpointFront {
  readonly env: Readonly<Record<string, string>>;
  /** The start command that brings it; null = the image does. */
  readonly command: ((argv: readonly string[]) => string) | null;
}

/** Where RunPod mounts a network volume in a worker, whatever the deployment calls it on pods (FACTS 2.8). */
const VOLUME_PATH = '/runpod-volume';
const MOST_VARIABLES = 50;
/** Above RunPod's 7 minutes; its own example (FACTS 3.4). */
const SHORTEST_INIT_SECONDS = 800;
const WORKER_STARTUP_SECONDS = 1200;
/** How long a request waits before one more worker is started, unless told otherwise: about the pace of a chat. */
const QUEUE_DELAY_SECONDS = 4;

/**
 * The create call for an endpoint. QUEUE runs RunPod's worker, set up by variables; LOAD_BALANCER runs a plain server.
 * @throws AppError invalid_input, unsupported, unknown_gpu: each names the field
 */
export function endpointBody(input: ShapeInput): CreateEndpointRequest {
  const { name, spec, recipe, own } = input;
  const { serverless } = spec;
  refuseCombinations(spec);
  const args = argsOf(input);
  return {
    name,
    type: serverless.type,
    ...(spec.templateId === null
      ? { image: own?.reference ?? recipe.image }
      : { templateId: spec.templateId }),
    ...(spec.templateId !== null && spec.image !== null ? { image: spec.image } : {}),
    ...(args === '' ? {} : { args }),
    gpu: gpuOf(input),
    disk: recipe.disk,
    ...portsOf(input),
    env: envOf(input),
    workers: workersOf(serverless),
    scaling: scalingOf(spec),
    timeout: serverless.timeoutSeconds * 1000,
    flashboot: serverless.flashboot,
    ...(input.registryId === null ? {} : { registry: input.registryId }),
    ...placeOf(spec),
  };
}

function argsOf({ spec, recipe, front }: ShapeInput): string {
  const argv = recipe.argv.map((argument) => onVolume(spec, argument));
  return front?.command?.(argv) ?? shellJoin(argv);
}

function portsOf({ spec, recipe, own }: ShapeInput): Pick<CreateEndpointRequest, 'ports'> {
  if (spec.serverless.type === 'QUEUE') return {};
  return { ports: own === null ? [`${recipe.modelServerPort}/http`] : [...own.ports] };
}

function refuseCombinations({ backend, serverless }: DeploymentSpec): void {
  const { type, queueDelaySeconds, requestsPerWorker, minWorkers, maxWorkers } = serverless;
  if (backend === 'ollama' && type === 'QUEUE') {
    throw refused('serverless.type', type, 'Ollama has no queue worker; it is served by a load balancer.', {
      nearest: 'LOAD_BALANCER',
    });
  }
  if (type === 'LOAD_BALANCER' && queueDelaySeconds !== null) {
    throw refused(
      'serverless.queueDelaySeconds',
      queueDelaySeconds,
      'a load balancer has no queue; it scales by requestsPerWorker.',
    );
  }
  if (queueDelaySeconds !== null && requestsPerWorker !== null) {
    throw refused(
      'serverless.queueDelaySeconds',
      queueDelaySeconds,
      'an endpoint scales by the wait or by requestsPerWorker, not by both.',
    );
  }
  if (minWorkers > maxWorkers) {
    throw refused('serverless.minWorkers', minWorkers, 'it is greater than maxWorkers.', {
      nearest: maxWorkers,
    });
  }
}

function gpuOf({
  candidate,
  gpuTypeIds,
  offers,
  recipe,
}: ShapeInput): NonNullable<CreateEndpointRequest['gpu']> {
  const { pools, excludedTypes } = poolsFor(gpuTypeIds, offers);
  return {
    pools: [...pools],
    ...(excludedTypes.length === 0 ? {} : { excludedTypes: [...excludedTypes] }),
    // Left out, it reads as "no instances" (trap 4).
    count: candidate.gpuCount,
    ...(recipe.minCudaVersion === null ? {} : { minCudaVersion: recipe.minCudaVersion }),
  };
}

type Workers = NonNullable<CreateEndpointRequest['workers']>;

/** A queue that scales by requests has no idle timeout: sending one is refused (trap 24). */
export function workersOf(serverless: ServerlessSpec): Workers {
  const { type, requestsPerWorker, minWorkers, maxWorkers, idleTimeoutSeconds } = serverless;
  const idles = type === 'LOAD_BALANCER' || requestsPerWorker === null;
  return { min: minWorkers, max: maxWorkers, ...(idles ? { idleTimeout: idleTimeoutSeconds } : {}) };
}

/** By the wait in a queue, which keeps the idle timeout; a load balancer can only count requests (FACTS 3.1). */
function scalingOf({ serverless, concurrency }: DeploymentSpec): CreateEndpointRequest['scaling'] {
  const { type, queueDelaySeconds, requestsPerWorker } = serverless;
  if (type === 'LOAD_BALANCER' || requestsPerWorker !== null) {
    return { type: 'REQUEST_COUNT', requestCount: requestsPerWorker ?? concurrency };
  }
  return { type: 'QUEUE_DELAY', queueDelay: queueDelaySeconds ?? QUEUE_DELAY_SECONDS };
}

/** A volume fixes the data centre; else the fewer are named the more there is to choose from (FACTS 3.1). */
function placeOf({ volume, compute }: DeploymentSpec): Partial<CreateEndpointRequest> {
  if (volume !== null) return { networkVolumes: [volume.networkVolumeId] };
  return compute.dataCenterIds.length === 0 ? {} : { dataCenterIds: compute.dataCenterIds };
}

function envOf(input: ShapeInput): Record<string, string> {
  const { spec, candidate, recipe, hfToken, own, front } = input;
  const balanced = spec.serverless.type === 'LOAD_BALANCER';
  const port = String(recipe.modelServerPort);
  const init = String(Math.max(SHORTEST_INIT_SECONDS, Math.ceil(candidate.secondsToFirstToken.high * 1.5)));
  const fixed: Record<string, string> = {
    ...(balanced ? { PORT: port, PORT_HEALTH: port } : { TENSOR_PARALLEL_SIZE: String(candidate.gpuCount) }),
    ...own?.env,
    ...(front === null ? {} : { HEALTH_CHECK_PATH: recipe.healthPath }),
  };
  refuseOverrides(spec, fixed);
  // FACTS 3.2; the value is a secret and stays out of the error.
  if (balanced && spec.env['VLLM_API_KEY'] !== undefined) {
    throw refused('env.VLLM_API_KEY', '…', "RunPod's edge uses up the header that would carry it");
  }
  const env: Record<string, string> = {
    RUNPOD_INIT_TIMEOUT: init,
    ...(balanced ? { HEALTH_CHECK_PATH: recipe.healthPath } : {}),
    ...(!balanced && Number(init) > WORKER_STARTUP_SECONDS ? { VLLM_STARTUP_TIMEOUT: init } : {}),
    ...(hfToken === null ? {} : { HF_TOKEN: hfToken }),
    ...recipe.env,
    ...fixed,
    ...front?.env,
  };
  // It would hide the key that RunPod gives the worker (trap 19).
  delete env['RUNPOD_API_KEY'];
  const names = Object.keys(env);
  if (names.length > MOST_VARIABLES) {
    throw refused('env', names.length, `RunPod takes ${MOST_VARIABLES} variables at most.`, {
      nearest: MOST_VARIABLES,
    });
  }
  return Object.fromEntries(names.map((each) => [each, onVolume(spec, env[each] ?? '')]));
}

/** Variables that must agree with the rest of the body: a worker that disagrees hangs or crashes (FACTS 3.6, 3.7). */
function refuseOverrides(spec: DeploymentSpec, fixed: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(fixed)) {
    const given = spec.env[name];
    if (given !== undefined && given !== value) {
      throw refused(`env.${name}`, given, `the endpoint needs it to be ${value}.`, { nearest: value });
    }
  }
}

/** Paths on the volume as a worker has them. */
function onVolume({ volume }: DeploymentSpec, text: string): string {
  if (volume === null) return text;
  const { path } = volume;
  return text === path || text.startsWith(`${path}/`) ? VOLUME_PATH + text.slice(path.length) : text;
}

function refused(
  field: string,
  value: unknown,
  why: string,
  more: Readonly<Record<string, unknown>> = {},
): AppError {
  return new AppError('invalid_input', `${field}: ${why}`, { details: { field, value, ...more } });
}
