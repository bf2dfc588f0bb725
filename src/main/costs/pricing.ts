import { HOURS_PER_MONTH, STORAGE_USD_PER_GB_MONTH, usdForMs } from '../../shared/money.ts';

/** What things cost at RunPod (FACTS 2.8, 3.1, 5, 6). Rates are list prices; a pod's real rate is the `cost` RunPod tells. */

/** The catalogue's price is for one GPU. */
export function podUsdPerHour(gpuUsdPerHour: number, gpuCount: number): number {
  return gpuUsdPerHour * gpuCount;
}

export interface PodStorage {
  readonly containerDiskGb: number;
  /** Disk on the pod's machine; 0 = none. */
  readonly volumeGb: number;
  readonly running: boolean;
}

/** Container disk bills while running, a volume disk always and at double rate while stopped. */
export function podStorageUsdPerHour(storage: PodStorage): number {
  const price = STORAGE_USD_PER_GB_MONTH;
  const perMonth = storage.running
    ? storage.containerDiskGb * price.containerDisk + storage.volumeGb * price.volumeDiskRunning
    : storage.volumeGb * price.volumeDiskStopped;
  return perMonth / HOURS_PER_MONTH;
}

/** RunPod sells volumes up to 4096 GB as 4 TB. */
const GB_PER_TB = 1024;

/** A network volume bills whether anything uses it or not. The price of the faster tier is not published. */
export function networkVolumeUsdPerMonth(sizeGb: number): number {
  const first = Math.min(sizeGb, GB_PER_TB);
  const price = STORAGE_USD_PER_GB_MONTH;
  return first * price.networkVolumeFirstTb + (sizeGb - first) * price.networkVolumeBeyond;
}

/** What goes on billing when everything is stopped. */
export function restUsdPerMonth(resources: {
  readonly stoppedVolumesGb: readonly number[];
  readonly networkVolumesGb: readonly number[];
}): number {
  const stopped = resources.stoppedVolumesGb.map((volumeGb) =>
    podStorageUsdPerHour({ containerDiskGb: 0, volumeGb, running: false }),
  );
  return sum(stopped) * HOURS_PER_MONTH + sum(resources.networkVolumesGb.map(networkVolumeUsdPerMonth));
}

/** Workers bill from start to stop, model load and idle timeout included; idle ones of a minimum bill all day. */
export function serverlessUsdPerHour(workers: {
  readonly running: number;
  readonly gpuUsdPerHour: number;
  readonly gpuCount: number;
}): number {
  return workers.running * workers.gpuUsdPerHour * workers.gpuCount;
}

export interface TokenPrice {
  readonly usdPerMillionInput: number;
  readonly usdPerMillionOutput: number;
}

/** Price of a request at a public API. */
export function tokensUsd(
  tokens: { readonly input: number; readonly output: number },
  price: TokenPrice,
): number {
  return (tokens.input * price.usdPerMillionInput + tokens.output * price.usdPerMillionOutput) / 1_000_000;
}

/**
 * One request's share of rented hardware: the time it was busy, divided among those served at the same time. null when
 * the hardware's rate is unknown, which is not zero.
 */
export function requestUsd(request: {
  readonly usdPerHour: number | null;
  readonly busyMs: number;
  /** Requests served at once while it ran, itself included, on average. */
  readonly concurrency: number;
}): number | null {
  if (request.usdPerHour === null) return null;
  return usdForMs(request.usdPerHour, Math.max(0, request.busyMs)) / Math.max(1, request.concurrency);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
