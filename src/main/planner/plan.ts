import { AppError } from '../../shared/errors.ts';
import type { Plan, PlanCandidate, PlanRejection } from '../../shared/model.ts';
import { estimateBoot } from './boot-time.ts';
import { checkWish } from './check-wish.ts';
import { contextFor } from './context.ts';
import { cheapestPod, coldNotes, coldWarnings, weightSource } from './cold-start.ts';
import { combinationsOf, DEFAULT_BUSY_SHARE, stockRank, type Combination } from './combinations.ts';
import { estimateFacts } from './estimate.ts';
import { imageNeed } from './image-need.ts';
import { containerDiskGb, WORKER_VLLM_IMAGE } from './images.ts';
import { isAsked, judge, type Case, type Fit, type Refusal } from './judge.ts';
import { concurrentSequences, GIB, kvBytesPerToken, memoryNeed } from './memory.ts';
import { tokens } from './numbers.ts';
import { nothingFits } from './nothing-fits.ts';
import { factRows } from './plan-facts.ts';
import { warningsFor } from './plan-warnings.ts';
import { podDisks, serverDiskGb } from './pod-disks.ts';
import { experienceWith, rank, shortlist, withoutNeedless, type Ranked } from './rank.ts';
import { vllmArgv } from './server-options.ts';
import { shapeOf } from './shape.ts';
import type { ModelFacts, PlanInput } from './types.ts';

/** Less spare memory than this and the estimate's own error decides (VRAM.md 4.5). */
const TIGHT_PERCENT = 5;
const MAX_CANDIDATES = 24;
/** Container disk when nothing is known of the weights. */
const BLIND_DISK_GB = 100;

/**
 * Ranks every way of renting hardware that fits a wish and says for each cheaper way why it does not (SPEC 3.2). Pure:
 * the same input gives the same plan.
 * @throws AppError unknown_gpu, invalid_input, unsupported, model_unknown (no facts, and the name tells no size),
 * model_does_not_fit (with the nearest change that would fit)
 */
export function plan(asked: PlanInput): Plan {
  const contextTokens = contextFor(asked.request.contextTokens, asked.facts);
  const input = { ...asked, request: { ...asked.request, contextTokens } };
  checkWish(input.request, input.facts, input.offers);
  const on = caseOf(input);
  const busyShare = input.busyShare ?? DEFAULT_BUSY_SHARE;
  const disks = podDisks(input.request, serverDiskGb(input.request, fetchedDiskGb(on)));
  const ways = combinationsOf(input.request, input.offers, busyShare, disks);
  const verdicts = ways.map((each) => judge(each, on));
  const fits = verdicts.filter((verdict) => verdict.fits);
  const refusals = verdicts.filter((verdict) => !verdict.fits);
  const ranked = rank(
    withoutNeedless(
      fits.map((fit) => toRanked(fit, input)),
      TIGHT_PERCENT,
    ),
    input.request,
  );
  const runsOn = input.runsOn ?? (input.request.mode === 'serverless' ? 'serverless' : 'pod');
  const { shown, takes } = shortlist(ranked, runsOn, MAX_CANDIDATES);
  const candidates = shown.map((each, index) => toCandidate(each, index + 1, on, input, refusals));
  const best = ranked.at(0);
  if (best === undefined) throw nothingFits(refusals, on, input.siblings ?? []);
  return {
    model: input.request.model,
    revision: input.request.revision ?? on.facts.revision,
    factsComplete: isComplete(on, input),
    facts: on.shape === null ? [] : factRows(on.facts),
    memory: memoryOf(on),
    ownImage: ownImageFor(input.request),
    candidates,
    takes,
    rejected: cheaperThan(best.fit.combination, refusals, on),
    warnings: [
      ...loweredContext(asked, contextTokens),
      ...warningsFor(on, candidates, isComplete(on, input)),
      ...coldWarnings(on, takes === null ? undefined : candidates[takes], () =>
        cheapestPod(on, input.offers, disks),
      ),
    ],
    pricesAsOf: input.pricesAsOf,
    simulated: input.simulated,
  };
}

function ownImageFor(request: PlanInput['request']): string | null {
  const need = imageNeed(request);
  return need.kind === 'build' ? need.reason : null;
}

function loweredContext({ request }: PlanInput, given: number): string[] {
  if (given === request.contextTokens) return [];
  return [`context is ${tokens(given)} tokens, the most ${request.model} was made for`];
}

/** The facts, or an estimate from the name, or, where the user chose the GPU, nothing at all. */
function caseOf({ request, facts: known }: PlanInput): Case {
  const facts = known ?? estimateFacts(request.model);
  if (facts !== null) return { request, facts, shape: shapeOf(facts) };
  if (request.compute.gpuTypeIds.length === 0) {
    throw new AppError('model_unknown', `Nothing is known of ${request.model}, and its name tells no size.`, {
      advice: 'Choose the GPU yourself, or check the model id and the network.',
      details: { field: 'model', value: request.model },
    });
  }
  return { request, facts: blindFacts(request.model), shape: null };
}

function blindFacts(model: string): ModelFacts {
  const guess = { provenance: 'guessed', source: 'nothing' } as const;
  return {
    model,
    revision: null,
    gated: false,
    pipeline: null,
    weightBytes: { ...guess, value: 0 },
    quantization: { ...guess, value: 'unknown' },
  };
}

function isComplete({ facts, shape }: Case, input: PlanInput): boolean {
  if (input.facts === null || shape === null) return false;
  return facts.weightBytes.provenance !== 'guessed' && shape.guessed.length === 0;
}

function toRanked(fit: Fit, { request, capacity, now }: PlanInput): Ranked {
  const { kind, offer } = fit.combination;
  // Serverless workers are placed by RunPod's own scheduler, over whole pools.
  const experience =
    kind === 'serverless'
      ? { setback: null, scarceHour: false }
      : experienceWith(offer.id, request.compute.dataCenterIds, capacity ?? [], now);
  const headroomPercent = fit.need === null ? null : ((fit.budget - fit.need.need) / fit.budget) * 100;
  return { fit, headroomPercent, experience };
}

function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

function toCandidate(
  ranked: Ranked,
  place: number,
  on: Case,
  input: PlanInput,
  refusals: readonly Refusal[],
): PlanCandidate {
  const { fit } = ranked;
  const { kind, offer, gpuCount, cloud, stock } = fit.combination;
  const { request, facts, shape } = on;
  const usdPerHour = fit.combination.usdPerHour ?? 0;
  const server = { gpuTypeId: offer.id, gpuCount };
  const headroom = round(ranked.headroomPercent ?? 0, 1);
  return {
    rank: place,
    kind,
    gpuTypeId: offer.id,
    gpuName: offer.name,
    gpuCount,
    cloud,
    dataCenterIds: placesFor(fit.combination, request.compute.dataCenterIds),
    usdPerHour: round(usdPerHour, USD_DIGITS),
    parts: partsOf(fit.combination),
    usdPerDay: round((fit.combination.usdPerHourOfUse ?? 0) * request.hoursPerDay, 4),
    usableGiB: round(fit.budget / GIB, 2),
    needGiB: round((fit.need?.need ?? 0) / GIB, 2),
    headroomPercent: headroom,
    tight: (ranked.headroomPercent ?? 0) < TIGHT_PERCENT,
    concurrentSequences:
      shape === null ? 0 : concurrentSequences(shape, request, gpuCount, request.backend, fit.budget),
    stock,
    secondsToFirstToken: estimateBoot(bootOf(fit.combination, on), input.boots?.(offer.id, kind) ?? null),
    image: fit.image,
    args:
      request.backend === 'vllm' && fit.image !== WORKER_VLLM_IMAGE
        ? vllmArgv(request, server, facts, [request.model])
        : [],
    minCudaVersion: fit.minCudaVersion,
    containerDiskGb: fetchedDiskGb(on),
    notes: [
      ...notesFor(ranked, input.busyShare ?? DEFAULT_BUSY_SHARE),
      ...coldNotes(fit.combination, on),
      ...poolNotes(fit.combination, refusals),
    ],
  };
}

const bootOf = (
  { kind, cloud }: Combination,
  { request, facts }: Case,
): Parameters<typeof estimateBoot>[0] => ({
  weightBytes: facts.weightBytes.value,
  backend: request.backend,
  cloud,
  weights: kind === 'serverless' ? weightSource(request) : 'hub',
});

/** Room for weights that are fetched. */
const fetchedDiskGb = ({ shape, request }: Case): number =>
  shape === null ? BLIND_DISK_GB : containerDiskGb(shape.weightBytes, request.backend);

/** RunPod's own prices have no more (a disk's is computed to the millionth). */
const USD_DIGITS = 6;

const partsOf = ({ usdPerHour, diskUsdPerHour }: Combination): PlanCandidate['parts'] => ({
  gpuUsdPerHour: round((usdPerHour ?? 0) - diskUsdPerHour, USD_DIGITS),
  diskUsdPerHour: round(diskUsdPerHour, USD_DIGITS),
});

/** RunPod enforces the list; the fullest data centre first. Nothing wished = anywhere, which finds most. */
function placesFor({ kind, offer }: Combination, wished: readonly string[]): string[] {
  if (kind === 'serverless' || offer.dataCenters.length === 0) return [...wished];
  return offer.dataCenters
    .filter((center) => wished.includes(center.id))
    .toSorted((a, b) => stockRank(b.stock) - stockRank(a.stock))
    .map((center) => center.id);
}

function notesFor({ fit, experience }: Ranked, busyShare: number): string[] {
  const { kind, stock, cloud } = fit.combination;
  const notes = [...fit.notes];
  if (kind === 'serverless')
    notes.push(`counted as awake for ${Math.round(busyShare * 100)} % of the hours of use`);
  if (cloud === 'COMMUNITY') notes.push('runs on a third party’s machine (Community Cloud)');
  if (stock === 'NONE') notes.push('RunPod shows no stock now: a last resort');
  if (experience.setback === 'no-capacity')
    notes.push('a recent attempt found no capacity: tried after the others');
  if (experience.setback === 'stuck') notes.push('a recent start got stuck: tried after the others');
  if (experience.scarceHour) notes.push('was often sold out at this hour');
  return notes;
}

/** RunPod picks any card of a pool: those that would not do must be excluded. */
function poolNotes({ kind, offer, gpuCount }: Combination, refusals: readonly Refusal[]): string[] {
  if (kind === 'pod') return [];
  const unfit = refusals
    .map((refusal) => refusal.combination)
    .filter(
      (other) =>
        other.kind === 'serverless' && other.offer.pool === offer.pool && other.gpuCount === gpuCount,
    )
    .map((other) => other.offer.id);
  return unfit.length === 0 ? [] : [`pool ${offer.pool}: exclude ${unfit.join(', ')}`];
}

function memoryOf({ request, shape }: Case): Plan['memory'] {
  if (shape === null) return { weightsGiB: 0, kvGiB: 0, overheadGiB: 0, needGiB: 0, kvBytesPerToken: 0 };
  const { contextTokens, concurrency: sequences, kvCacheDtype, backend } = request;
  const need = memoryNeed(shape, { contextTokens, sequences, kvCacheDtype }, 1, backend);
  return {
    weightsGiB: round(need.weights / GIB, 2),
    kvGiB: round(need.kv / GIB, 2),
    overheadGiB: round(need.overhead / GIB, 2),
    needGiB: round(need.need / GIB, 2),
    kvBytesPerToken: Math.round(kvBytesPerToken(shape, backend, kvCacheDtype)),
  };
}

/** Every way that costs less than the best one, and those the user named, with the reason against it. */
function cheaperThan(best: Combination, refusals: readonly Refusal[], on: Case): PlanRejection[] {
  const limit = best.usdPerHourOfUse ?? 0;
  const { gpuTypeIds, gpuCount } = on.request.compute;
  const isOfInterest = ({ combination }: Refusal): boolean => {
    const named = gpuTypeIds.includes(combination.offer.id) && isAsked(combination, on);
    // A GPU that is not offered at all is said once, not for each count.
    if (combination.usdPerHourOfUse === null) return named && combination.gpuCount === (gpuCount ?? 1);
    return named || combination.usdPerHourOfUse < limit;
  };
  return refusals
    .filter(isOfInterest)
    .toSorted((a, b) => (a.combination.usdPerHourOfUse ?? 0) - (b.combination.usdPerHourOfUse ?? 0))
    .map(({ combination, code, reason }) => ({
      gpuTypeId: combination.offer.id,
      gpuName: combination.offer.name,
      gpuCount: combination.gpuCount,
      cloud: combination.cloud,
      usdPerHour: combination.usdPerHour === null ? null : round(combination.usdPerHour, USD_DIGITS),
      code,
      reason: combination.kind === 'serverless' ? `serverless: ${reason}` : reason,
    }));
}
