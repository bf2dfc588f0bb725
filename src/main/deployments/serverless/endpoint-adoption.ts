import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { deploymentSpecSchema, type DeploymentSpec, type DeploymentWish } from '../../../shared/model.ts';
import type { CreateEndpointRequest, Endpoint, GpuType } from '../../runpod/api.ts';
import type { EndpointLaunch, EndpointRecord } from '../record.ts';
import { launchHash } from './launch.ts';
import { endpointFacts } from './read-endpoint.ts';

/** An endpoint that somebody else made, read as a deployment (SPEC 3.11). */
export interface AdoptedEndpoint {
  readonly spec: DeploymentSpec;
  readonly endpoint: EndpointRecord;
  /** Its image tells what it speaks; otherwise only an answer of its own does. */
  readonly isKnownServer: boolean;
  /** What RunPod does not tell, or what an edit would lose, in words. */
  readonly unknown: readonly string[];
}

export interface AdoptionMoment {
  readonly now: number;
  readonly cloudNow: number;
}

/** RunPod's worker and forks that keep its name (FACTS 3.7); vLLM's own server (FACTS 3.6). */
const QUEUE_WORKER = /(?:^|\/)worker-(?:v1-)?vllm[\w.-]*(?::|@|$)/;
const PLAIN_SERVER = /(?:^|\/)vllm-openai(?::|@|$)/;

/** Variables of the worker that say how the model is served and hold no secret: an edit keeps them. */
const KEPT = [
  'TENSOR_PARALLEL_SIZE',
  'GPU_MEMORY_UTILIZATION',
  'QUANTIZATION',
  'DTYPE',
  'MAX_NUM_SEQS',
  'MAX_CONCURRENCY',
  'TOOL_CALL_PARSER',
  'REASONING_PARSER',
  'ENABLE_AUTO_TOOL_CHOICE',
  'SPECULATIVE_CONFIG',
  'LIMIT_MM_PER_PROMPT',
  'TRUST_REMOTE_CODE',
  'ENABLE_PREFIX_CACHING',
  'ENFORCE_EAGER',
  'TOKENIZER_NAME',
] as const;
/** Read into settings of their own. */
const READ: ReadonlySet<string> = new Set([
  ...KEPT,
  'MODEL_NAME',
  'MODEL_REVISION',
  'MAX_MODEL_LEN',
  'OPENAI_SERVED_MODEL_NAME_OVERRIDE',
]);

/** Why it cannot be served, as far as its own settings tell; null = it may be. */
export function adoptionRefusal({ type, image, args, env, gpu }: Endpoint): string | null {
  if (type === undefined) return 'RunPod does not tell whether it has a queue';
  if ((gpu ?? null) === null) return 'it runs on CPUs, and this app serves models from GPUs';
  if (type === 'QUEUE' && !QUEUE_WORKER.test(image)) {
    return `its image ${image} is no vLLM worker: a handler of its own need not speak OpenAI's language, and asking it would cost a worker`;
  }
  if (type === 'LOAD_BALANCER' && (env['VLLM_API_KEY'] !== undefined || /--api-key\b/.test(args))) {
    return 'its server asks for a key of its own in the header that RunPod uses up for its own key';
  }
  if (type === 'QUEUE' && env['MODEL_NAME'] === undefined) {
    return 'it does not tell which model it serves (MODEL_NAME is not set)';
  }
  return null;
}

/**
 * A deployment read out of an endpoint. Nothing of it is changed at RunPod: its workers stay as they are, idle ones end as
 * RunPod has it, and what it was made of is remembered so that only an edit changes it.
 * @throws AppError not_allowed_now with why it cannot be served
 */
export function readEndpointAdoption(
  endpoint: Endpoint,
  name: string,
  gpus: readonly GpuType[],
  moment: AdoptionMoment,
): AdoptedEndpoint {
  const refusal = adoptionRefusal(endpoint);
  if (refusal !== null) throw unfit(endpoint.id, refusal);
  const prices = pricesOf(endpoint, gpus);
  if (prices.length === 0) {
    throw unfit(
      endpoint.id,
      'RunPod does not tell what its GPUs cost, and nothing is served at an unknown price',
    );
  }
  const parsed = deploymentSpecSchema.safeParse(wishOf(endpoint, name));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unfit(endpoint.id, `its ${issue?.path.join('.') ?? 'form'} ${issue?.message ?? 'is not known'}`);
  }
  const spec = parsed.data;
  return {
    spec,
    endpoint: recordOf(endpoint, launchOf(endpoint, spec, prices), moment),
    isKnownServer:
      spec.backend === 'ollama' || QUEUE_WORKER.test(endpoint.image) || PLAIN_SERVER.test(endpoint.image),
    unknown: unknownOf(endpoint),
  };
}

const unfit = (id: string, why: string): AppError =>
  new AppError('not_allowed_now', `Endpoint ${id} cannot be put under a deployment: ${why}.`, {
    advice: 'Stop or delete it instead, or leave it as it is.',
  });

function modelOf({ args, env }: Endpoint): string | null {
  const named = /--model[ =]'?([\w./:@-]+)/.exec(args)?.[1] ?? /^'?([\w.-]+\/[\w.-]+)/.exec(args)?.[1];
  return env['MODEL_NAME'] ?? env['RPLM_PRELOAD'] ?? named ?? null;
}

/** Ollama behind an endpoint is this app's, of another computer: it names its model in a variable of its own. */
const backendOf = ({ env }: Endpoint): DeploymentSpec['backend'] =>
  env['RPLM_PRELOAD'] === undefined ? 'vllm' : 'ollama';

function wishOf(endpoint: Endpoint, name: string): DeploymentWish {
  const { image, env, args, gpu, dataCenterIds } = endpoint;
  const model = modelOf(endpoint);
  const isPath = model?.startsWith('/') === true;
  const context = Number(env['MAX_MODEL_LEN'] ?? /--max-model-len[ =](\d+)/.exec(args)?.[1]);
  const [volumeId] = endpoint.networkVolumes;
  return {
    name,
    model: model === null || isPath ? name : model,
    modelPath: isPath ? model : null,
    revision: env['MODEL_REVISION'] ?? null,
    backend: backendOf(endpoint),
    mode: 'serverless',
    image: image === '' ? null : image,
    compute: { gpuCount: gpu?.count ?? null, dataCenterIds: [...dataCenterIds] },
    ...(Number.isInteger(context) && context >= 256 ? { contextTokens: context } : {}),
    env: Object.fromEntries(KEPT.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]]))),
    volume: volumeId === undefined ? null : { networkVolumeId: volumeId, path: '/runpod-volume' },
    serverless: scalingOf(endpoint),
    // Its workers are its owner's to end until an edit says otherwise.
    idle: { policy: 'off' },
  };
}

function scalingOf({ type, workers, scaling, timeout, flashboot }: Endpoint): DeploymentWish['serverless'] {
  return {
    type,
    minWorkers: workers.min,
    maxWorkers: Math.max(1, workers.max, workers.min),
    ...(workers.idleTimeout === undefined ? {} : { idleTimeoutSeconds: workers.idleTimeout }),
    flashboot,
    ...(scaling.type === 'REQUEST_COUNT' ? { requestsPerWorker: scaling.requestCount } : {}),
    ...(scaling.type === 'QUEUE_DELAY' ? { queueDelaySeconds: scaling.queueDelay } : {}),
    ...(timeout >= 5000 ? { timeoutSeconds: Math.round(timeout / 1000) } : {}),
  };
}

/** Of the GPUs of its pools, in the catalogue's order within each. */
function pricesOf({ gpu }: Endpoint, gpus: readonly GpuType[]): { gpuTypeId: string; usdPerHour: number }[] {
  const excluded = new Set(gpu?.excludedTypes ?? []);
  const count = gpu?.count ?? 1;
  return (gpu?.pools ?? []).flatMap((pool) =>
    gpus.flatMap(({ id, pool: its, price }) =>
      its === pool && !excluded.has(id) && price.serverless !== undefined
        ? [{ gpuTypeId: id, usdPerHour: price.serverless * count }]
        : [],
    ),
  );
}

function launchOf(
  endpoint: Endpoint,
  spec: DeploymentSpec,
  gpus: { gpuTypeId: string; usdPerHour: number }[],
): EndpointLaunch {
  const { id, image, args, env, gpu } = endpoint;
  const served =
    env['OPENAI_SERVED_MODEL_NAME_OVERRIDE'] ?? /--served-model-name[ =]'?([\w./:@-]+)/.exec(args)?.[1];
  return {
    backend: spec.backend,
    type: spec.serverless.type,
    gpus,
    gpuCount: gpu?.count ?? 1,
    image,
    servedModel: served ?? modelOf(endpoint) ?? spec.model,
    healthPath: env['HEALTH_CHECK_PATH'] ?? '/health',
    key: env['RPLM_FRONT_KEY'] ?? null,
    override: false,
    fingerprint: `adopted-${id}`,
    specHash: launchHash(spec, 'serverless'),
    workers: {
      min: endpoint.workers.min,
      max: spec.serverless.maxWorkers,
      idleTimeout: endpoint.workers.idleTimeout ?? null,
    },
    timeoutSeconds: spec.serverless.timeoutSeconds,
    made: madeOf(endpoint, spec),
  };
}

/** What it is made of, as a create would say it. Values that this app does not read may be secrets: they leave a mark. */
function madeOf(endpoint: Endpoint, { serverless }: DeploymentSpec): CreateEndpointRequest {
  const { name, image, args, disk, ports, env, workers, scaling, timeout, flashboot } = endpoint;
  const { networkVolumes, dataCenterIds } = endpoint;
  const marked = Object.entries(env).map(([key, value]) => [key, READ.has(key) ? value : markOf(value)]);
  return {
    name,
    type: serverless.type,
    image,
    ...(args === '' ? {} : { args }),
    ...(disk === undefined ? {} : { disk }),
    ...(ports.length === 0 ? {} : { ports }),
    env: Object.fromEntries(marked),
    ...gpuOf(endpoint),
    workers,
    scaling,
    timeout,
    flashboot,
    ...(networkVolumes.length === 0 ? {} : { networkVolumes }),
    ...(dataCenterIds.length === 0 ? {} : { dataCenterIds }),
  };
}

function gpuOf({ gpu }: Endpoint): Pick<CreateEndpointRequest, 'gpu'> {
  if (gpu === undefined || gpu === null) return {};
  const { pools = [], count, excludedTypes = [] } = gpu;
  return { gpu: { pools, count, ...(excludedTypes.length === 0 ? {} : { excludedTypes }) } };
}

const markOf = (value: string): string =>
  `mark:${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;

function recordOf(
  endpoint: Endpoint,
  launch: EndpointLaunch,
  { now, cloudNow }: AdoptionMoment,
): EndpointRecord {
  const { id, name, minWorkers, maxWorkers, createdAt } = endpointFacts(endpoint);
  return {
    id,
    name,
    launch,
    createdAt,
    touchedAt: now,
    seen: true,
    minWorkers,
    maxWorkers,
    usdPerHour: 0,
    // What its workers cost before is its owner's: the meter begins here.
    billingSince: cloudNow,
    proved: false,
    answeredAt: null,
    job: null,
  };
}

function unknownOf(endpoint: Endpoint): string[] {
  const { env, args, workers, timeout, networkVolumes } = endpoint;
  const lost = Object.keys(env).filter((key) => !READ.has(key));
  const context = env['MAX_MODEL_LEN'] ?? /--max-model-len[ =]\d+/.exec(args)?.[0];
  return [
    ...(context === undefined ? ['How long its context is, is not told.'] : []),
    ...(modelOf(endpoint) === null ? ['Which model it serves is not told.'] : []),
    ...(workers.max === 0
      ? ['How many workers it had before it was stopped is not told; a start allows 1.']
      : []),
    ...(timeout < 5000 ? ['How long a request may take is not told.'] : []),
    ...(networkVolumes.length > 1
      ? [`An edit keeps only the first of its ${networkVolumes.length} volumes.`]
      : []),
    ...(lost.length === 0
      ? []
      : [`An edit that changes its container loses its variables ${lost.join(', ')}.`]),
  ];
}
