import type { Pod } from '../../runpod/api.ts';
import { podCost } from '../money/prices.ts';
import type { PodRecord } from '../state.ts';
import { currentBoot } from './boot.ts';
import { digest } from './digest.ts';
import { bootTimes, momentOf, type Moment } from './timeline.ts';

/** Live figures a pod's model server and process contribute. */
export interface PodLoad {
  readonly runningRequests: number;
  /** When the real process began; null = calculate it. */
  readonly containerSince: number | null;
  readonly loaded: boolean;
}

export const NO_LOAD: PodLoad = { runningRequests: 0, containerSince: null, loaded: false };

type Status = Pod['status'];

export function podStatus(pod: PodRecord, now: number): Status {
  const boot = currentBoot(pod);
  if (boot === null) return 'EXITED';
  const { phase } = momentOf(pod, boot, now);
  if (phase === 'placing') return 'PROVISIONING';
  return phase === 'pulling' || phase === 'refused' ? 'STARTING' : 'RUNNING';
}

export function podActions(status: Status): Pod['actions'] {
  switch (status) {
    case 'PROVISIONING':
    case 'STARTING':
      return ['stop', 'terminate'];
    case 'RUNNING':
      return ['stop', 'restart', 'terminate'];
    case 'EXITED':
    case 'ERROR':
      return ['start', 'terminate'];
    case 'TERMINATED':
      return [];
  }
}

/** The pod as RunPod shows it. */
export function podView(pod: PodRecord, now: number, load: PodLoad): Pod {
  const status = podStatus(pod, now);
  const boot = currentBoot(pod);
  const placed = boot === null || (boot.stuck !== 'placing' && now >= bootTimes(boot).placedAt);
  const moment = boot === null ? null : momentOf(pod, boot, now);
  return {
    id: pod.id,
    name: pod.name,
    status,
    actions: podActions(status),
    image: pod.image,
    args: pod.args,
    disk: pod.disk,
    mounts: pod.mounts,
    ports: pod.ports,
    env: pod.env,
    registry: pod.registry,
    ...(pod.gpu === null
      ? {}
      : { gpu: { id: pod.gpu.id, count: pod.running ? pod.attachedGpus : pod.gpu.count } }),
    ...(pod.cpu === null ? {} : { cpu: pod.cpu }),
    cloud: pod.cloud,
    dataCenterId: placed ? pod.dataCenterId : null,
    cudaVersion: placed ? pod.cudaVersion : null,
    ssh: sshOf(pod, placed, status),
    template: null,
    cost: pod.running ? podCost(pod) : 0,
    locked: pod.locked,
    globalNetworking: pod.globalNetworking
      ? {
          enabled: true,
          ip: `10.65.${octet(pod.id)}.${octet(pod.machineId)}`,
          internalDns: `${pod.id}.runpod.internal`,
        }
      : { enabled: false },
    runtime: status === 'RUNNING' && moment !== null ? runtimeOf(pod, moment, now, load) : null,
    createdAt: new Date(pod.createdAt).toISOString(),
    startedAt: status === 'PROVISIONING' ? null : new Date(pod.startedAt).toISOString(),
  };
}

function runtimeOf(pod: PodRecord, moment: Moment, now: number, load: PodLoad): Pod['runtime'] {
  const since = load.containerSince ?? moment.containerSince ?? now;
  const loaded = load.containerSince === null ? moment.phase === 'ready' : load.loaded;
  const busy = load.runningRequests > 0;
  return {
    uptime: Math.max(0, Math.floor((now - since) / 1000)),
    gpus: Array.from({ length: pod.attachedGpus }, () => ({
      util: busy ? 92 : 0,
      memoryUtil: loaded ? 90 : 4,
    })),
    cpu: { util: busy ? 18 : 2 },
    memory: { util: loaded ? 31 : 6 },
    ports: pod.ports.map((port) => portOf(pod, port)),
  };
}

function portOf(
  pod: PodRecord,
  port: string,
): { private: number; public: number | null; type: string; ip: string } {
  const [number = '0', type = 'tcp'] = port.split('/');
  const open = type === 'tcp';
  return {
    private: Number(number),
    public: open ? tcpPort(pod, number) : 60_000 + (Number(number) % 1000),
    type,
    // http entries show an address inside RunPod's network that means nothing outside (FACTS 2.7).
    ip: open ? `203.0.113.${octet(pod.machineId)}` : `100.65.${octet(pod.id)}.${octet(pod.machineId)}`,
  };
}

/** Public tcp ports change at every start (FACTS 9, trap 34). */
function tcpPort(pod: PodRecord, port: string): number {
  const boot = pod.boots.at(-1)?.n ?? 0;
  return 10_000 + (Number.parseInt(digest(`${pod.id}:${boot}:${port}`, 4), 16) % 30_000);
}

function sshOf(pod: PodRecord, placed: boolean, status: Status): Pod['ssh'] {
  const user = `${pod.id}-${pod.machineId.slice(0, 8)}`;
  const direct = status === 'RUNNING' && pod.ports.includes('22/tcp');
  const host = `203.0.113.${octet(pod.machineId)}`;
  const port = tcpPort(pod, '22');
  return {
    proxy: placed
      ? { host: 'ssh.runpod.io', port: 22, username: user, command: `ssh ${user}@ssh.runpod.io` }
      : null,
    direct: direct ? { host, port, username: 'root', command: `ssh root@${host} -p ${port}` } : null,
  };
}

function octet(text: string): number {
  return 1 + (Number.parseInt(digest(text, 2), 16) % 250);
}
