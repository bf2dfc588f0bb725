import { compareVersions } from '../catalogue/stock.ts';
import { crash, type Host, type Launch, type TimedLine } from './launch.ts';
import { modelTraits, type ModelTraits } from './models.ts';
import { parseVllmArgs, type VllmArgs } from './vllm-args.ts';

const GIB = 1024 ** 3;
/** Context, libraries and activations beside the weights; below what planners allow, so that a fair plan starts. */
const OVERHEAD_GIB = 0.8;
/** Memory a driver and ECC leave of the printed size. */
const USABLE_SHARE = 0.95;
const API = '(APIServer pid=1)';
const CORE = '(EngineCore_DP0 pid=272)';

/** What `vllm serve <words>` does on this machine: serves after loading, or ends with the text vLLM prints then. */
export function launchVllm(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  host: Host,
  version: string,
): Launch {
  const parsed = parseVllmArgs(words, env);
  if ('error' in parsed) return crash(6000, usage(parsed.error), 2);
  const { args } = parsed;
  const traits = modelTraits(args.model);
  const banner = bannerLines(args, version);
  const refusal = refusalOf(args, traits, env, host);
  if (refusal !== null) {
    const ending = crash(refusal.afterMs, refusal.lines);
    return { ...ending, lines: [...banner, ...ending.lines] };
  }
  const load = loadTimes(args, traits, host);
  return {
    kind: 'serves',
    server: { engine: 'vllm', args, maxModelLen: args.maxModelLen ?? traits.maxContext, port: args.port },
    readyMs: load.readyMs,
    lines: [...banner, ...loadLines(args, traits, host, load)],
  };
}

interface Refusal {
  readonly afterMs: number;
  readonly lines: readonly string[];
}

function refusalOf(
  args: VllmArgs,
  traits: ModelTraits,
  env: Readonly<Record<string, string>>,
  host: Host,
): Refusal | null {
  return (
    repositoryRefusal(args, traits, env) ??
    deviceRefusal(args, traits, host) ??
    memoryRefusal(args, traits, host)
  );
}

function repositoryRefusal(
  args: VllmArgs,
  traits: ModelTraits,
  env: Readonly<Record<string, string>>,
): Refusal | null {
  const url = `https://huggingface.co/${args.model}/resolve/main/config.json`;
  const local = args.model.startsWith('/');
  if (!traits.exists || (!local && !/^[\w.-]+(?:\/[\w.-]+)?$/.test(args.model))) {
    return trace(8000, [
      `huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error. Repository Not Found for url: ${url}.`,
      'Please make sure you specified the correct `repo_id` and `repo_type`.',
      'If you are trying to access a private or gated repo, make sure you are authenticated.',
    ]);
  }
  const token = env['HF_TOKEN'] ?? env['HUGGING_FACE_HUB_TOKEN'] ?? '';
  if (local || !traits.gated || (token !== '' && !token.startsWith('hf_invalid'))) return null;
  return trace(8000, [
    `huggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo for url ${url}.`,
    `Access to model ${args.model} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
  ]);
}

function deviceRefusal(args: VllmArgs, traits: ModelTraits, host: Host): Refusal | null {
  if (host.gpuCount === 0) {
    return trace(5000, ['RuntimeError: No CUDA GPUs are available']);
  }
  if (args.tensorParallel > host.gpuCount) {
    return trace(9000, [
      `ValueError: World size (${args.tensorParallel}) is larger than the number of available GPUs (${host.gpuCount}) in this node.`,
    ]);
  }
  if (args.maxModelLen !== null && traits.kvBytesPerToken !== null && args.maxModelLen > traits.maxContext) {
    return trace(9000, [
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig',
      `  Value error, User-specified max_model_len (${args.maxModelLen}) is greater than the derived max_model_len (max_position_embeddings=${traits.maxContext}.0 or model_max_length=None in model's config.json).`,
    ]);
  }
  return null;
}

function memoryRefusal(args: VllmArgs, traits: ModelTraits, host: Host): Refusal | null {
  const usable = host.gpuMemoryGb * USABLE_SHARE;
  const weights = traits.weightsGiB / args.tensorParallel;
  if (weights > usable - OVERHEAD_GIB) {
    return trace(35_000, [
      `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB. GPU 0 has a total capacity of ${usable.toFixed(2)} GiB of which 188.38 MiB is free. Including non-PyTorch memory, this process has ${(usable - 0.18).toFixed(2)} GiB memory in use.`,
    ]);
  }
  const available = kvRoomGiB(args, traits, host);
  if (available <= 0) {
    return trace(40_000, [
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    ]);
  }
  const needed = kvNeedGiB(args, traits);
  if (needed <= available) return null;
  return trace(45_000, [
    `ValueError: To serve at least one request with the model's max seq len (${args.maxModelLen ?? traits.maxContext}), (${needed.toFixed(2)} GiB KV cache is needed, which is larger than the available KV cache memory (${available.toFixed(2)} GiB). Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`,
  ]);
}

function kvRoomGiB(args: VllmArgs, traits: ModelTraits, host: Host): number {
  const budget = host.gpuMemoryGb * USABLE_SHARE * args.gpuMemoryUtilization;
  return budget - traits.weightsGiB / args.tensorParallel - OVERHEAD_GIB;
}

/** Per GPU, for one sequence of full length. */
function kvNeedGiB(args: VllmArgs, traits: ModelTraits): number {
  const length = args.maxModelLen ?? traits.maxContext;
  const perToken = (traits.kvBytesPerToken ?? 0) * (args.kvCacheDtype.startsWith('fp8') ? 0.5 : 1);
  return (perToken * length) / args.tensorParallel / GIB;
}

function trace(afterMs: number, lines: readonly string[]): Refusal {
  return {
    afterMs,
    lines: [
      `${CORE} ERROR %T [core.py:936] EngineCore failed to start.`,
      `${CORE} ERROR %T [core.py:936] Traceback (most recent call last):`,
      ...lines.map((line) => `${CORE} ERROR %T [core.py:936] ${line}`),
      `${API} RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`,
    ],
  };
}

function usage(problem: string): string[] {
  return [
    'usage: vllm serve [model_tag] [options]',
    '',
    'Launch a local OpenAI-compatible API server to serve LLM completions via HTTP. Defaults to Qwen/Qwen3-0.6B if no model is specified.',
    `vllm serve: error: ${problem}`,
  ];
}

/** From v0.20 the plain image is built for CUDA 13.0, `-cu129` for 12.9 (FACTS 2.3); null = the host will do. */
export function cudaRefusal(image: string, cudaVersion: string | null): string | null {
  const match = /vllm[^:]*:v?(\d+)\.(\d+)[^-]*(-cu129)?/.exec(image);
  if (match === null || cudaVersion === null) return null;
  const modern = compareVersions(`${match[1]}.${match[2]}`, '0.20') >= 0;
  const needed = match[3] === undefined ? (modern ? '13.0' : '12.4') : '12.9';
  if (compareVersions(cudaVersion, needed) >= 0) return null;
  return `nvidia-container-cli: requirement error: unsatisfied condition: cuda>=${needed}, please update your driver to a newer version, or use an earlier cuda container: unknown`;
}

interface LoadTimes {
  readonly downloadMs: number;
  readonly weightsMs: number;
  readonly readyMs: number;
}

/** 30 to 90 seconds by size; weights that are cached spare the download. */
function loadTimes(args: VllmArgs, traits: ModelTraits, host: Host): LoadTimes {
  const total = Math.min(90_000, 30_000 + (traits.weightsGiB / args.tensorParallel) * 1200);
  const downloadMs = host.cachedModels.includes(args.model) ? 0 : total * 0.4;
  const weightsMs = total * 0.2;
  return { downloadMs, weightsMs, readyMs: downloadMs + total * 0.6 };
}

function bannerLines(args: VllmArgs, version: string): TimedLine[] {
  const info = `${API} INFO %T`;
  const shown = args.servedNames.map((name) => `'${name}'`).join(', ');
  return [
    { atMs: 2000, line: `${info} [utils.py:325] vLLM API server version ${version}` },
    {
      atMs: 2000,
      line: `${info} [utils.py:261] non-default args: {'model': '${args.model}', 'host': '${args.host}', 'served_model_name': [${shown}]}`,
    },
  ];
}

function loadLines(args: VllmArgs, traits: ModelTraits, host: Host, load: LoadTimes): TimedLine[] {
  const core = `${CORE} INFO %T`;
  const api = `${API} INFO %T`;
  const perGpu = traits.weightsGiB / args.tensorParallel;
  const kvGiB = kvRoomGiB(args, traits, host);
  const maxLen = args.maxModelLen ?? traits.maxContext;
  const kvTokens = Math.floor((kvGiB * GIB * args.tensorParallel) / (traits.kvBytesPerToken ?? 131_072));
  const started = 4000;
  const downloaded = started + load.downloadMs * 0.9;
  const loaded = downloaded + load.weightsMs;
  const after = (share: number): number => loaded + (load.readyMs - loaded) * share;
  const lines: TimedLine[] = [
    { atMs: started, line: `${api} [model.py:631] Resolved architecture: ${traits.architecture}` },
    { atMs: started, line: `${api} [model.py:1745] Using max model len ${maxLen}` },
    {
      atMs: started,
      line: `${core} [core.py:93] Initializing a V1 LLM engine with config: model='${args.model}'`,
    },
    { atMs: started, line: `${core} [gpu_model_runner.py:3562] Starting to load model ${args.model}...` },
  ];
  if (load.downloadMs > 0) {
    const seconds = (load.downloadMs / 1000).toFixed(6);
    lines.push({
      atMs: downloaded,
      line: `${core} [weight_utils.py:581] Time spent downloading weights for ${args.model}: ${seconds} seconds`,
    });
  }
  lines.push(...shardLines(perGpu, downloaded, loaded));
  lines.push(
    {
      atMs: loaded,
      line: `${core} [default_loader.py:314] Loading weights took ${(load.weightsMs / 1000).toFixed(2)} seconds`,
    },
    {
      atMs: loaded,
      line: `${core} [gpu_model_runner.py:3659] Model loading took ${perGpu.toFixed(4)} GiB memory and ${((loaded - started) / 1000).toFixed(6)} seconds`,
    },
    {
      atMs: after(0.4),
      line: `${core} [monitor.py:34] torch.compile takes ${((load.readyMs - loaded) / 2500).toFixed(2)} s in total`,
    },
    {
      atMs: after(0.6),
      line: `${core} [gpu_worker.py:375] Available KV cache memory: ${kvGiB.toFixed(2)} GiB`,
    },
    {
      atMs: after(0.6),
      line: `${core} [kv_cache_utils.py:1291] GPU KV cache size: ${kvTokens.toLocaleString('en-US')} tokens`,
    },
    {
      atMs: after(0.6),
      line: `${core} [kv_cache_utils.py:1296] Maximum concurrency for ${maxLen.toLocaleString('en-US')} tokens per request: ${(kvTokens / maxLen).toFixed(2)}x`,
    },
    {
      atMs: after(0.9),
      line: `${core} [core.py:259] init engine (profile, create kv cache, warmup model) took ${((load.readyMs - loaded) / 1100).toFixed(2)} seconds`,
    },
    {
      atMs: after(0.95),
      line: `${api} [api_server.py:1346] Starting vLLM API server 0 on http://${args.host}:${args.port}`,
    },
    { atMs: after(1), line: `${API} INFO:     Started server process [1]` },
    { atMs: after(1), line: `${API} INFO:     Waiting for application startup.` },
    { atMs: after(1), line: `${API} INFO:     Application startup complete.` },
  );
  return lines;
}

function shardLines(perGpuGiB: number, fromMs: number, toMs: number): TimedLine[] {
  const shards = Math.max(1, Math.min(8, Math.round(perGpuGiB / 4.6)));
  return Array.from({ length: shards + 1 }, (_, done) => {
    const percent = Math.round((done / shards) * 100);
    return {
      atMs: fromMs + ((toMs - fromMs) * done) / shards,
      line: `${CORE} Loading safetensors checkpoint shards: ${String(percent).padStart(3)}% Completed | ${done}/${shards}`,
    };
  });
}
