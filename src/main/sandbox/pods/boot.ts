import { randomInt } from '../../platform/random.ts';
import { parseStartCommand } from '../container/start-command.ts';
import { parseVllmArgs } from '../model-server/vllm-args.ts';
import type { Boot, PodRecord } from '../state.ts';
import type { World } from '../world.ts';
import { containerPlan } from './container.ts';
import { momentOf } from './timeline.ts';

const BOOTS_KEPT = 5;

/** `recreate`: new settings, same image; `reimage`: another image. */
export type BootKind = 'create' | 'start' | 'restart' | 'recreate' | 'reimage';

/** Begins a boot now: chance and armed faults decide its durations and its fate. */
export function beginBoot(world: World, pod: PodRecord, kind: BootKind): Boot {
  rememberWeights(world, pod);
  const boot = drawBoot(world, pod, kind);
  // Earlier boots ran with other settings: their lines cannot be calculated from today's record.
  const kept = kind === 'recreate' || kind === 'reimage' ? [] : pod.boots;
  pod.boots = [...kept, boot].slice(-BOOTS_KEPT);
  return boot;
}

/** Seconds of life until a machine is found; a container that is only made anew stays where it is. */
const PLACING_SECONDS: Readonly<Record<BootKind, readonly [number, number]>> = {
  create: [2, 6],
  start: [1, 3],
  restart: [0, 0],
  recreate: [0, 0],
  reimage: [0, 0],
};

function drawBoot(world: World, pod: PodRecord, kind: BootKind): Boot {
  const { faults, random, clock, speed } = world;
  const now = clock.now();
  const last = pod.boots.at(-1);
  const imageCached = kind !== 'reimage' && last !== undefined && wasPulled(pod, last, now);
  const slow = faults.take('slow-boot')?.factor ?? 1;
  const pace = (slow * (0.85 + random.next() * 0.3)) / speed;
  const ms = ([min, max]: readonly [number, number]): number => randomInt(random, min, max) * 1000 * pace;
  return {
    n: (last?.n ?? 0) + 1,
    startedAt: now,
    placingMs: ms(PLACING_SECONDS[kind]),
    pullMs: ms(imageCached ? [1, 3] : [60, 300]),
    stuck: faults.take('stuck-boot')?.phase ?? null,
    pace,
    imageCached,
    cachedModels: cachedModels(world, pod),
    crashLine: faults.take('crash-loop')?.line ?? null,
    entrypointOverride: !isOverride(pod) || faults.take('no-entrypoint-override') === null,
    ...imageCommandOf(world, pod.image),
  };
}

function imageCommandOf(world: World, image: string): Pick<Boot, 'imageCommand'> {
  const known = world.imageCommand(image);
  return known === null ? {} : { imageCommand: { entrypoint: [...known.entrypoint], cmd: [...known.cmd] } };
}

export function currentBoot(pod: PodRecord): Boot | null {
  return pod.running ? (pod.boots.at(-1) ?? null) : null;
}

function isOverride(pod: PodRecord): boolean {
  return parseStartCommand(pod.args, true).entrypoint !== null;
}

function wasPulled(pod: PodRecord, boot: Boot, now: number): boolean {
  if (boot.imageCached) return true;
  return momentOf(pod, boot, now).phase !== 'placing' && momentOf(pod, boot, now).phase !== 'pulling';
}

/** Weights that a finished load left on a mounted volume spare the next boot its download. */
export function rememberWeights(world: World, pod: PodRecord): void {
  const boot = pod.boots.at(-1);
  if (!pod.running || boot === undefined) return;
  const plan = containerPlan(pod, boot);
  if (plan.kind === 'refused' || plan.launch.kind !== 'serves') return;
  const { server } = plan.launch;
  if (server.engine !== 'vllm' || momentOf(pod, boot, world.clock.now()).phase !== 'ready') return;
  addWeights(world, pod, pod.env['HF_HOME'] ?? '/root/.cache/huggingface', server.args.model);
}

/** Notes that a model lies at `path`: on the volume mounted there, else on the container disk. */
export function addWeights(world: World, pod: PodRecord, path: string, model: string): void {
  const list = storeAt(world, pod, path);
  if (!list.includes(model)) list.push(model);
}

export function removeWeights(world: World, pod: PodRecord, path: string, model: string): void {
  const list = storeAt(world, pod, path);
  const index = list.indexOf(model);
  if (index >= 0) list.splice(index, 1);
}

function storeAt(world: World, pod: PodRecord, path: string): string[] {
  const { persistent, network } = pod.mounts;
  if (persistent !== undefined && path.startsWith(persistent.path)) return pod.volumeModels;
  const mount = network?.find((entry) => path.startsWith(entry.path));
  return (
    (mount === undefined ? undefined : world.state.volumes.get(mount.volumeId))?.models ?? pod.diskModels
  );
}

/** Models found at `path` in the container that runs now. */
export function modelsAt(world: World, pod: PodRecord, path: string): readonly string[] {
  return storeAt(world, pod, path);
}

function cachedModels(world: World, pod: PodRecord): string[] {
  const path = pod.env['HF_HOME'] ?? '/root/.cache/huggingface';
  const store = storeAt(world, pod, path);
  if (store === pod.diskModels) return [];
  // Another pod may have filled the same volume just now.
  for (const other of world.state.pods.values()) if (other !== pod) rememberWeights(world, other);
  const baked = parseVllmArgs(parseStartCommand(pod.args, true).cmd, pod.env);
  return 'args' in baked && baked.args.model.startsWith('/') ? [...store, baked.args.model] : [...store];
}
