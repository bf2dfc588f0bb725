import type { Backend, DeploymentSpec } from '../../shared/model.ts';
import { compareCudaVersions } from './capability.ts';
import type { GpuOffer } from './types.ts';

/** The stock images the app's recipes are written for; pinned, since hosts cache moving tags (FACTS 4). */
export const VLLM_IMAGE = 'vllm/vllm-openai:v0.27.1';
const VLLM_CUDA_12_IMAGE = 'vllm/vllm-openai:v0.27.1-cu129';
export const WORKER_VLLM_IMAGE = 'runpod/worker-v1-vllm:v2.25.2';
export const OLLAMA_IMAGE = 'ollama/ollama:0.33.0';
const OLLAMA_ROCM_IMAGE = 'ollama/ollama:0.33.0-rocm';

const VLLM_CUDA = '13.0';
const VLLM_CUDA_12 = '12.9';

export type ImageChoice =
  | { readonly image: string; readonly minCudaVersion: string | null; readonly note: string | null }
  | { readonly refused: string };

/**
 * The image for a card, by the CUDA versions its hosts have: a host below the image's version refuses to start it
 * (FACTS 2.3). No versions told = unknown, which the floor in the create call settles.
 */
export function chooseImage(backend: Backend, kind: 'pod' | 'serverless', offer: GpuOffer): ImageChoice {
  if (backend === 'ollama') {
    const image = offer.manufacturer === 'AMD' ? OLLAMA_ROCM_IMAGE : OLLAMA_IMAGE;
    return { image, minCudaVersion: null, note: null };
  }
  const newest = offer.cudaVersions.toSorted(compareCudaVersions).at(-1);
  const has = (version: string): boolean => newest === undefined || compareCudaVersions(newest, version) >= 0;
  if (has(VLLM_CUDA)) {
    const image = kind === 'serverless' ? WORKER_VLLM_IMAGE : VLLM_IMAGE;
    return { image, minCudaVersion: VLLM_CUDA, note: null };
  }
  if (kind === 'pod' && has(VLLM_CUDA_12)) {
    return {
      image: VLLM_CUDA_12_IMAGE,
      minCudaVersion: VLLM_CUDA_12,
      note: `hosts have CUDA ${newest ?? VLLM_CUDA_12} at most: uses the CUDA 12.9 build of vLLM`,
    };
  }
  const needed = kind === 'pod' ? VLLM_CUDA_12 : VLLM_CUDA;
  return { refused: `its hosts have CUDA ${newest ?? 'none'} at most; vLLM needs ${needed}` };
}

/** Container disk beside the weights: what the server writes, compiled graphs, logs. */
export const DISK_ALLOWANCE_GB = { vllm: 20, ollama: 10 } as const satisfies Record<Backend, number>;

/** Disk for weights and the rest: 1.15 × weights + allowance (VRAM.md 4.2), in steps of 5 GB. */
export function containerDiskGb(weightBytes: number, backend: Backend): number {
  const gb = (1.15 * weightBytes) / 1e9 + DISK_ALLOWANCE_GB[backend];
  return Math.ceil(gb / 5) * 5;
}

const isOllamaImage = (image: string): boolean => repositoryOf(image) === repositoryOf(OLLAMA_IMAGE);

/** An Ollama image that this app made for a load balancer, told by its tag (images/image-tag.ts). */
export const isOwnBalancerImage = (image: string): boolean =>
  /:ollama-load-balancer-[0-9a-f]{16}$/.test(image);

/**
 * Whether the app's key check stands before an endpoint's Ollama: its start command brings it to Ollama's own image, and an
 * image that the app made has it. An image of somebody else's is used as it is.
 */
export const isFronted = ({ image, templateId }: Pick<DeploymentSpec, 'image' | 'templateId'>): boolean =>
  templateId === null && (image === null || isOllamaImage(image) || isOwnBalancerImage(image));

/** `vllm/vllm-openai:v0.27.1` → `vllm/vllm-openai`; a registry's port is not a tag. */
export function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? image;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}
