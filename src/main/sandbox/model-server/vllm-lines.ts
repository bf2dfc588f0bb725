import type { TimedLine } from './launch.ts';
import type { ModelTraits } from './models.ts';
import type { VllmArgs } from './vllm-args.ts';
import type { MemoryFit } from './vllm-memory.ts';

const API = '(APIServer pid=1)';
const CORE = '(EngineCore_DP0 pid=272)';
const api = `${API} INFO %T`;
const core = `${CORE} INFO %T`;
/** Imports and argument checks before the engine begins. */
const STARTED_MS = 4000;

export interface LoadTimes {
  readonly downloadMs: number;
  readonly weightsMs: number;
  readonly readyMs: number;
}

/** 30 to 90 seconds of life by size; weights that are cached spare the download. */
export function loadTimes(weightsGiB: number, cached: boolean): LoadTimes {
  const total = Math.min(90_000, 30_000 + weightsGiB * 1200);
  const downloadMs = cached ? 0 : total * 0.4;
  return { downloadMs, weightsMs: total * 0.2, readyMs: downloadMs + total * 0.6 };
}

function at(atMs: number, line: string): TimedLine {
  return { atMs, line };
}

export function bannerLines(args: VllmArgs, version: string): TimedLine[] {
  const served = args.servedNames.map((name) => `'${name}'`).join(', ');
  const shown = `'model': '${args.model}', 'host': '${args.host}', 'served_model_name': [${served}]`;
  return [
    at(2000, `${api} [utils.py:325] vLLM API server version ${version}`),
    at(2000, `${api} [utils.py:261] non-default args: {${shown}}`),
  ];
}

/** What a load prints until it serves; the lines that watchers parse are worded as vLLM's. */
export function loadLines(args: VllmArgs, traits: ModelTraits, fit: MemoryFit, load: LoadTimes): TimedLine[] {
  const downloaded = STARTED_MS + load.downloadMs * 0.9;
  const loaded = downloaded + load.weightsMs;
  const length = args.maxModelLen ?? traits.maxContext;
  const took = ((loaded - STARTED_MS) / 1000).toFixed(6);
  return [
    at(STARTED_MS, `${api} [model.py:631] Resolved architecture: ${traits.architecture}`),
    at(STARTED_MS, `${api} [model.py:1745] Using max model len ${length}`),
    at(STARTED_MS, `${core} [core.py:93] Initializing a V1 LLM engine with config: model='${args.model}'`),
    at(STARTED_MS, `${core} [gpu_model_runner.py:3562] Starting to load model ${args.model}...`),
    ...downloadLines(args.model, load.downloadMs, downloaded),
    ...shardLines(fit.weightsGiB, downloaded, loaded),
    at(
      loaded,
      `${core} [default_loader.py:314] Loading weights took ${(load.weightsMs / 1000).toFixed(2)} seconds`,
    ),
    at(
      loaded,
      `${core} [gpu_model_runner.py:3659] Model loading took ${fit.weightsGiB.toFixed(4)} GiB memory and ${took} seconds`,
    ),
    ...warmUpLines(args, fit, length, loaded, load.readyMs),
  ];
}

function downloadLines(model: string, downloadMs: number, atMs: number): TimedLine[] {
  if (downloadMs === 0) return [];
  const seconds = (downloadMs / 1000).toFixed(6);
  return [
    at(atMs, `${core} [weight_utils.py:581] Time spent downloading weights for ${model}: ${seconds} seconds`),
  ];
}

function shardLines(weightsGiB: number, fromMs: number, toMs: number): TimedLine[] {
  const shards = Math.max(1, Math.min(8, Math.round(weightsGiB / 4.6)));
  return Array.from({ length: shards + 1 }, (_, done) => {
    const percent = String(Math.round((done / shards) * 100)).padStart(3);
    const when = fromMs + ((toMs - fromMs) * done) / shards;
    return at(
      when,
      `${CORE} Loading safetensors checkpoint shards: ${percent}% Completed | ${done}/${shards}`,
    );
  });
}

function warmUpLines(
  args: VllmArgs,
  fit: MemoryFit,
  length: number,
  loadedMs: number,
  readyMs: number,
): TimedLine[] {
  const rest = readyMs - loadedMs;
  const after = (share: number): number => loadedMs + rest * share;
  const grouped = (value: number): string => value.toLocaleString('en-US');
  return [
    at(after(0.4), `${core} [monitor.py:34] torch.compile takes ${(rest / 2500).toFixed(2)} s in total`),
    at(after(0.6), `${core} [gpu_worker.py:375] Available KV cache memory: ${fit.kvRoomGiB.toFixed(2)} GiB`),
    at(after(0.6), `${core} [kv_cache_utils.py:1291] GPU KV cache size: ${grouped(fit.kvTokens)} tokens`),
    at(
      after(0.6),
      `${core} [kv_cache_utils.py:1296] Maximum concurrency for ${grouped(length)} tokens per request: ${(fit.kvTokens / length).toFixed(2)}x`,
    ),
    at(
      after(0.9),
      `${core} [core.py:259] init engine (profile, create kv cache, warmup model) took ${(rest / 1100).toFixed(2)} seconds`,
    ),
    at(
      after(0.95),
      `${api} [api_server.py:1346] Starting vLLM API server 0 on http://${args.host}:${args.port}`,
    ),
    at(after(1), `${API} INFO:     Started server process [1]`),
    at(after(1), `${API} INFO:     Waiting for application startup.`),
    at(after(1), `${API} INFO:     Application startup complete.`),
  ];
}

/** How an engine that failed to start ends: the cause behind the engine's prefix, then the server's last word. */
export function failureLines(cause: readonly string[]): string[] {
  const prefix = `${CORE} ERROR %T [core.py:936]`;
  return [
    `${prefix} EngineCore failed to start.`,
    `${prefix} Traceback (most recent call last):`,
    ...cause.map((line) => `${prefix} ${line}`),
    `${API} RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`,
  ];
}

export function usageLines(problem: string): string[] {
  return [
    'usage: vllm serve [model_tag] [options]',
    '',
    'Launch a local OpenAI-compatible API server to serve LLM completions via HTTP. Defaults to Qwen/Qwen3-0.6B if no model is specified.',
    `vllm serve: error: ${problem}`,
  ];
}
