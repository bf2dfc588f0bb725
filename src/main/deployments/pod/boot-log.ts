import type { BootSignal, BootTrouble } from '../events.ts';

/**
 * What a line of a pod's log means for its boot. Formats are those of Docker's pull, vLLM, Ollama and the watchdog;
 * an unknown line means nothing. Crash reasons name what to do about them (SPEC 2.5).
 */
export function readBootLine(source: 'container' | 'system', line: string): BootSignal | null {
  return (
    readGuardLine(line) ??
    (source === 'system' ? readSystemLine(line) : readServerLine(line)) ??
    readTrouble(line)
  );
}

function readGuardLine(line: string): BootSignal | null {
  const armed = /^watchdog: armed (.+)$/.exec(line)?.[1];
  if (armed !== undefined) return { kind: 'guard-armed', detail: armed.trim() };
  const absent = /^watchdog: unarmed: (.+)$/.exec(line)?.[1];
  return absent === undefined
    ? null
    : { kind: 'guard-absent', reason: `The watchdog could not arm itself: ${absent.trim()}` };
}

function readSystemLine(line: string): BootSignal | null {
  if (/^start container\b.*\bbegin\b/i.test(line)) return { kind: 'container-start' };
  const pull =
    /^([0-9a-f]{12}):? (Downloading|Extracting|Pull complete|Pulling fs layer|Download complete|Verifying Checksum)\b(.*)$/i.exec(
      line,
    );
  if (pull !== null) {
    const size = /([\d.]+\s?[kMGT]?B\/[\d.]+\s?[kMGT]?B)/.exec(pull[3] ?? '')?.[1];
    return {
      kind: 'pulling',
      detail: `Layer ${pull[1]?.slice(0, 6)}: ${(pull[2] ?? '').toLowerCase()}${size === undefined ? '' : ` ${size}`}`,
    };
  }
  if (/\bPulling from\b/.test(line)) return { kind: 'pulling', detail: 'Pulling the image' };
  if (/^Status: (?:Downloaded|Image is up to date)/.test(line))
    return { kind: 'pulling', detail: 'The image is there' };
  return null;
}

/** What resources/watchdog/preload.sh says. */
function readPreloadLine(line: string): BootSignal | null {
  const said = /^preload: (?:fetched (\d+) MB|the weights are there)$/.exec(line);
  if (said === null) return null;
  const megabytes = said[1];
  return {
    kind: 'loading',
    detail: megabytes === undefined ? 'Loading weights' : `Downloading weights, ${megabytes} MB so far`,
  };
}

const LOADING: readonly (readonly [RegExp, string])[] = [
  [/Loading (?:safetensors|pt) checkpoint shards:\s*(\d+)%/i, 'Loading weights'],
  [/(?:Fetching|Downloading)[^%]*?(\d+)%\|/i, 'Downloading weights'],
  [/\.(?:safetensors|gguf|bin)[^%]*?(\d+)%\|/i, 'Downloading weights'],
];
const COMPILING: readonly (readonly [RegExp, string])[] = [
  [/Capturing CUDA graphs?[^%]*?(\d+)%/i, 'Capturing CUDA graphs'],
  [/torch\.compile|Compiling a graph|Dynamo bytecode/i, 'Compiling'],
  [/Application startup complete|Started server process/i, 'Starting the server'],
];

function readServerLine(line: string): BootSignal | null {
  // The words of our own start command come back when the image's entrypoint got them as arguments (FACTS 2.2).
  if (/\{\s*"?entrypoint"?\s*:/.test(line) || /unknown command "\{/.test(line))
    return { kind: 'override-ignored' };
  const preload = readPreloadLine(line);
  if (preload !== null) return preload;
  const loading = LOADING.find(([pattern]) => pattern.test(line));
  if (loading !== undefined)
    return { kind: 'loading', detail: `${loading[1]} ${loading[0].exec(line)?.[1]} %` };
  if (/Starting to load model|Loading weights from|Loading model weights/i.test(line)) {
    return { kind: 'loading', detail: 'Loading weights' };
  }
  const compiling = COMPILING.find(([pattern]) => pattern.test(line));
  if (compiling === undefined) return null;
  const percent = compiling[0].exec(line)?.[1];
  return { kind: 'compiling', detail: percent === undefined ? compiling[1] : `${compiling[1]} ${percent} %` };
}

interface TroubleRow extends Omit<BootTrouble, 'line'> {
  readonly pattern: RegExp;
}

/** First match wins: the specific before the general. */
const TROUBLES: readonly TroubleRow[] = [
  {
    pattern:
      /\b(?:perl|base64|gzip): (?:command not found|not found)|exec: "bash": executable file not found/i,
    code: 'image_invalid',
    scope: 'fatal',
    message: 'The image lacks a program that the start command needs (bash, perl, base64 or gzip).',
    advice: 'Use a stock image, or one based on Debian or Ubuntu.',
  },
  {
    pattern:
      /GatedRepoError|gated repo|Access to model .* is restricted|awaiting a review from the repo authors/i,
    code: 'model_gated',
    scope: 'fatal',
    message: 'The model is gated and the pod has no token that may read it.',
    advice: null,
  },
  {
    pattern:
      /RepositoryNotFoundError|is not a valid model identifier|is not a local folder and is not a valid/i,
    code: 'model_unknown',
    scope: 'fatal',
    message: 'Hugging Face does not know the model.',
    advice: null,
  },
  {
    pattern: /^preload: cannot fetch .*(?:file does not exist|not found|invalid model name)/i,
    code: 'model_unknown',
    scope: 'fatal',
    message: 'Ollama does not know the model.',
    advice: 'Check the name at ollama.com/library, or use hf.co/<owner>/<repo> for a GGUF repository.',
  },
  {
    pattern: /^preload: cannot fetch .*(?:newer version of ollama|requires more system memory|\b40[13]\b)/i,
    code: 'boot_failed',
    scope: 'fatal',
    message: 'Ollama cannot fetch the model.',
    advice: null,
  },
  {
    pattern: /unsatisfied condition: cuda|driver version is insufficient|driver on your system is too old/i,
    code: 'boot_failed',
    scope: 'host',
    message: "The machine's GPU driver is too old for the image.",
    advice: null,
  },
  {
    pattern:
      /no CUDA-capable device|No CUDA GPUs are available|nvidia-container-cli|Failed to infer device type|NVML: .*(?:error|unknown)/i,
    code: 'boot_failed',
    scope: 'host',
    message: 'The machine does not give the container a working GPU.',
    advice: null,
  },
  {
    pattern:
      /CUDA out of memory|OutOfMemoryError|No available memory for the cache blocks|larger than the (?:available KV cache memory|maximum number of tokens)|KV cache is needed, which is larger|Free memory on device .* is less than desired/i,
    code: 'boot_failed',
    scope: 'fatal',
    message: 'The model ran out of GPU memory while starting.',
    advice: 'Lower the context or the concurrency, choose a quantised variant, or allow a bigger GPU.',
  },
  {
    pattern: /unrecognized arguments|error: argument |invalid choice:|unknown flag:|unknown shorthand flag/i,
    code: 'boot_failed',
    scope: 'fatal',
    message: 'The model server does not accept its arguments.',
    advice: 'Correct extraArgs: the line names the one that is wrong.',
  },
  {
    pattern:
      /Model architectures? .* (?:are|is) not supported|does not recognize this architecture|Unsupported model/i,
    code: 'boot_failed',
    scope: 'fatal',
    message: 'The model server does not know this kind of model.',
    advice: 'Use an image with a newer model server, or another model.',
  },
  {
    pattern:
      /manifest unknown|manifest for .* not found|pull access denied|repository does not exist|no matching manifest for/i,
    code: 'image_invalid',
    scope: 'fatal',
    message: 'The image cannot be pulled.',
    advice:
      'Check its name and tag, that it is built for linux/amd64, and that a private one has its registry credential.',
  },
  {
    pattern: /toomanyrequests|pull rate limit/i,
    code: 'boot_failed',
    scope: 'host',
    message: 'The registry limits pulls from this machine.',
    advice: null,
  },
  {
    pattern: /No space left on device|ENOSPC/i,
    code: 'boot_failed',
    scope: 'fatal',
    message: 'The disk of the pod is full.',
    advice: 'Raise containerDiskGb.',
  },
];

function readTrouble(line: string): BootSignal | null {
  const row = TROUBLES.find(({ pattern }) => pattern.test(line));
  if (row === undefined) return null;
  const { code, scope, message, advice } = row;
  return { kind: 'trouble', trouble: { code, scope, message, advice, line: line.slice(0, 500) } };
}
