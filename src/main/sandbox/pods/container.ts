import { findGpu } from '../catalogue/gpus.ts';
import { engineOf, parseStartCommand, serverWords, shellSplit } from '../container/start-command.ts';
import { crash, type Host, type Launch } from '../model-server/launch.ts';
import { launchOllama } from '../model-server/ollama-launch.ts';
import { cudaRefusal, launchVllm } from '../model-server/vllm-launch.ts';
import type { Boot, PodRecord } from '../state.ts';

/** What the container of this boot does once its image is there. */
export type ContainerPlan =
  | { readonly kind: 'launch'; readonly launch: Launch }
  /** The runtime refuses to start it: system lines only. */
  | { readonly kind: 'refused'; readonly line: string }
  /** Replaces the image's entrypoint; run for real where the sandbox may. */
  | { readonly kind: 'override'; readonly argv: readonly string[]; readonly launch: Launch };

const memory = new WeakMap<Boot, { readonly gpus: number; readonly plan: ContainerPlan }>();

/** Decided anew from the records each time they change; the same records give the same answer. */
export function containerPlan(pod: PodRecord, boot: Boot): ContainerPlan {
  const known = memory.get(boot);
  if (known?.gpus === pod.attachedGpus) return known.plan;
  const plan = decide(pod, boot);
  memory.set(boot, { gpus: pod.attachedGpus, plan });
  return plan;
}

function decide(pod: PodRecord, boot: Boot): ContainerPlan {
  if (boot.crashLine !== null) return { kind: 'launch', launch: crash(12_000, [boot.crashLine]) };
  const refusal = cudaRefusal(pod.image, pod.cudaVersion);
  if (refusal !== null) return { kind: 'refused', line: refusal };
  const command = parseStartCommand(pod.args, boot.entrypointOverride);
  const launch = launchOf(pod, boot);
  if (command.entrypoint === null) return { kind: 'launch', launch };
  return { kind: 'override', argv: [...command.entrypoint, ...command.cmd], launch };
}

/** The model server's fate, read out of the start command whether or not a script stands in front of it. */
function launchOf(pod: PodRecord, boot: Boot): Launch {
  const engine = engineOf(pod.image, pod.args, pod.env, pod.ports);
  if (engine === 'none') return { kind: 'sleeps', lines: [] };
  const command = parseStartCommand(pod.args, boot.entrypointOverride);
  const argv = [...(command.entrypoint ?? []), ...command.cmd];
  const words = command.entrypoint === null ? command.cmd : serverWords(argv, engine);
  if (words === null) return { kind: 'sleeps', lines: [] };
  return launchEngine(
    engine,
    command.entrypoint === null ? words : expand(words, pod.env),
    pod,
    boot.cachedModels,
  );
}

/** Starts an engine with these words on the pod's machine. */
export function launchEngine(
  engine: 'vllm' | 'ollama',
  words: readonly string[],
  pod: PodRecord,
  cachedModels: readonly string[],
): Launch {
  if (engine === 'ollama') return launchOllama(ollamaWords(words, pod), pod.env);
  return launchVllm(words, pod.env, hostOf(pod, cachedModels), versionOf(pod.image));
}

/** The image's own CMD is `serve`; with an entrypoint override it was cut off as part of the command. */
function ollamaWords(words: readonly string[], pod: PodRecord): readonly string[] {
  const overridden = parseStartCommand(pod.args, true).entrypoint !== null;
  return overridden || words.length === 0 ? ['serve'] : words;
}

/** `$MODEL` and `${MODEL}` inside a script stand for the pod's environment. */
function expand(words: readonly string[], env: Readonly<Record<string, string>>): string[] {
  return words.flatMap((word) => {
    const value = word.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => env[name] ?? '');
    return value === word ? [word] : shellSplit(value);
  });
}

export function hostOf(pod: PodRecord, cachedModels: readonly string[]): Host {
  const gpu = pod.gpu === null ? undefined : findGpu(pod.gpu.id);
  return {
    gpuName: gpu?.name ?? 'CPU',
    gpuMemoryGb: gpu?.memory ?? 0,
    gpuCount: pod.attachedGpus,
    cudaVersion: pod.cudaVersion,
    cachedModels,
  };
}

function versionOf(image: string): string {
  return /:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)?.[1] ?? '0.27.1';
}
