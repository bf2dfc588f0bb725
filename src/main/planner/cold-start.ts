import { formatUsd, STORAGE_USD_PER_GB_MONTH, usdForMs, type PodDisks } from '../../shared/money.ts';
import type { PlanCandidate, PlanRequest } from '../../shared/model.ts';
import { coldStages, type WeightSource } from './boot-time.ts';
import { combinationsOf, describe, type Combination } from './combinations.ts';
import { judge, type Case } from './judge.ts';
import { usd } from './numbers.ts';
import type { GpuOffer } from './types.ts';

/**
 * What a serverless worker costs each time it comes up (FACTS 3.1, 3.8): it bills from the start of its container, so for
 * fetching and loading the weights too. Its image is pulled before that.
 */

/** Weights of another's image or of a path in the container come with it; those of a volume are read from there. */
export function weightSource({
  image,
  modelPath,
  volume,
}: Pick<PlanRequest, 'image' | 'modelPath' | 'volume'>): WeightSource {
  if (volume !== null) return 'volume';
  return image === null && modelPath === null ? 'hub' : 'image';
}

const DOES = { hub: 'fetches and loads', volume: 'reads from the volume', image: 'loads' } as const;

/** For one candidate. Empty on a pod, and where nothing is known of the weights. */
export function coldNotes({ kind, usdPerHour }: Combination, { request, facts }: Case): string[] {
  const weightBytes = facts.weightBytes.value;
  if (kind === 'pod' || weightBytes === 0) return [];
  const source = weightSource(request);
  const { billed } = coldStages(weightBytes, request.backend, source);
  const cost = money(usdPerHour ?? 0, billed);
  return [
    `a cold start costs ${cost}: a worker bills for ${span(billed)} while it ${DOES[source]} ${gb(weightBytes)}`,
  ];
}

/** From here on fetching the weights anew at every cold start is worth a word, in the slow case. */
const LONG_FETCH_SECONDS = 60;
/** As `volumes` makes them: room for another version of the model. */
const volumeGb = (weightBytes: number): number => Math.max(10, Math.ceil((weightBytes * 1.25) / 5e9) * 5);

/** A way of keeping weights loaded. */
interface PodOffer {
  readonly gpuName: string;
  readonly usdPerHour: number;
}

/**
 * Where the weights of what is taken are fetched at every cold start and that takes long: what it costs, and what would spare
 * it. `pod` is asked only then.
 */
export function coldWarnings(
  { request, facts }: Case,
  taken: Pick<PlanCandidate, 'kind' | 'usdPerHour'> | undefined,
  pod: () => PodOffer | null,
): string[] {
  const weightBytes = facts.weightBytes.value;
  const { fetched } = coldStages(weightBytes, request.backend, 'hub');
  if (taken?.kind !== 'serverless' || weightSource(request) !== 'hub') return [];
  if (fetched.slow < LONG_FETCH_SECONDS) return [];
  const again = `Every cold start fetches ${gb(weightBytes)} again: ${span(fetched)} of a worker that bills, ${money(taken.usdPerHour, fetched)} each time.`;
  return [`${again} Instead: ${insteadOf(request, weightBytes, pod()).join('; ')}.`];
}

function insteadOf({ backend, model }: PlanRequest, weightBytes: number, pod: PodOffer | null): string[] {
  const size = volumeGb(weightBytes);
  const billed = (from: WeightSource): string => span(coldStages(weightBytes, backend, from).billed);
  const flags = backend === 'ollama' ? ' --backend ollama --target load-balancer' : '';
  return [
    `an image with the weights in it (build ${model}${flags} --bake), whose workers bill for ${billed('image')} until they answer`,
    `a network volume of ${size} GB (${formatUsd(size * STORAGE_USD_PER_GB_MONTH.networkVolumeFirstTb)} a month), ${billed('volume')}`,
    ...(pod === null ? [] : [`a pod, which keeps them loaded: ${pod.gpuName} at ${usd(pod.usdPerHour)}`]),
  ];
}

/** Whatever the wish says of its mode. */
export function cheapestPod(on: Case, offers: readonly GpuOffer[], disks: PodDisks): PodOffer | null {
  const request = { ...on.request, mode: 'pod' as const };
  const [cheapest] = combinationsOf(request, offers, 1, disks)
    .filter((each) => judge(each, { ...on, request }).fits)
    .toSorted((a, b) => (a.usdPerHour ?? 0) - (b.usdPerHour ?? 0));
  return cheapest === undefined
    ? null
    : { gpuName: describe(cheapest), usdPerHour: cheapest.usdPerHour ?? 0 };
}

interface Span {
  readonly fast: number;
  readonly slow: number;
}

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const span = ({ fast, slow }: Span): string => `${Math.round(fast)} to ${Math.round(slow)} s`;
const money = (usdPerHour: number, { fast, slow }: Span): string =>
  `${formatUsd(usdForMs(usdPerHour, fast * 1000))} to ${formatUsd(usdForMs(usdPerHour, slow * 1000))}`;
