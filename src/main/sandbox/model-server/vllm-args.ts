/** vLLM's command line, as far as starts depend on it. */
export interface VllmArgs {
  readonly model: string;
  readonly servedNames: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly apiKeys: readonly string[];
  readonly maxModelLen: number | null;
  readonly tensorParallel: number;
  readonly gpuMemoryUtilization: number;
  readonly maxNumSeqs: number;
  readonly autoToolChoice: boolean;
  readonly toolCallParser: string | null;
  readonly reasoningParser: string | null;
  readonly kvCacheDtype: string;
}

export type VllmArgsResult = { readonly args: VllmArgs } | { readonly error: string };

const VALUE_FLAGS = new Set(
  `additional-config allowed-headers allowed-local-media-path allowed-methods allowed-origins api-key api-server-count
  attention-backend attention-config block-size chat-template chat-template-content-format code-revision
  compilation-config config config-format convert cpu-offload-gb cuda-graph-sizes data-parallel-address
  data-parallel-backend data-parallel-size data-parallel-size-local default-chat-template-kwargs disable-cascade-attn
  distributed-executor-backend download-dir dtype ec-transfer-config eplb-config generation-config
  gpu-memory-utilization guided-decoding-backend h11-max-header-count h11-max-incomplete-event-size hf-config-path
  hf-overrides hf-token host io-processor-plugin kernel-config kv-cache-dtype kv-cache-memory-bytes kv-events-config
  kv-offloading-backend kv-offloading-size kv-transfer-config limit-mm-per-prompt load-format log-config-file logits-processors
  logprobs-mode long-prefill-token-threshold lora-modules mamba-cache-dtype mamba-ssm-cache-dtype
  max-cpu-loras max-log-len max-logprobs max-long-partial-prefills max-lora-rank max-loras max-model-len
  max-num-batched-tokens max-num-partial-prefills max-num-seqs max-parallel-loading-workers middleware
  mm-encoder-tp-mode mm-processor-cache-gb mm-processor-kwargs model model-impl model-loader-extra-config
  num-gpu-blocks-override num-lookahead-slots optimization-level override-attention-dtype override-generation-config
  pipeline-parallel-size pooler-config port prefix-caching-hash-algo profiler-config quantization reasoning-parser
  reasoning-parser-plugin response-role revision root-path runner safetensors-load-strategy scheduler-cls
  scheduling-policy seed served-model-name speculative-config ssl-ca-certs ssl-cert-reqs ssl-certfile ssl-keyfile
  structured-outputs-config swap-space tensor-parallel-size tokenizer tokenizer-mode tokenizer-revision tool-call-parser
  tool-parser-plugin tool-server uds uvicorn-log-level video-pruning-rate worker-cls worker-extension-cls`.split(
    /\s+/,
  ),
);
const SWITCHES = new Set(
  `allow-credentials async-scheduling calculate-kv-scales disable-custom-all-reduce disable-fastapi-docs
  disable-frontend-multiprocessing disable-hybrid-kv-cache-manager disable-log-stats disable-sliding-window
  disable-uvicorn-access-log enable-auto-tool-choice enable-chunked-prefill enable-dbo enable-eplb
  enable-expert-parallel enable-force-include-usage enable-log-deltas enable-log-outputs enable-log-requests
  enable-lora enable-multimodal-encoder-data-parallel enable-prefix-caching enable-prompt-embeds
  enable-prompt-tokens-details enable-request-id-headers enable-server-load-tracking enable-sleep-mode enable-ssl-refresh
  enable-tokenizer-info-endpoint enforce-eager fully-sharded-loras headless language-model-only log-error-stack
  return-tokens-as-token-ids skip-mm-profiling skip-tokenizer-init tokens-only trust-remote-code
  trust-request-chat-template use-tqdm-on-load`.split(/\s+/),
);
/** Flags that take every word up to the next flag. */
const MANY = new Set(['served-model-name', 'api-key', 'lora-modules', 'middleware', 'logits-processors']);
const SHORT: Readonly<Record<string, string>> = {
  '-tp': 'tensor-parallel-size',
  '-pp': 'pipeline-parallel-size',
  '-dp': 'data-parallel-size',
  '-q': 'quantization',
  '-O': 'compilation-config',
  '-sc': 'speculative-config',
};
const INTEGERS = new Set(['port', 'tensor-parallel-size', 'max-num-seqs', 'pipeline-parallel-size']);

interface Parsed {
  readonly values: Map<string, string[]>;
  readonly switches: Set<string>;
  readonly positional: string[];
  readonly unknown: string[];
}

/** Parses the words after `vllm serve` as vLLM's argparse does; `error` is the line it prints before it exits with 2. */
export function parseVllmArgs(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): VllmArgsResult {
  const parsed: Parsed = { values: new Map(), switches: new Set(), positional: [], unknown: [] };
  const problem = readWords(words, parsed);
  if (problem !== null) return { error: problem };
  // The first free word is the model; a second one has no place.
  const strangers = [...parsed.positional.slice(1), ...parsed.unknown];
  const odd = parsed.positional.filter((word) => word.startsWith('{'));
  if (strangers.length > 0 || odd.length > 0) {
    return {
      error: `unrecognized arguments: ${(odd.length > 0 ? [...odd, ...strangers] : strangers).join(' ')}`,
    };
  }
  return toArgs(parsed, env);
}

function readWords(words: readonly string[], parsed: Parsed): string | null {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) {
      parsed.positional.push(word);
      continue;
    }
    const [name, inline] = flagName(word);
    if (SWITCHES.has(name) || SWITCHES.has(name.replace(/^no-/, ''))) {
      parsed.switches.add(name);
      continue;
    }
    const values = inline === null ? takeValues(words.slice(i + 1), MANY.has(name)) : [inline];
    if (inline === null) i += values.length;
    if (VALUE_FLAGS.has(name)) {
      const problem = valueProblem(name, values);
      if (problem !== null) return problem;
      parsed.values.set(name, values);
    } else parsed.unknown.push(word, ...(inline === null ? values : []));
  }
  return null;
}

function valueProblem(name: string, values: readonly string[]): string | null {
  if (values.length === 0) {
    return `argument --${name}: expected ${MANY.has(name) ? 'at least one' : 'one'} argument`;
  }
  if (!INTEGERS.has(name) || /^\d+$/.test(values[0] ?? '')) return null;
  return `argument --${name}: invalid int value: '${values[0] ?? ''}'`;
}

function flagName(word: string): [name: string, inline: string | null] {
  const short = SHORT[word];
  if (short !== undefined) return [short, null];
  const [flag = '', ...rest] = word.split('=');
  const name = flag.replace(/^--/, '').replaceAll('_', '-').split('.')[0] ?? '';
  return [flag.startsWith('--') ? name : flag, rest.length > 0 ? rest.join('=') : null];
}

/** argparse takes a word that begins with a dash for a flag: a key such as `-X9…` counts as missing. */
function takeValues(words: readonly string[], many: boolean): string[] {
  const end = words.findIndex((word) => word.startsWith('-') && !/^-\d/.test(word));
  const taken = end < 0 ? words : words.slice(0, end);
  return taken.slice(0, many ? undefined : 1);
}

function toArgs(parsed: Parsed, env: Readonly<Record<string, string>>): VllmArgsResult {
  const value = (name: string, otherwise: string): string => parsed.values.get(name)?.[0] ?? otherwise;
  const optional = (name: string): string | null => parsed.values.get(name)?.[0] ?? null;
  const model = value('model', parsed.positional[0] ?? env['MODEL_NAME'] ?? 'Qwen/Qwen3-0.6B');
  const length = value('max-model-len', 'auto');
  const maxModelLen = humanInteger(length);
  if (maxModelLen === undefined) {
    return { error: `argument --max-model-len: invalid human_readable_int value: '${length}'` };
  }
  const utilization = value('gpu-memory-utilization', '0.9');
  if (!(Number(utilization) > 0 && Number(utilization) <= 1)) {
    return { error: `argument --gpu-memory-utilization: invalid float value: '${utilization}'` };
  }
  return {
    args: {
      model,
      servedNames: parsed.values.get('served-model-name') ?? [model],
      host: value('host', '0.0.0.0'),
      port: Number(value('port', '8000')),
      apiKeys: parsed.values.get('api-key') ?? keysIn(env),
      maxModelLen,
      tensorParallel: Number(value('tensor-parallel-size', '1')),
      gpuMemoryUtilization: Number(utilization),
      maxNumSeqs: Number(value('max-num-seqs', '256')),
      autoToolChoice: parsed.switches.has('enable-auto-tool-choice'),
      toolCallParser: optional('tool-call-parser'),
      reasoningParser: optional('reasoning-parser'),
      kvCacheDtype: value('kv-cache-dtype', 'auto'),
    },
  };
}

function keysIn(env: Readonly<Record<string, string>>): string[] {
  const key = env['VLLM_API_KEY'] ?? '';
  return key === '' ? [] : [key];
}

/** vLLM reads 16k as 16,000 and 16K as 16,384; -1 and "auto" leave it to the model. */
function humanInteger(text: string | undefined): number | null | undefined {
  if (text === undefined || text === 'auto' || text === '-1') return null;
  const match = /^(\d+(?:\.\d+)?)([kKmMgG]?)$/.exec(text);
  if (match === null) return undefined;
  const unit: Readonly<Record<string, number>> = {
    k: 1000,
    K: 1024,
    m: 1e6,
    M: 1024 ** 2,
    g: 1e9,
    G: 1024 ** 3,
  };
  return Math.floor(Number(match[1]) * (unit[match[2] ?? ''] ?? 1));
}
