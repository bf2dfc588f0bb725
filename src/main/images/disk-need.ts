import { AppError } from '../../shared/errors.ts';

export interface DiskNeed {
  /** Compressed bytes of a base that is not on this machine yet; 0 = it is, null = unknown. */
  readonly baseBytes: number | null;
  readonly contextBytes: number;
  /** Weights that are fetched while building. */
  readonly weightBytes: number;
}

/** Layers of CUDA images unpack to about two and a half times what a registry sends. */
const UNPACKED = 2.5;
/** Packages and what the engine keeps beside the layers. */
const RESERVE = 1.2;

/** A context is stored once as it arrives and once in its layer. */
export function neededBytes({ baseBytes, contextBytes, weightBytes }: DiskNeed): number {
  const base = (baseBytes ?? 0) * (1 + UNPACKED);
  return (base + contextBytes * 2 + weightBytes) * RESERVE;
}

/**
 * Refuses a build that would fill the disk after an hour, while nothing has been downloaded.
 * @throws AppError disk_full
 */
export function refuseWithoutRoom(need: DiskNeed, freeBytes: number | null): void {
  const needed = neededBytes(need);
  if (freeBytes === null || freeBytes >= needed) return;
  throw new AppError(
    'disk_full',
    `This build needs about ${gb(needed)} GB where Docker keeps images; ${gb(freeBytes)} GB are free.`,
    {
      advice: 'Free space there (runpod-llm images prune), or let the server download the weights at start.',
      details: { neededBytes: Math.ceil(needed), freeBytes },
    },
  );
}

const gb = (bytes: number): string => (bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0);
