import type { PlanRejection, PlanRequest } from '../../shared/model.ts';
import { judgeCapability } from './capability.ts';
import type { Combination } from './combinations.ts';
import { chooseImage } from './images.ts';
import { GIB, MEMORY_UTILIZATION, memoryNeed, type MemoryNeed } from './memory.ts';
import { gib, gpus, usd } from './numbers.ts';
import { listReductions, reductionsFor } from './reductions.ts';
import type { ModelShape } from './shape.ts';
import type { ModelFacts } from './types.ts';
import { usableGiB } from './usable-vram.ts';

/** What every combination is judged against. */
export interface Case {
  readonly request: PlanRequest;
  readonly facts: ModelFacts;
  /** null = nothing is known of the model's size: memory is not judged. */
  readonly shape: ModelShape | null;
}

export interface Fit {
  readonly fits: true;
  readonly combination: Combination;
  /** Bytes of one GPU the server may use. */
  readonly budget: number;
  readonly need: MemoryNeed | null;
  readonly image: string;
  readonly minCudaVersion: string | null;
  readonly notes: readonly string[];
}

export interface Refusal {
  readonly fits: false;
  readonly combination: Combination;
  readonly code: PlanRejection['code'];
  readonly reason: string;
}

export type Verdict = Fit | Refusal;

type Reason = Omit<Refusal, 'fits' | 'combination'>;
type Check = (combination: Combination, on: Case) => Reason | null;

/** Bytes of one GPU that the server may use. */
export function budgetOf(combination: Combination): number {
  return usableGiB(combination.offer.id, combination.offer.memoryGb) * MEMORY_UTILIZATION * GIB;
}

/** Judges one combination. The first failing check names the reason: what cannot be changed comes before wishes. */
export function judge(combination: Combination, on: Case): Verdict {
  const refuse = (reason: Reason): Refusal => ({ fits: false, combination, ...reason });
  const missing = firstReason(EXISTS, combination, on);
  if (missing !== null) return refuse(missing);
  const start = howItRuns(combination, on);
  if (!start.runs) return refuse({ code: 'architecture', reason: `${start.reason}.` });
  const unsuited = firstReason(SUITS, combination, on);
  if (unsuited !== null) return refuse(unsuited);
  return {
    fits: true,
    combination,
    budget: budgetOf(combination),
    need: needOf(combination, on),
    image: start.image,
    minCudaVersion: start.minCudaVersion,
    notes: start.notes,
  };
}

function firstReason(checks: readonly Check[], combination: Combination, on: Case): Reason | null {
  for (const check of checks) {
    const reason = check(combination, on);
    if (reason !== null) return reason;
  }
  return null;
}

type Start =
  | {
      readonly runs: true;
      readonly image: string;
      readonly minCudaVersion: string | null;
      readonly notes: readonly string[];
    }
  | { readonly runs: false; readonly reason: string };

function howItRuns({ kind, offer }: Combination, on: Case): Start {
  const capability = judgeCapability({
    gpuTypeId: offer.id,
    manufacturer: offer.manufacturer,
    backend: on.request.backend,
    quantization: on.facts.quantization.value,
    dtype: on.facts.dtype?.value ?? null,
    kvCacheDtype: on.request.kvCacheDtype,
  });
  if (!capability.runs) return capability;
  const image = chooseImage(on.request.backend, kind, offer);
  if ('refused' in image) return { runs: false, reason: image.refused };
  return {
    runs: true,
    image: image.image,
    minCudaVersion: image.minCudaVersion,
    notes: [...capability.notes, ...(image.note === null ? [] : [image.note])],
  };
}

const isOffered: Check = ({ usdPerHour, kind, cloud }) => {
  if (usdPerHour !== null) return null;
  const where =
    kind === 'serverless'
      ? 'as a serverless worker'
      : cloud === 'SECURE'
        ? 'in Secure Cloud'
        : 'in Community Cloud';
  return { code: 'not-offered', reason: `not offered ${where}.` };
};

const isCountable: Check = ({ gpuCount, maxCount }) => {
  if (gpuCount <= maxCount) return null;
  return {
    code: 'count',
    reason: `RunPod's largest machine of this type has ${gpus(maxCount)}, not ${gpuCount}.`,
  };
};

/** vLLM's tensor parallel rules; Ollama splits by layers and has none. */
const divides: Check = ({ gpuCount }, on) => {
  if (gpuCount === 1 || on.request.backend === 'ollama') return null;
  const odd = indivisible(on.facts, gpuCount);
  return odd === null ? null : { code: 'heads', reason: `${odd} cannot be split over ${gpus(gpuCount)}.` };
};

function indivisible(facts: ModelFacts, gpuCount: number): string | null {
  const heads = facts.attentionHeads?.value ?? gpuCount;
  if (heads % gpuCount !== 0) return `its ${heads} attention heads`;
  const kvHeads = facts.mlaLatent === undefined ? (facts.kvHeads?.value ?? gpuCount) : gpuCount;
  if (kvHeads % gpuCount !== 0 && gpuCount % kvHeads !== 0) return `its ${kvHeads} KV heads`;
  const block = facts.quantizationBlock?.value;
  const width = (facts.expertIntermediateSize ?? facts.intermediateSize)?.value;
  if (block === undefined || width === undefined || (width / gpuCount) % block === 0) return null;
  return `its MLP of width ${width}, quantised in blocks of ${block},`;
}

function needOf({ gpuCount }: Combination, { request, shape }: Case): MemoryNeed | null {
  if (shape === null) return null;
  const { contextTokens, concurrency, kvCacheDtype, backend } = request;
  return memoryNeed(shape, { contextTokens, sequences: concurrency, kvCacheDtype }, gpuCount, backend);
}

const hasMemory: Check = (combination, on) => {
  const need = needOf(combination, on)?.need ?? 0;
  const budget = budgetOf(combination);
  if (on.shape === null || need <= budget) return null;
  const { gpuCount, offer } = combination;
  const each = gpuCount === 1 ? '' : ' a GPU';
  const usable = usableGiB(offer.id, offer.memoryGb).toFixed(1);
  const numbers = `needs ${gib(need)}${each}, may use ${gib(budget)} of its ${usable} GiB`;
  return { code: 'memory', reason: `${numbers}: ${wayOut(combination, on.request, on.shape, budget)}.` };
};

function wayOut(combination: Combination, request: PlanRequest, shape: ModelShape, budget: number): string {
  const reductions = reductionsFor(request, shape, combination, budget);
  if (reductions.length > 0) return listReductions(reductions);
  const weights = shape.weightBytes / combination.gpuCount;
  return weights > budget ? `the weights alone are ${gib(weights)}` : 'no shorter context would help';
}

const isWhereWanted: Check = ({ kind, offer }, on) => {
  const wanted = on.request.compute.dataCenterIds;
  // RunPod leaves the list out for a GPU that is sold out everywhere: nothing can be concluded from its absence.
  if (kind === 'serverless' || wanted.length === 0 || offer.dataCenters.length === 0) return null;
  if (offer.dataCenters.some((center) => wanted.includes(center.id))) return null;
  const there = offer.dataCenters.slice(0, 3).map((center) => center.id);
  return { code: 'data-center', reason: `not in ${wanted.join(', ')}; it is in ${there.join(', ')}.` };
};

const isAffordable: Check = ({ usdPerHour }, on) => {
  const cap = on.request.compute.maxUsdPerHour;
  if (cap === null || usdPerHour === null || usdPerHour <= cap) return null;
  return { code: 'price', reason: `fits, but costs ${usd(usdPerHour)}, above the limit of ${usd(cap)}.` };
};

const isAskedFor: Check = ({ kind, gpuCount, cloud, offer }, on) => {
  const { gpuTypeIds, gpuCount: count, cloud: cloudWish } = on.request.compute;
  const refuse = (why: string): Reason => ({ code: 'not-asked-for', reason: `would fit, but ${why}.` });
  if (gpuTypeIds.length > 0 && !gpuTypeIds.includes(offer.id))
    return refuse('is not among the GPUs asked for');
  if (count !== null && gpuCount !== count) return refuse(`${gpus(count)} asked for, not ${gpuCount}`);
  if (kind === 'pod' && cloudWish !== 'ANY' && cloud !== cloudWish) {
    return refuse(`${cloud === 'SECURE' ? 'Secure' : 'Community'} Cloud was not asked for`);
  }
  return null;
};

/** Whether the wish allows such a machine, whatever it can do. */
export const isAsked = (combination: Combination, on: Case): boolean => isAskedFor(combination, on) === null;

/** Whether such a machine exists at all. */
const EXISTS: readonly Check[] = [isOffered, isCountable];
/** Whether it suits; wishes last, so that their reason can say that the machine would do. */
const SUITS: readonly Check[] = [divides, hasMemory, isWhereWanted, isAffordable, isAskedFor];
