import { VLLM_IMAGE } from '../../planner/images.ts';

/** What an own image would have that the stock one lacks. */
export interface Cure {
  /** Completes "an image of its own is made because …". */
  readonly reason: string;
  /** Python packages, with their version where it must be this one. */
  readonly packages: readonly string[];
}

/**
 * Python modules a model's own code may ask for, and the packages that bring them. Nothing else is ever installed: a
 * name in a log is no reason to trust whatever is published under it. What has to be compiled with CUDA's tools, and
 * what belongs to the version of PyTorch, is left out: installing it does not work or breaks the server.
 */
const PACKAGES: Readonly<Record<string, string>> = {
  PIL: 'pillow',
  accelerate: 'accelerate',
  addict: 'addict',
  av: 'av',
  bitsandbytes: 'bitsandbytes',
  blobfile: 'blobfile',
  compressed_tensors: 'compressed-tensors',
  cv2: 'opencv-python-headless',
  decord: 'decord',
  easydict: 'easydict',
  einops: 'einops',
  fla: 'flash-linear-attention',
  ftfy: 'ftfy',
  gguf: 'gguf',
  jieba: 'jieba',
  librosa: 'librosa',
  matplotlib: 'matplotlib',
  mistral_common: 'mistral-common',
  num2words: 'num2words',
  open_clip: 'open-clip-torch',
  pandas: 'pandas',
  peft: 'peft',
  qwen_vl_utils: 'qwen-vl-utils',
  runai_model_streamer: 'runai-model-streamer',
  scipy: 'scipy',
  sentencepiece: 'sentencepiece',
  sklearn: 'scikit-learn',
  soundfile: 'soundfile',
  tensorizer: 'tensorizer',
  tiktoken: 'tiktoken',
  timm: 'timm',
  transformers: 'transformers',
  transformers_stream_generator: 'transformers-stream-generator',
};

const VLLM_VERSION = /:v(\d+\.\d+\.\d+)/.exec(VLLM_IMAGE)?.[1] ?? '';

/**
 * Failures of a stock vLLM image that an own one would cure, told by what it printed last; null = it would fail alike.
 * Only the words of an exception count: vLLM also tells, in passing, of modules it does well without.
 */
export function cureOf(lines: readonly string[]): Cure | null {
  for (const line of lines.toReversed()) {
    const cure = missingExtra(line) ?? missingModule(line) ?? oldTransformers(line);
    if (cure !== null) return cure;
  }
  return null;
}

/** vLLM leaves these out of its image for the sake of licences, and says so when a model needs them. */
function missingExtra(line: string): Cure | null {
  const extra = /\b(?:install|requires?)\b.{0,20}\bvllm\[(audio|video)\]/i.exec(line)?.[1]?.toLowerCase();
  if (extra === undefined) return null;
  return {
    reason: `vLLM’s image lacks its ${extra} packages`,
    packages: [`vllm[${extra}]==${VLLM_VERSION}`],
  };
}

function missingModule(line: string): Cure | null {
  const module =
    /\b(?:ModuleNotFoundError|ImportError): No module named ['"]([\w.]+)['"]/.exec(line)?.[1] ??
    /\bImportError: This modeling file requires the following packages .*?: ([\w-]+)/.exec(line)?.[1] ??
    /\bImportError: .*\bpip install ['"`]?([A-Za-z][\w-]*)/.exec(line)?.[1];
  const root = module?.split('.')[0] ?? '';
  const named = Object.hasOwn(PACKAGES, root)
    ? PACKAGES[root]
    : Object.values(PACKAGES).find((name) => name === root);
  if (named === undefined) return null;
  return { reason: `vLLM’s image lacks the Python package ${named}`, packages: [named] };
}

function oldTransformers(line: string): Cure | null {
  if (!/Transformers does not recognize this architecture|model type `[\w-]+` but Transformers/.test(line))
    return null;
  return {
    reason: 'the Transformers library in vLLM’s image is older than the model',
    packages: ['transformers'],
  };
}
