import { closeSegments, openSegment } from '../money/segments.ts';
import { podRates } from '../money/prices.ts';
import type { PodRecord } from '../state.ts';
import { accountOf, type World } from '../world.ts';
import { beginBoot, rememberWeights, type BootKind } from './boot.ts';

/** Opens the account and the first boot of a pod that was just placed in the state. */
export function openPod(world: World, pod: PodRecord): void {
  bill(world, pod, pod.createdAt);
  beginBoot(world, pod, 'create');
  changed(world, pod);
}

/** EXITED: compute ends, a host volume goes on at double rate, the container disk is wiped. */
export function stopPod(world: World, pod: PodRecord, atMs = world.clock.now()): void {
  rememberWeights(world, pod);
  pod.running = false;
  pod.stoppedAt = atMs;
  pod.diskModels = [];
  bill(world, pod, atMs);
  changed(world, pod);
}

export function startPod(world: World, pod: PodRecord): void {
  const now = world.clock.now();
  const zero = world.faults.take('zero-gpu') !== null;
  pod.attachedGpus = zero ? 0 : (pod.gpu?.count ?? 0);
  pod.running = true;
  pod.stoppedAt = null;
  pod.startedAt = now;
  bill(world, pod, now);
  beginBoot(world, pod, 'start');
  changed(world, pod);
}

/** A new container on the same machine; compute is billed on. A stopped pod only loses its container disk. */
export function restartPod(world: World, pod: PodRecord, kind: BootKind): void {
  pod.diskModels = [];
  bill(world, pod, world.clock.now());
  if (pod.running) beginBoot(world, pod, kind);
  changed(world, pod);
}

export function terminatePod(world: World, pod: PodRecord, atMs = world.clock.now()): void {
  rememberWeights(world, pod);
  pod.running = false;
  closeSegments(accountOf(world, 'pod', pod.id, pod.name), atMs);
  world.state.pods.delete(pod.id);
  changed(world, pod);
}

/** Makes the running segments those of the pod's state, touching them only where a rate changes. */
function bill(world: World, pod: PodRecord, atMs: number): void {
  const account = accountOf(world, 'pod', pod.id, pod.name);
  const rates = podRates(pod);
  const wanted = pod.running
    ? ([
        ['gpu', rates.gpu],
        ['cpu', rates.cpu],
        ['disk', rates.disk],
      ] as const)
    : ([
        ['gpu', 0],
        ['cpu', 0],
        ['disk', rates.stoppedDisk],
      ] as const);
  for (const [component, rate] of wanted) {
    const open = account.segments.find((entry) => entry.toMs === null && entry.component === component);
    if ((open?.usdPerHour ?? 0) === rate) continue;
    closeSegments(account, atMs, { component });
    openSegment(account, component, rate, atMs);
  }
}

function changed(world: World, pod: PodRecord): void {
  world.flush();
  world.changes.emit(pod.id);
}
