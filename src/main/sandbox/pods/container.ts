import { findGpu } from '../catalogue/gpus.ts';
import {
  engineOf,
  parseStartCommand,
  serverWords,
  shellSplit,
  type StartCommand,
} from '../container/start-command.ts';
import { crash, type Host, type Launch } from '../model-server/launch.ts';
import { launchOllama } from '../model-server/ollama-launch.ts';
import { launchWorker } from '../model-server/ollama-worker.ts';
import { cudaRefusal, launchVllm } from '../model-server/vllm-launch.ts';
import { isWorkerVllm, workerVllmWords } from '../model-server/worker-vllm.ts';
import type { Boot, ContainerSpec } from '../state.ts';

/** What the container of this boot does once its image is there. */
export type ContainerPlan =
  | { readonly kind: 'launch'; readonly launch: Launch }
  /** The runtime refuses to start it: system lines only. */
  | { readonly kind: 'refused'; readonly line: string }
  /** Replaces the image's entrypoint, or is that of an image whose scripts are known; run for real where the sandbox may. */
  | { readonly kind: 'override'; readonly argv: readonly string[]; readonly launch: Launch };

const memory = new WeakMap<Boot, { readonly gpus: number; readonly plan: ContainerPlan }>();

/** Decided anew from the records each time they change; the same records give the same answer. */
export function containerPlan(container: ContainerSpec, boot: Boot): ContainerPlan {
  const known = memory.get(boot);
  if (known?.gpus === container.attachedGpus) return known.plan;
  const plan = decide(container, boot);
  memory.set(boot, { gpus: container.attachedGpus, plan });
  return plan;
}

function decide(container: ContainerSpec, boot: Boot): ContainerPlan {
  if (boot.crashLine !== null) return { kind: 'launch', launch: crash(12_000, [boot.crashLine]) };
  const refusal = cudaRefusal(container.image, container.cudaVersion);
  if (refusal !== null) return { kind: 'refused', line: refusal };
  const command = parseStartCommand(container.args, boot.entrypointOverride);
  const launch = behindKey(launchOf(container, boot), container, { command, boot });
  const own = boot.imageCommand;
  if (command.entrypoint !== null)
    return { kind: 'override', argv: [...command.entrypoint, ...command.cmd], launch };
  if (own === undefined) return { kind: 'launch', launch };
  const cmd = command.cmd.length === 0 ? own.cmd : command.cmd;
  return {
    kind: 'override',
    argv: [...own.entrypoint, ...cmd],
    launch: behindFront(launch, container.ports),
  };
}

/**
 * An Ollama that the app's scripts keep behind a key, by the start command they came with or in an image of its own; on a
 * worker they load its model too.
 */
function behindKey(
  launch: Launch,
  { env, image, ports }: ContainerSpec,
  { command, boot }: { readonly command: StartCommand; readonly boot: Boot },
): Launch {
  const front = env['RPLM_FRONT_KEY'];
  if (launch.kind !== 'serves' || launch.server.engine !== 'ollama' || front === undefined) return launch;
  const own = /:ollama-(pod|load-balancer)-[0-9a-f]{16}$/.exec(image)?.[1];
  const sent = command.entrypoint !== null && env['RPLM_FRONT'] !== undefined;
  if (own === undefined && !sent) return launch;
  const kept = { ...launch, server: { ...launch.server, front } };
  const model =
    own === 'load-balancer' || env['RPLM_PRELOADER'] !== undefined ? env['RPLM_PRELOAD'] : undefined;
  return behindFront(model === undefined ? kept : launchWorker(kept, model, boot.cachedModels), ports);
}

/** The model server's fate, read out of the start command whether or not a script stands in front of it. */
function launchOf(container: ContainerSpec, boot: Boot): Launch {
  const engine = engineOf(container.image, container.args, container.env, container.ports);
  if (engine === 'none') return { kind: 'sleeps', lines: [] };
  const { entrypoint, cmd } = parseStartCommand(container.args, boot.entrypointOverride);
  if (entrypoint === null) {
    // An image of one's own has no known entrypoint: its CMD may be the whole command.
    const own = /vllm|ollama/i.test(container.image) ? null : serverWords(cmd, engine);
    const words = engine === 'ollama' && (cmd.length === 0 || own !== null) ? ['serve'] : (own ?? cmd);
    return launchEngine(
      engine,
      isWorkerVllm(container.image) ? workerVllmWords(container.env) : words,
      container,
      boot.cachedModels,
    );
  }
  const words = serverWords([...entrypoint, ...cmd], engine);
  if (words === null) return { kind: 'sleeps', lines: [] };
  const launch = launchEngine(
    engine,
    engine === 'ollama' ? ['serve'] : expand(words, container.env),
    container,
    boot.cachedModels,
  );
  return behindFront(launch, container.ports);
}

/** Starts an engine with these words (for Ollama its command first) on the container's machine. */
export function launchEngine(
  engine: 'vllm' | 'ollama',
  words: readonly string[],
  container: ContainerSpec,
  cachedModels: readonly string[],
): Launch {
  if (engine === 'ollama') return launchOllama(words, container.env);
  return launchVllm(words, container.env, hostOf(container, cachedModels), versionOf(container.image));
}

/** A script may put a front of its own on the published port; where it does not run, the server answers there itself. */
function behindFront(launch: Launch, ports: readonly string[]): Launch {
  if (launch.kind !== 'serves' || ports.includes(`${launch.server.port}/http`)) return launch;
  const published = ports.find((port) => port.endsWith('/http'));
  if (published === undefined) return launch;
  return { ...launch, server: { ...launch.server, port: Number.parseInt(published, 10) } };
}

/** `$MODEL` and `${MODEL}` inside a script stand for the pod's environment. */
function expand(words: readonly string[], env: Readonly<Record<string, string>>): string[] {
  return words.flatMap((word) => {
    const value = word.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => env[name] ?? '');
    return value === word ? [word] : shellSplit(value);
  });
}

function hostOf(container: ContainerSpec, cachedModels: readonly string[]): Host {
  const gpu = container.gpu === null ? undefined : findGpu(container.gpu.id);
  return {
    gpuName: gpu?.name ?? 'CPU',
    gpuMemoryGb: gpu?.memory ?? 0,
    gpuCount: container.attachedGpus,
    cudaVersion: container.cudaVersion,
    cachedModels,
  };
}

function versionOf(image: string): string {
  return /:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)?.[1] ?? '0.27.1';
}
