import type { PodRecord } from '../state.ts';
import type { World } from '../world.ts';

/** The pod's environment as its main process sees it: RunPod's variables, secrets filled in, this sandbox's address. */
export function containerEnv(pod: PodRecord, world: World): Record<string, string> {
  // A variable the pod defines hides RunPod's own, even the scoped key (FACTS 9, trap 19).
  const env = { ...pod.injectedEnv, ...pod.env };
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, currentOrigin(withSecrets(value), world)]),
  );
}

function withSecrets(value: string): string {
  return value.replaceAll(
    /\{\{\s*RUNPOD_SECRET_(\w+)\s*\}\}/g,
    (_, name: string) => `sandbox-secret-${name}`,
  );
}

/** A pod that survived a restart of the sandbox may name its former address. */
function currentOrigin(value: string, world: World): string {
  return world.state.origins.reduce((text, origin) => text.replaceAll(origin, world.origin()), value);
}

/** Ports of this machine that a container may call as they are: the sandbox's own, now and before. */
export function hostPorts(world: World): Set<number> {
  const origins = [world.origin(), ...world.state.origins];
  return new Set(origins.map((origin) => Number(new URL(origin).port)));
}
