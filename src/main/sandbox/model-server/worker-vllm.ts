/** RunPod's queue worker, and the app's images of it, take vLLM's flags from the environment, in capitals (FACTS 3.7). */
export function isWorkerVllm(image: string): boolean {
  return /worker-(?:v1-)?vllm|:vllm-queue-[0-9a-f]{16}$/.test(image);
}

const ALIASES: Readonly<Record<string, string>> = {
  MODEL_NAME: 'model',
  MODEL_REVISION: 'revision',
  TOKENIZER_NAME: 'tokenizer',
  OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'served-model-name',
  CUSTOM_CHAT_TEMPLATE: 'chat-template',
};

/** The allow-list as far as starts and answers depend on it. */
const VALUES = new Set(
  `DTYPE GPU_MEMORY_UTILIZATION KV_CACHE_DTYPE LIMIT_MM_PER_PROMPT LOAD_FORMAT MAX_LOGPROBS MAX_LORA_RANK MAX_MODEL_LEN
  MAX_NUM_BATCHED_TOKENS MAX_NUM_SEQS PIPELINE_PARALLEL_SIZE QUANTIZATION REASONING_PARSER SEED SPECULATIVE_CONFIG
  TENSOR_PARALLEL_SIZE TOKENIZER_MODE TOOL_CALL_PARSER CHAT_TEMPLATE BLOCK_SIZE CPU_OFFLOAD_GB`.split(/\s+/),
);
const SWITCHES = new Set(
  'ENABLE_AUTO_TOOL_CHOICE ENABLE_CHUNKED_PREFILL ENABLE_EXPERT_PARALLEL ENABLE_LORA ENABLE_PREFIX_CACHING ENFORCE_EAGER TRUST_REMOTE_CODE ENABLE_LOG_REQUESTS'.split(
    ' ',
  ),
);
const TRUE = /^(?:true|1|yes|on)$/i;

/** The words the worker starts `vllm serve` with. `TENSOR_PARALLEL_SIZE` is not taken from the GPU count. */
export function workerVllmWords(env: Readonly<Record<string, string>>): string[] {
  const words: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    const flag = `--${ALIASES[name] ?? name.toLowerCase().replaceAll('_', '-')}`;
    if (name === 'MAX_NUM_BATCHED_TOKENS' && value === '0') continue;
    if (ALIASES[name] !== undefined || VALUES.has(name)) words.push(`${flag}=${value}`);
    else if (SWITCHES.has(name) && TRUE.test(value)) words.push(flag);
  }
  return [...words, ...(env['VLLM_EXTRA_ARGS'] ?? '').split(/\s+/).filter((word) => word !== '')];
}
