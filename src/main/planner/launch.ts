import { AppError } from '../../shared/errors.ts';
import type { DeploymentSpec, PlanCandidate } from '../../shared/model.ts';
import { isFronted, OLLAMA_IMAGE, repositoryOf, VLLM_IMAGE, WORKER_VLLM_IMAGE } from './images.ts';
import { serverDiskGb } from './pod-disks.ts';
import { ollamaEnv, vllmArgv, workerVllmEnv, type ServerGpu, type ServerWish } from './server-options.ts';
import type { ModelFacts } from './types.ts';

/** What to start on rented hardware. Keys and tokens are not in it: whoever creates the pod adds them. */
export interface LaunchRecipe {
  readonly image: string;
  /** Arguments behind the image's own entrypoint; empty = the image's default command. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** As RunPod wants them, such as `8000/http`. */
  readonly ports: readonly string[];
  /** Container disk in GB. */
  readonly disk: number;
  readonly minCudaVersion: string | null;
  /** Answers 200 once weights are loaded (vLLM) or the server is up (Ollama). */
  readonly healthPath: string;
  readonly modelServerPort: number;
  /** What the user may want to know about these choices. */
  readonly notes: readonly string[];
}

/** The part of a planned candidate that a recipe depends on. */
export type LaunchCandidate = Pick<
  PlanCandidate,
  'kind' | 'gpuTypeId' | 'gpuCount' | 'image' | 'minCudaVersion' | 'containerDiskGb'
>;

const VLLM_PORT = 8000;
const OLLAMA_PORT = 11_434;

/**
 * The recipe for a deployment on a planned candidate: the stock image with the arguments the plan was counted with, or
 * the custom image as it is. The user's own arguments and variables come last, so they win.
 * @throws AppError invalid_input when `env` sets a variable that RunPod injects
 */
export function launchRecipe(
  spec: DeploymentSpec,
  candidate: LaunchCandidate,
  facts: ModelFacts | null,
): LaunchRecipe {
  refuseReservedEnv(spec.env);
  const recipe =
    candidate.kind === 'pod' ? podRecipe(spec, candidate, facts) : serverless(spec, candidate, facts);
  return {
    ...recipe,
    env: { ...recipe.env, ...spec.env },
    notes: [...recipe.notes, ...nameNotes(spec.name)],
  };
}

/** RunPod injects a key that may only touch this pod; setting it would hide that one and put the full key in reach. */
function refuseReservedEnv(env: DeploymentSpec['env']): void {
  const reserved = Object.keys(env).find((name) => /^RUNPOD_(?:API_KEY|POD_ID)$/.test(name));
  if (reserved === undefined) return;
  throw new AppError('invalid_input', `env.${reserved} must not be set: RunPod sets it inside the pod.`, {
    advice: `Remove ${reserved} from env.`,
    details: { field: `env.${reserved}` },
  });
}

/** Clients switch code paths on such names (CLIENTS 1.13). */
function nameNotes(name: string): string[] {
  if (!/^(?:gpt|o)|o[134]/.test(name)) return [];
  return [
    `Some editors treat a model called "${name}" as one of OpenAI's own; a neutral name avoids surprises.`,
  ];
}

function podRecipe(spec: DeploymentSpec, candidate: LaunchCandidate, facts: ModelFacts | null): LaunchRecipe {
  const stock = spec.backend === 'vllm' ? vllmPod(spec, candidate, facts) : ollamaPod(spec, candidate);
  if (spec.image === null) return stock;
  if (repositoryOf(spec.image) === repositoryOf(stock.image)) return { ...stock, image: spec.image };
  // An image that was told where its weights lie serves as the stock one does; any other knows its own start.
  const serves = spec.modelPath !== null;
  return {
    ...stock,
    image: spec.image,
    argv: serves ? stock.argv : spec.extraArgs,
    minCudaVersion: null,
    notes: serves ? stock.notes : [`${spec.image} is used as it is, with its own start command.`],
  };
}

const diskOf = (spec: DeploymentSpec, candidate: LaunchCandidate): number =>
  serverDiskGb(spec, candidate.containerDiskGb);

/** The deployment's name first: it is what clients send; the model's own id works too. */
function servedNames(spec: DeploymentSpec): string[] {
  return spec.name === spec.model ? [spec.name] : [spec.name, spec.model];
}

/** What the server is told; a path has no revision. */
function serverOf(
  spec: DeploymentSpec,
  candidate: LaunchCandidate,
  facts: ModelFacts | null,
): [ServerWish, ServerGpu, ModelFacts | null] {
  if (spec.modelPath === null) return [spec, candidate, facts];
  const local = facts === null ? null : { ...facts, revision: null };
  return [{ ...spec, model: spec.modelPath, revision: null }, candidate, local];
}

function vllmEnv(spec: DeploymentSpec): Record<string, string> {
  return {
    HF_XET_HIGH_PERFORMANCE: '1',
    VLLM_NO_USAGE_STATS: '1',
    ...(spec.volume === null
      ? {}
      : { HF_HOME: `${spec.volume.path}/huggingface`, VLLM_CACHE_ROOT: `${spec.volume.path}/vllm` }),
  };
}

function vllmPod(spec: DeploymentSpec, candidate: LaunchCandidate, facts: ModelFacts | null): LaunchRecipe {
  return {
    image: repositoryOf(candidate.image) === repositoryOf(VLLM_IMAGE) ? candidate.image : VLLM_IMAGE,
    argv: [...vllmArgv(...serverOf(spec, candidate, facts), servedNames(spec)), ...spec.extraArgs],
    env: vllmEnv(spec),
    ports: [`${VLLM_PORT}/http`],
    disk: diskOf(spec, candidate),
    minCudaVersion: candidate.minCudaVersion,
    healthPath: '/health',
    modelServerPort: VLLM_PORT,
    notes: [],
  };
}

function ollamaPod(spec: DeploymentSpec, candidate: LaunchCandidate): LaunchRecipe {
  return {
    image: repositoryOf(candidate.image) === repositoryOf(OLLAMA_IMAGE) ? candidate.image : OLLAMA_IMAGE,
    argv: spec.extraArgs.length === 0 ? [] : ['serve', ...spec.extraArgs],
    env: {
      ...ollamaEnv(spec, candidate),
      ...(spec.volume === null ? {} : { OLLAMA_MODELS: `${spec.volume.path}/ollama` }),
    },
    ports: [`${OLLAMA_PORT}/http`],
    disk: diskOf(spec, candidate),
    minCudaVersion: candidate.minCudaVersion,
    healthPath: '/api/version',
    modelServerPort: OLLAMA_PORT,
    notes: ['Ollama has no access control of its own: it must stand behind an authenticating front.'],
  };
}

/** The worker splits its extra arguments as a shell would. */
function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/**
 * LOAD_BALANCER runs the stock image. vLLM tells its health itself. Before Ollama stands the key check, which tells at a path
 * of its own whether the worker has loaded its model; an image that is not the app's is asked as Ollama is (FACTS 3.6).
 */
function balanced(spec: DeploymentSpec, candidate: LaunchCandidate, facts: ModelFacts | null): LaunchRecipe {
  const pod = podRecipe(spec, candidate, facts);
  const port = String(pod.modelServerPort);
  const isOllama = spec.backend === 'ollama';
  const healthPath = isOllama && isFronted(spec) ? FRONT_HEALTH_PATH : pod.healthPath;
  return {
    ...pod,
    healthPath,
    env: {
      ...pod.env,
      PORT: port,
      PORT_HEALTH: port,
      HEALTH_CHECK_PATH: healthPath,
      ...(isOllama ? { RPLM_PRELOAD: spec.model } : {}),
    },
  };
}

/** See resources/watchdog/front.pl. */
const FRONT_HEALTH_PATH = '/ping';

/** QUEUE runs RunPod's worker, which is set up by variables (FACTS 3.7). */
function serverless(
  spec: DeploymentSpec,
  candidate: LaunchCandidate,
  facts: ModelFacts | null,
): LaunchRecipe {
  if (spec.serverless.type === 'LOAD_BALANCER') return balanced(spec, candidate, facts);
  return {
    image: spec.image ?? WORKER_VLLM_IMAGE,
    argv: [],
    env: {
      ...workerVllmEnv(...serverOf(spec, candidate, facts), spec.name),
      ...(spec.extraArgs.length === 0 ? {} : { VLLM_EXTRA_ARGS: spec.extraArgs.map(quote).join(' ') }),
    },
    ports: [],
    disk: diskOf(spec, candidate),
    minCudaVersion: spec.image === null ? candidate.minCudaVersion : null,
    healthPath: '/health',
    modelServerPort: VLLM_PORT,
    notes: [],
  };
}
