import { compareVersions } from '../catalogue/stock.ts';
import { crash, type Host, type Launch } from './launch.ts';
import { modelTraits, type ModelTraits } from './models.ts';
import { parseVllmArgs, type VllmArgs } from './vllm-args.ts';
import { bannerLines, failureLines, loadLines, loadTimes, usageLines } from './vllm-lines.ts';
import { memoryFit } from './vllm-memory.ts';

type Env = Readonly<Record<string, string>>;

/** What `vllm serve <words>` does on this machine: serves after loading, or ends with the text vLLM prints then. */
export function launchVllm(words: readonly string[], env: Env, host: Host, version: string): Launch {
  const parsed = parseVllmArgs(words, env);
  if ('error' in parsed) return crash(6000, usageLines(parsed.error), 2);
  const { args } = parsed;
  const traits = modelTraits(args.model);
  const banner = bannerLines(args, version);
  const refusal =
    repositoryRefusal(args, traits, env) ??
    deviceRefusal(args, traits, host) ??
    memoryRefusal(args, traits, host);
  if (refusal !== null) {
    const ending = crash(refusal.afterMs, failureLines(refusal.cause));
    return { ...ending, lines: [...banner, ...ending.lines] };
  }
  const fit = memoryFit(args, traits, host);
  const load = loadTimes(fit.weightsGiB, host.cachedModels.includes(args.model));
  return {
    kind: 'serves',
    server: { engine: 'vllm', args, maxModelLen: args.maxModelLen ?? traits.maxContext, port: args.port },
    readyMs: load.readyMs,
    lines: [...banner, ...loadLines(args, traits, fit, load)],
  };
}

interface Refusal {
  readonly afterMs: number;
  readonly cause: readonly string[];
}

function refuse(afterMs: number, ...cause: readonly string[]): Refusal {
  return { afterMs, cause };
}

function repositoryRefusal(args: VllmArgs, traits: ModelTraits, env: Env): Refusal | null {
  const url = `https://huggingface.co/${args.model}/resolve/main/config.json`;
  const local = args.model.startsWith('/');
  if (!traits.exists || (!local && !/^[\w.-]+(?:\/[\w.-]+)?$/.test(args.model))) {
    return refuse(
      8000,
      `huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error. Repository Not Found for url: ${url}.`,
      'Please make sure you specified the correct `repo_id` and `repo_type`.',
      'If you are trying to access a private or gated repo, make sure you are authenticated.',
    );
  }
  const token = env['HF_TOKEN'] ?? env['HUGGING_FACE_HUB_TOKEN'] ?? '';
  if (local || !traits.gated || (token !== '' && !token.startsWith('hf_invalid'))) return null;
  return refuse(
    8000,
    `huggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo for url ${url}.`,
    `Access to model ${args.model} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
  );
}

function deviceRefusal(args: VllmArgs, traits: ModelTraits, host: Host): Refusal | null {
  if (host.gpuCount === 0) return refuse(5000, 'RuntimeError: No CUDA GPUs are available');
  if (args.tensorParallel > host.gpuCount) {
    return refuse(
      9000,
      `ValueError: World size (${args.tensorParallel}) is larger than the number of available GPUs (${host.gpuCount}) in this node.`,
    );
  }
  // Unknown models' limits are not guessed.
  if (traits.kvBytesPerToken === null || (args.maxModelLen ?? 0) <= traits.maxContext) return null;
  return refuse(
    9000,
    'pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig',
    `  Value error, User-specified max_model_len (${args.maxModelLen}) is greater than the derived max_model_len (max_position_embeddings=${traits.maxContext}.0 or model_max_length=None in model's config.json).`,
  );
}

function memoryRefusal(args: VllmArgs, traits: ModelTraits, host: Host): Refusal | null {
  const fit = memoryFit(args, traits, host);
  const total = fit.usableGiB.toFixed(2);
  if (!fit.weightsFit) {
    return refuse(
      35_000,
      `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB. GPU 0 has a total capacity of ${total} GiB of which 188.38 MiB is free. Including non-PyTorch memory, this process has ${(fit.usableGiB - 0.18).toFixed(2)} GiB memory in use.`,
    );
  }
  if (fit.kvRoomGiB <= 0) {
    return refuse(
      40_000,
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    );
  }
  if (fit.kvNeedGiB <= fit.kvRoomGiB) return null;
  const length = args.maxModelLen ?? traits.maxContext;
  return refuse(
    45_000,
    `ValueError: To serve at least one request with the model's max seq len (${length}), (${fit.kvNeedGiB.toFixed(2)} GiB KV cache is needed, which is larger than the available KV cache memory (${fit.kvRoomGiB.toFixed(2)} GiB). Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`,
  );
}

/** From v0.20 the plain image is built for CUDA 13.0, `-cu129` for 12.9 (FACTS 2.3); null = the host will do. */
export function cudaRefusal(image: string, cudaVersion: string | null): string | null {
  const match = /vllm-openai:v?(\d+)\.(\d+)[^-]*(-cu129)?/.exec(image);
  if (match === null || cudaVersion === null) return null;
  const modern = compareVersions(`${match[1]}.${match[2]}`, '0.20') >= 0;
  const needed = match[3] === undefined ? (modern ? '13.0' : '12.4') : '12.9';
  if (compareVersions(cudaVersion, needed) >= 0) return null;
  return `nvidia-container-cli: requirement error: unsatisfied condition: cuda>=${needed}, please update your driver to a newer version, or use an earlier cuda container: unknown`;
}
