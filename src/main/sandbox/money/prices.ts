import { HOURS_PER_MONTH, STORAGE_USD_PER_GB_MONTH } from '../../../shared/money.ts';
import { findCpu } from '../catalogue/cpus.ts';
import { findGpu } from '../catalogue/gpus.ts';
import type { PodRecord, VolumeRecord } from '../state.ts';

const PRICES = STORAGE_USD_PER_GB_MONTH;
/** Not published; more than the standard tier (FACTS 2.8). */
const HIGH_PERFORMANCE_USD_PER_GB_MONTH = 0.14;

export interface PodRates {
  readonly gpu: number;
  readonly cpu: number;
  /** Container disk and host volume while running. */
  readonly disk: number;
  /** The host volume while stopped: double. */
  readonly stoppedDisk: number;
}

/** Rounded where it is set, so that `cost` on the pod and the bill are the same number. */
function perHour(usdPerMonth: number): number {
  return Math.round((usdPerMonth / HOURS_PER_MONTH) * 1e6) / 1e6;
}

/** USD per hour of a pod's parts. A pod that came up without GPUs pays for its disks alone. */
export function podRates(
  pod: Pick<PodRecord, 'gpu' | 'cpu' | 'cloud' | 'attachedGpus' | 'disk' | 'mounts'>,
): PodRates {
  const gpu = pod.gpu === null ? undefined : findGpu(pod.gpu.id);
  const cpu = pod.cpu === null ? undefined : findCpu(pod.cpu.id);
  const volumeGb = pod.mounts.persistent?.size ?? 0;
  return {
    gpu: Math.round((gpu?.price[pod.cloud] ?? 0) * pod.attachedGpus * 1e6) / 1e6,
    cpu: Math.round((cpu?.securePerVcpu ?? 0) * (pod.cpu?.vcpuCount ?? 0) * 1e6) / 1e6,
    disk: perHour(pod.disk * PRICES.containerDisk + volumeGb * PRICES.volumeDiskRunning),
    stoppedDisk: perHour(volumeGb * PRICES.volumeDiskStopped),
  };
}

/** `cost` of a running pod: what it is billed an hour, disks included. */
export function podCost(pod: PodRecord): number {
  const rates = podRates(pod);
  return Math.round((rates.gpu + rates.cpu + rates.disk) * 1e6) / 1e6;
}

/** Volumes go up to 4096 GB, sold as 4 TB (FACTS 2.8). */
const GB_IN_FIRST_TB = 1024;

export function volumeRate(volume: Pick<VolumeRecord, 'size' | 'type'>): number {
  if (volume.type === 'HIGH_PERFORMANCE') return perHour(volume.size * HIGH_PERFORMANCE_USD_PER_GB_MONTH);
  const first = Math.min(volume.size, GB_IN_FIRST_TB);
  return perHour(first * PRICES.networkVolumeFirstTb + (volume.size - first) * PRICES.networkVolumeBeyond);
}
