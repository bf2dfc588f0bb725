import type { Host } from './launch.ts';
import type { ModelTraits } from './models.ts';
import type { VllmArgs } from './vllm-args.ts';

const GIB = 1024 ** 3;
/** Context, libraries and activations beside the weights; below what planners allow, so that a fair plan starts. */
const OVERHEAD_GIB = 0.8;
/** Memory a driver and ECC leave of the printed size. */
const USABLE_SHARE = 0.95;

export interface MemoryFit {
  readonly usableGiB: number;
  readonly weightsGiB: number;
  readonly weightsFit: boolean;
  /** Left for the KV cache on each GPU; zero or below = none. */
  readonly kvRoomGiB: number;
  /** For one sequence of full length on each GPU. */
  readonly kvNeedGiB: number;
  readonly kvTokens: number;
}

/** vLLM's own equation (VRAM.md 4.2), for one GPU of the group. */
export function memoryFit(args: VllmArgs, traits: ModelTraits, host: Host): MemoryFit {
  const usableGiB = host.gpuMemoryGb * USABLE_SHARE;
  const weightsGiB = traits.weightsGiB / args.tensorParallel;
  const kvRoomGiB = usableGiB * args.gpuMemoryUtilization - weightsGiB - OVERHEAD_GIB;
  const perToken = (traits.kvBytesPerToken ?? 0) * (args.kvCacheDtype.startsWith('fp8') ? 0.5 : 1);
  const length = args.maxModelLen ?? traits.maxContext;
  return {
    usableGiB,
    weightsGiB,
    weightsFit: weightsGiB <= usableGiB - OVERHEAD_GIB,
    kvRoomGiB,
    kvNeedGiB: (perToken * length) / args.tensorParallel / GIB,
    kvTokens: Math.floor((kvRoomGiB * GIB * args.tensorParallel) / (perToken > 0 ? perToken : 131_072)),
  };
}
