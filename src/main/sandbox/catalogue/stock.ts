import { DATA_CENTERS, type SimDataCenter } from './data-centers.ts';
import type { Cloud, Level, SimGpu } from './gpus.ts';

export interface StockQuery {
  readonly cloud: Cloud;
  readonly count: number;
  readonly dataCenterIds?: readonly string[] | undefined;
  readonly countryCodes?: readonly string[] | undefined;
  readonly cudaVersions?: readonly string[] | undefined;
  readonly minCudaVersion?: string | undefined;
}

export interface Spot {
  readonly center: SimDataCenter;
  readonly level: Level;
}

const ORDER: readonly Level[] = ['NONE', 'LOW', 'MEDIUM', 'HIGH'];

/** 12.11 is above 12.2: versions compare by their parts, not as decimals. A bare major counts as `.0`. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** The host CUDA versions of a GPU type that satisfy the query; null = no constraint given. */
export function matchingCuda(gpu: SimGpu, query: StockQuery): readonly string[] | null {
  const { cudaVersions, minCudaVersion } = query;
  if (cudaVersions !== undefined && cudaVersions.length > 0) {
    return gpu.cudaVersions.filter((version) => cudaVersions.includes(version));
  }
  if (minCudaVersion === undefined || minCudaVersion === '') return null;
  return gpu.cudaVersions.filter((version) => compareVersions(version, minCudaVersion) >= 0);
}

/** Data centres that offer this GPU in the asked configuration, fullest first; NONE included. */
export function spotsFor(gpu: SimGpu, query: StockQuery): Spot[] {
  if (gpu.price[query.cloud] === null) return [];
  const cuda = matchingCuda(gpu, query);
  if (cuda !== null && cuda.length === 0) return [];
  return DATA_CENTERS.filter((center) => isWanted(center, query))
    .flatMap((center) => {
      const level = gpu.stock[center.id];
      return level === undefined ? [] : [{ center, level: levelFor(gpu, level, query) }];
    })
    .sort((a, b) => ORDER.indexOf(b.level) - ORDER.indexOf(a.level));
}

export function bestLevel(spots: readonly Spot[]): Level {
  return spots[0]?.level ?? 'NONE';
}

function isWanted(center: SimDataCenter, query: StockQuery): boolean {
  const { dataCenterIds, countryCodes } = query;
  if (dataCenterIds !== undefined && dataCenterIds.length > 0 && !dataCenterIds.includes(center.id)) {
    return false;
  }
  return countryCodes === undefined || countryCodes.length === 0 || countryCodes.includes(center.country);
}

/** Several cards on one machine are rarer than one: each doubling beyond two lowers the level by one. */
function levelFor(gpu: SimGpu, level: Level, query: StockQuery): Level {
  if (query.count > gpu.maxCount[query.cloud]) return 'NONE';
  const steps = query.count > 4 ? 2 : query.count > 2 ? 1 : 0;
  const index = ORDER.indexOf(level);
  return index === 0 ? 'NONE' : (ORDER[Math.max(1, index - steps)] ?? 'NONE');
}
