import type { Pod } from '../../runpod/api.ts';
import type { PodFacts } from '../events.ts';

/** Reduces RunPod's answer to what decisions need. `env` stays behind: it holds keys (trap 20). */
export function podFacts(pod: Pod): PodFacts {
  const uptime = pod.runtime?.uptime;
  return {
    id: pod.id,
    name: pod.name,
    status: pod.status,
    actions: pod.actions,
    locked: pod.locked,
    // Only a plain 0 means a pod that came up without its GPUs (FACTS 2.8); an answer may leave the field out.
    gpuCount: pod.gpu?.count ?? null,
    cloud: pod.cloud,
    dataCenterId: pod.dataCenterId,
    usdPerHour: pod.cost,
    createdAt: instant(pod.createdAt) ?? 0,
    startedAt: instant(pod.startedAt),
    uptimeSeconds: uptime ?? null,
    gpuUtilPercent: busiest(pod),
  };
}

function instant(iso: string | null): number | null {
  if (iso === null) return null;
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? null : ms;
}

function busiest(pod: Pod): number | null {
  const utils = (pod.runtime?.gpus ?? []).flatMap((gpu) => (gpu.util === undefined ? [] : [gpu.util]));
  return utils.length === 0 ? null : Math.max(...utils);
}
