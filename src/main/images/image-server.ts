import type { ImageRequest } from '../../shared/images.ts';
import type { BaseKind } from './dockerfile.ts';

/** The user of images that need no root; any free id does, RunPod maps none. */
export const APP_USER = '10001';
export const HOME = '/home/app';
export const BAKED_PATH = '/models/weights';
export const OLLAMA_BAKED_PATH = '/models/ollama';

const VLLM_PORT = 8000;
const OLLAMA_PORT = 11_434;
const HEALTH_PORT = 8001;
const HEALTH_PATH = '/ping';

/** What a deployment of the image sets. */
export interface ImageLaunch {
  readonly modelPath: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
}

/** How an image starts its model server. */
export interface ImageServer {
  readonly program: readonly string[];
  /** The default arguments; a start command of RunPod replaces them. */
  readonly args: (revision: string | null) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** The queue worker is the app's own. */
  readonly ownWorker: boolean;
}

export function serverOf(request: ImageRequest, base: BaseKind): ImageServer {
  const common = {
    RPLM_BACKEND: request.backend,
    RPLM_TARGET: request.target,
    ...(inImage(request) ? { RPLM_BAKED: '1' } : {}),
  };
  const server = request.backend === 'vllm' ? vllm(request, base) : ollama(request);
  return { ...server, env: { ...common, ...server.env } };
}

/** Whether the weights come with the image. */
const inImage = (request: ImageRequest): boolean =>
  request.weights === 'baked' || request.weightsFolder !== null;

function vllm(request: ImageRequest, base: BaseKind): ImageServer {
  const env = { VLLM_NO_USAGE_STATS: '1', ...(inImage(request) ? { HF_HUB_OFFLINE: '1' } : {}) };
  if (request.target === 'queue' && base === 'worker-vllm') {
    const program = ['python3', '/src/main.py'];
    return { program, args: () => [], env: { ...env, ...workerEnv(request) }, ports: [], ownWorker: false };
  }
  if (request.target === 'queue') {
    const program = ['python3', '/opt/rplm/worker.py', 'vllm', 'serve'];
    const args = (revision: string | null): string[] => vllmArgs(request, revision, '127.0.0.1');
    return { program, args, env, ports: [], ownWorker: true };
  }
  return {
    program: ['vllm', 'serve'],
    args: (revision) => vllmArgs(request, revision, '0.0.0.0'),
    env,
    ports: request.target === 'load-balancer' ? [VLLM_PORT, HEALTH_PORT] : [VLLM_PORT],
    ownWorker: false,
  };
}

function vllmArgs(request: ImageRequest, revision: string | null, host: string): string[] {
  const names = request.servedName === null ? [request.model] : [request.servedName, request.model];
  return [
    '--model',
    inImage(request) ? BAKED_PATH : request.model,
    ...(inImage(request) || revision === null ? [] : ['--revision', revision]),
    '--host',
    host,
    '--port',
    String(VLLM_PORT),
    '--served-model-name',
    ...names,
    ...request.args,
  ];
}

/** RunPod's worker is set up by variables (FACTS 3.7). */
function workerEnv(request: ImageRequest): Record<string, string> {
  return {
    MODEL_NAME: inImage(request) ? BAKED_PATH : request.model,
    ...(request.revision === null || inImage(request) ? {} : { MODEL_REVISION: request.revision }),
    OPENAI_SERVED_MODEL_NAME_OVERRIDE: request.servedName ?? request.model,
    ...(request.args.length === 0 ? {} : { VLLM_EXTRA_ARGS: request.args.map(shellWord).join(' ') }),
  };
}

/** The worker splits its extra arguments as a POSIX shell would. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

function ollama(request: ImageRequest): ImageServer {
  const env = {
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_LOAD_TIMEOUT: '30m',
    ...(inImage(request) ? { OLLAMA_MODELS: OLLAMA_BAKED_PATH } : {}),
  };
  const args = (): readonly string[] => ['serve', ...request.args];
  switch (request.target) {
    case 'pod':
    case 'load-balancer':
      // The key check of the entrypoint listens on the public port, Ollama behind it.
      return {
        program: ['ollama'],
        args,
        env: {
          ...env,
          OLLAMA_HOST: '127.0.0.1:11435',
          ...(request.target === 'pod' ? {} : { RPLM_PRELOAD: request.model }),
        },
        ports: [OLLAMA_PORT],
        ownWorker: false,
      };
    case 'queue':
      return {
        program: ['/opt/venv/bin/python', '/opt/rplm/worker.py', 'ollama'],
        args,
        env: {
          ...env,
          OLLAMA_HOST: `127.0.0.1:${OLLAMA_PORT}`,
          RPLM_PRELOAD: request.model,
          RPLM_PYTHON: '/opt/venv/bin/python',
          RPLM_WORKER_UPSTREAM: `127.0.0.1:${OLLAMA_PORT}`,
          RPLM_WORKER_HEALTH: '/api/version',
        },
        ports: [],
        ownWorker: true,
      };
  }
}

/**
 * What tells a load balancer that the model still loads (FACTS 3.6): a health front on a port of its own beside vLLM, which
 * listens only after loading, and the key check itself before Ollama.
 */
export function healthEnv(request: ImageRequest): Record<string, string> {
  if (request.target !== 'load-balancer') return {};
  const common = { HEALTH_CHECK_PATH: HEALTH_PATH };
  if (request.backend === 'ollama')
    return { PORT: String(OLLAMA_PORT), PORT_HEALTH: String(OLLAMA_PORT), ...common };
  return {
    PORT: String(VLLM_PORT),
    PORT_HEALTH: String(HEALTH_PORT),
    ...common,
    RPLM_HEALTH_UPSTREAM: `127.0.0.1:${VLLM_PORT}/health`,
  };
}

export function launchOf(request: ImageRequest): ImageLaunch {
  const env = Object.entries(healthEnv(request)).filter(([name]) => !name.startsWith('RPLM_'));
  return {
    modelPath: request.backend === 'vllm' && inImage(request) ? BAKED_PATH : null,
    env: Object.fromEntries(env),
    ports: publicPorts(request).map((each) => `${each}/http`),
  };
}

function publicPorts({ backend, target }: ImageRequest): number[] {
  if (target === 'queue') return [];
  if (backend === 'ollama') return [OLLAMA_PORT];
  return target === 'pod' ? [VLLM_PORT] : [VLLM_PORT, HEALTH_PORT];
}
