import { AppError } from '../../shared/errors.ts';
import type { ImageRequest } from '../../shared/images.ts';
import { OLLAMA_IMAGE, repositoryOf, VLLM_IMAGE, WORKER_VLLM_IMAGE } from '../planner/images.ts';
import { assignments, jsonForm } from './dockerfile-text.ts';
import {
  APP_USER,
  BAKED_PATH,
  healthEnv,
  HOME,
  launchOf,
  OLLAMA_BAKED_PATH,
  serverOf,
  type ImageLaunch,
} from './image-server.ts';
import { labelsOf } from './image-labels.ts';

/** The base of the first version of this app, with Python and the CUDA tools, without a model server (SPEC 6.1). */
export const PYTORCH_BASE = 'runpod/pytorch:2.4.0-py3.11-cuda12.4.1-devel-ubuntu22.04';

/** What is installed where a base does not bring it. Pinned, so that the same text makes the same image. */
const VLLM_PACKAGE = 'vllm==0.27.1';
/** vLLM's builds for CUDA 12.9 run on more hosts than those for 13.0 (FACTS 2.3). */
const CUDA_12_INDEX = 'https://download.pytorch.org/whl/cu129';
const RUNPOD_SDK = 'runpod==1.12.0';

/** One layer of weights at most: GHCR refuses layers of more than 10 GB, and a broken push resumes by layer. */
const LAYER_BYTES = 8e9;
const MOST_WEIGHT_LAYERS = 24;

/** The scripts of resources/images and resources/watchdog that go into images. */
export interface ImageScripts {
  readonly entrypoint: string;
  readonly smoke: string;
  readonly watchdog: string;
  readonly front: string;
  readonly preload: string;
  readonly health: string;
  readonly bake: string;
  readonly bakeOllama: string;
  readonly worker: string;
}

export interface ContextFile {
  /** Relative to the context, with slashes. */
  readonly path: string;
  readonly content: string;
}

/** What is known about the weights when the image is defined. */
export interface WeightFacts {
  /** Commit the name stands for now; null = unknown. */
  readonly revision: string | null;
  readonly bytes: number | null;
}

/** An image as text: a pure function of what it is made from. */
export interface ImageDefinition {
  readonly dockerfile: string;
  /** Files beside the Dockerfile, without those of a weights folder. */
  readonly files: readonly ContextFile[];
  /** Build secrets the Dockerfile mounts. */
  readonly secrets: readonly 'hf'[];
  readonly labels: Readonly<Record<string, string>>;
  readonly launch: ImageLaunch;
  readonly notes: readonly string[];
}

/**
 * The Dockerfile and its context for a model, backend, target and base.
 * Layers go from what changes least (packages, weights) to what changes most (scripts, settings, labels).
 * @throws AppError invalid_input naming the field
 */
export function defineImage(
  request: ImageRequest,
  scripts: ImageScripts,
  weights: WeightFacts = { revision: null, bytes: null },
): ImageDefinition {
  refuseContradictions(request);
  const base = request.base ?? stockBase(request);
  const server = serverOf(request, baseKind(base));
  const user = runsAsUser(request) ? APP_USER : null;
  const revision = request.revision ?? weights.revision;
  const labels = labelsOf(request, base, revision);
  const lines = [
    '# Made by RunPod LLM Manager. Values from outside stand in JSON or quoted form only; no shell reads them.',
    ...from(request, base),
    ...packages(request, base),
    ...(user === null ? [] : [createUser]),
    ...weightSteps(request, user, weights.bytes),
    'COPY rplm/ /opt/rplm/',
    assignments('ENV', {
      ...server.env,
      ...healthEnv(request),
      ...(user === null ? {} : { HOME }),
      ...request.env,
    }),
    ...(server.ports.length === 0 ? [] : [`EXPOSE ${server.ports.join(' ')}`]),
    assignments('LABEL', labels),
    `ENTRYPOINT ${jsonForm(['bash', '/opt/rplm/entrypoint.sh', ...server.program])}`,
    `CMD ${jsonForm(server.args(revision))}`,
  ];
  return {
    dockerfile: `${lines.join('\n\n')}\n`,
    files: [...bakeFiles(request, scripts, revision), ...runtimeFiles(request, scripts, server.ownWorker)],
    secrets: request.weights === 'baked' && request.backend === 'vllm' ? ['hf'] : [],
    labels,
    launch: launchOf(request),
    notes: notesOf(request, base, weights, user !== null),
  };
}

export type BaseKind = 'vllm' | 'worker-vllm' | 'ollama' | 'other';

/** What a base is known to bring, from its repository. */
function baseKind(base: string): BaseKind {
  const repository = repositoryOf(base);
  if (repository === repositoryOf(VLLM_IMAGE)) return 'vllm';
  if (repository === repositoryOf(WORKER_VLLM_IMAGE)) return 'worker-vllm';
  return repository === repositoryOf(OLLAMA_IMAGE) ? 'ollama' : 'other';
}

function stockBase(request: ImageRequest): string {
  if (request.backend === 'ollama') return OLLAMA_IMAGE;
  return request.target === 'queue' ? WORKER_VLLM_IMAGE : VLLM_IMAGE;
}

function refuse(field: string, message: string): never {
  throw new AppError('invalid_input', `${field} ${message}`, { details: { field } });
}

function refuseContradictions(request: ImageRequest): void {
  if (request.weightsFolder !== null && request.weights === 'baked') {
    refuse('weightsFolder', 'and weights "baked" are two sources of the same weights: give one of them.');
  }
  if (request.weightsFolder !== null && request.backend === 'ollama') {
    refuse('weightsFolder', 'is for vLLM: Ollama keeps models in a store of its own.');
  }
  if (request.packages.length > 0 && request.backend === 'ollama') {
    refuse('packages', 'are for vLLM: Ollama runs no Python.');
  }
  const open = Object.keys(request.env).find((name) => SECRET_NAME.test(name));
  if (open !== undefined) {
    refuse(
      `env.${open}`,
      'would be readable by everybody who has the image: set it on the deployment instead.',
    );
  }
}

const SECRET_NAME =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET|FRONT)_?KEY)(?:_|$)/i;

/**
 * Not root where the weights come with the image. Elsewhere the server writes to a volume, which belongs to root, and
 * RunPod cannot start a container with another owner.
 */
function runsAsUser(request: ImageRequest): boolean {
  return (request.weights === 'baked' || request.weightsFolder !== null) && request.target !== 'queue';
}

const createUser = `RUN printf 'app:x:%s:%s::${HOME}:/bin/bash\\n' ${APP_USER} ${APP_USER} >> /etc/passwd \\
 && printf 'app:x:%s:\\n' ${APP_USER} >> /etc/group \\
 && mkdir -p ${HOME} /models && chown -R ${APP_USER}:${APP_USER} ${HOME} /models

USER ${APP_USER}:${APP_USER}`;

function from(request: ImageRequest, base: string): string[] {
  const bringsOllama = request.backend !== 'ollama' || baseKind(base) === 'ollama';
  if (bringsOllama) return [`FROM ${base}`];
  return [
    `FROM ${OLLAMA_IMAGE} AS ollama`,
    `FROM ${base}`,
    'COPY --from=ollama /usr/bin/ollama /usr/bin/ollama',
    'COPY --from=ollama /usr/lib/ollama /usr/lib/ollama',
  ];
}

function packages(request: ImageRequest, base: string): string[] {
  const kind = baseKind(base);
  const steps: string[] = [];
  if (request.backend === 'vllm' && kind !== 'vllm' && kind !== 'worker-vllm') {
    steps.push(
      `RUN command -v vllm >/dev/null \\
 || python3 -m pip install --no-cache-dir ${VLLM_PACKAGE} --extra-index-url ${CUDA_12_INDEX}`,
    );
  }
  if (request.target === 'queue' && request.backend === 'vllm' && kind !== 'worker-vllm') {
    steps.push(`RUN ${jsonForm([...PIP, RUNPOD_SDK])}`);
  }
  if (request.target === 'queue' && request.backend === 'ollama') {
    steps.push(`RUN apt-get update \\
 && apt-get install -y --no-install-recommends python3 python3-venv \\
 && rm -rf /var/lib/apt/lists/* \\
 && python3 -m venv /opt/venv \\
 && /opt/venv/bin/pip install --no-cache-dir ${RUNPOD_SDK}`);
  }
  if (request.packages.length > 0) steps.push(`RUN ${jsonForm([...PIP, ...request.packages])}`);
  return steps;
}

const PIP = ['python3', '-m', 'pip', 'install', '--no-cache-dir'] as const;

function weightSteps(request: ImageRequest, user: string | null, bytes: number | null): string[] {
  const owner = user === null ? '' : `--chown=${user}:${user} `;
  if (request.weightsFolder !== null) return [`COPY ${owner}weights/ ${BAKED_PATH}/`];
  if (request.weights === 'download') return [];
  if (request.backend === 'ollama') {
    return [`COPY bake/ /opt/rplm/`, `RUN ${jsonForm(['bash', '/opt/rplm/bake-ollama.sh'])}`];
  }
  const parts =
    bytes === null ? 1 : Math.min(MOST_WEIGHT_LAYERS, Math.max(1, Math.ceil(bytes / LAYER_BYTES)));
  const mount = `--mount=type=secret,id=hf${user === null ? '' : `,uid=${user}`}`;
  const fetched = Array.from({ length: parts }, (_, index) =>
    [`RUN ${mount}`, jsonForm(['python3', '/opt/rplm/bake.py', String(index + 1), String(parts)])].join(' '),
  );
  return ['COPY bake/ /opt/rplm/', ...fetched];
}

function bakeFiles(request: ImageRequest, scripts: ImageScripts, revision: string | null): ContextFile[] {
  if (request.weights === 'download') return [];
  if (request.backend === 'ollama') {
    return [
      { path: 'bake/bake-ollama.sh', content: scripts.bakeOllama },
      { path: 'bake/model', content: request.model },
    ];
  }
  const wish = { model: request.model, revision, worker: request.target === 'queue' };
  return [
    { path: 'bake/bake.py', content: scripts.bake },
    { path: 'bake/bake.json', content: `${JSON.stringify(wish)}\n` },
  ];
}

function runtimeFiles(request: ImageRequest, scripts: ImageScripts, ownWorker: boolean): ContextFile[] {
  const file = (name: string, content: string): ContextFile => ({ path: `rplm/${name}`, content });
  const isOllama = request.backend === 'ollama';
  const isBalanced = request.target === 'load-balancer';
  return [
    file('entrypoint.sh', scripts.entrypoint),
    file('smoke.sh', scripts.smoke),
    file('watchdog.sh', scripts.watchdog),
    ...(isOllama && request.target !== 'queue' ? [file('front.pl', scripts.front)] : []),
    ...(isOllama && isBalanced ? [file('preload.sh', scripts.preload)] : []),
    ...(!isOllama && isBalanced ? [file('health.pl', scripts.health)] : []),
    ...(ownWorker ? [file('worker.py', scripts.worker)] : []),
  ];
}

function notesOf(request: ImageRequest, base: string, weights: WeightFacts, asUser: boolean): string[] {
  const baked = request.weights === 'baked';
  const gb = weights.bytes === null ? 'The' : `About ${(weights.bytes / 1e9).toFixed(1)} GB of`;
  return [
    ...(baked || request.weightsFolder !== null
      ? [
          `${gb} weights become part of the image: every host pulls them with it. A network volume, or a download at start, keeps the image small.`,
        ]
      : []),
    ...(baked && request.backend === 'vllm' && (request.revision ?? weights.revision) === null
      ? ['The commit of the weights is not known: what is current when the image is built goes into it.']
      : []),
    ...(baked && request.backend === 'ollama'
      ? ["Ollama's names are not pinned: what the name means when the image is built goes into it."]
      : []),
    ...(asUser ? [] : ['Runs as root: the server writes to volumes, which belong to root at RunPod.']),
    ...(/(?:^|[^:]):latest$|^[^:@]+$/.test(base.slice(base.lastIndexOf('/') + 1))
      ? [`The base ${base} is not pinned: give it a version or a digest.`]
      : []),
    ...(baked && request.backend === 'ollama' ? [`Its models lie in ${OLLAMA_BAKED_PATH}.`] : []),
  ];
}
