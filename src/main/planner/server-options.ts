import type { DeploymentSpec, PlanRequest } from '../../shared/model.ts';
import { computeCapability, judgeCapability } from './capability.ts';
import { BATCHED_TOKENS, MAX_SEQUENCES, MEMORY_UTILIZATION } from './memory.ts';
import type { ModelFacts } from './types.ts';

/** The part of a wish that the model server is started with. */
export type ServerWish = Pick<
  DeploymentSpec & PlanRequest,
  'model' | 'revision' | 'contextTokens' | 'concurrency' | 'kvCacheDtype'
>;

export interface ServerGpu {
  readonly gpuTypeId: string;
  readonly gpuCount: number;
}

/**
 * vLLM's options as flag and value; null = a bare flag. The one list behind the pod's command line and worker-vllm's
 * environment, so that both run what the plan counted.
 */
function vllmOptions(
  wish: ServerWish,
  gpu: ServerGpu,
  facts: ModelFacts | null,
): [flag: string, value: string | null][] {
  const revision = wish.revision ?? facts?.revision ?? null;
  const options: [string, string | null][] = [];
  if (revision !== null) options.push(['revision', revision]);
  options.push(
    ['max-model-len', String(wish.contextTokens)],
    ['gpu-memory-utilization', MEMORY_UTILIZATION.toFixed(2)],
    ['max-num-seqs', String(MAX_SEQUENCES)],
    ['max-num-batched-tokens', String(BATCHED_TOKENS)],
    ['tensor-parallel-size', String(gpu.gpuCount)],
  );
  if (wish.kvCacheDtype === 'fp8') options.push(['kv-cache-dtype', 'fp8']);
  if (needsHalf(gpu.gpuTypeId, facts)) options.push(['dtype', 'half']);
  if (facts?.toolCallParser !== undefined) {
    options.push(['enable-auto-tool-choice', null], ['tool-call-parser', facts.toolCallParser]);
  }
  if (facts?.reasoningParser !== undefined) options.push(['reasoning-parser', facts.reasoningParser]);
  return options;
}

function needsHalf(gpuTypeId: string, facts: ModelFacts | null): boolean {
  if (computeCapability(gpuTypeId) === null) return false;
  const answer = judgeCapability({
    gpuTypeId,
    manufacturer: 'NVIDIA',
    backend: 'vllm',
    quantization: facts?.quantization.value ?? 'none',
    dtype: facts?.dtype?.value ?? null,
    kvCacheDtype: 'auto',
  });
  return answer.runs && answer.half;
}

/** Arguments behind the image's entrypoint `vllm serve`. `names`: what clients may call the model. */
export function vllmArgv(
  wish: ServerWish,
  gpu: ServerGpu,
  facts: ModelFacts | null,
  names: readonly string[],
): string[] {
  return [
    '--model',
    wish.model,
    '--host',
    '0.0.0.0',
    '--port',
    '8000',
    '--served-model-name',
    ...names,
    ...vllmOptions(wish, gpu, facts).flatMap(([flag, value]) =>
      value === null ? [`--${flag}`] : [`--${flag}`, value],
    ),
  ];
}

/** worker-vllm takes every vLLM flag as an upper-case variable (FACTS 3.7). */
export function workerVllmEnv(
  wish: ServerWish,
  gpu: ServerGpu,
  facts: ModelFacts | null,
  servedName: string,
): Record<string, string> {
  const env: Record<string, string> = {
    MODEL_NAME: wish.model,
    OPENAI_SERVED_MODEL_NAME_OVERRIDE: servedName,
  };
  for (const [flag, value] of vllmOptions(wish, gpu, facts)) {
    const name = flag === 'revision' ? 'MODEL_REVISION' : flag.toUpperCase().replaceAll('-', '_');
    env[name] = value ?? 'true';
  }
  return env;
}

/** Ollama reads its options from the environment (FACTS 2.4). */
export function ollamaEnv(wish: ServerWish, gpu: ServerGpu): Record<string, string> {
  return {
    OLLAMA_HOST: '0.0.0.0:11434',
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_CONTEXT_LENGTH: String(wish.contextTokens),
    OLLAMA_NUM_PARALLEL: String(wish.concurrency),
    OLLAMA_MAX_LOADED_MODELS: '1',
    OLLAMA_FLASH_ATTENTION: '1',
    // Loading big weights from a network volume takes longer than Ollama's five minutes.
    OLLAMA_LOAD_TIMEOUT: '30m',
    ...(wish.kvCacheDtype === 'fp8' ? { OLLAMA_KV_CACHE_TYPE: 'q8_0' } : {}),
    ...(gpu.gpuCount > 1 ? { OLLAMA_SCHED_SPREAD: '1' } : {}),
  };
}
