import { AppError, asAppError } from '../../shared/errors.ts';
import type { Plan, PlanCandidate, PlanRequest, Stock } from '../../shared/model.ts';
import type { VolumeAdvice, VolumeView, VolumeWish } from '../../shared/volumes.ts';
import type { Clock } from '../platform/clock.ts';
import type { DataCenter, NetworkVolume, RunPodApi } from '../runpod/api.ts';
import { networkVolumeUsdPerMonth } from '../costs/pricing.ts';
import { adviseVolume } from './volume-advice.ts';
import { modelOfVolume, volumeName } from './volume-name.ts';

export interface VolumeParts {
  readonly api: Pick<RunPodApi, 'networkVolumes' | 'catalog'>;
  readonly clock: Clock;
  readonly plan: (request: PlanRequest, signal: AbortSignal) => Promise<Plan>;
  /** Median seconds of loading this model's weights on that GPU; null = not known. */
  readonly loadedSeconds: (gpuTypeId: string, model: string) => number | null;
  /** Starts of a model since an instant. */
  readonly starts: (model: string, sinceMs: number) => number;
  /** Remembers that a volume was made here. */
  readonly made: (id: string) => void;
  /** Deployments by the id of the volume that they mount. */
  readonly usedBy: () => ReadonlyMap<string, readonly string[]>;
}

export interface VolumeService {
  list(signal: AbortSignal): Promise<VolumeView[]>;
  /** Whether a volume for the model's weights pays, what it costs and where it could be. Creates nothing. */
  advise(request: PlanRequest, signal: AbortSignal): Promise<VolumeAdvice>;
  /**
   * Makes a volume for a model's weights, or finds the one that was made before.
   * @throws AppError invalid_input: no volumes there; runpod_*
   */
  create(wish: VolumeWish, signal: AbortSignal): Promise<VolumeView>;
  /** @throws AppError not_allowed_now: a deployment mounts it; not_found; runpod_* */
  remove(id: string, signal: AbortSignal): Promise<void>;
}

const MONTH_MS = 30 * 24 * 3_600_000;
const GIB = 1024 ** 3;
/** A create whose answer was lost is looked for so often before it counts as not made (FACTS 1: lists lag). */
const LOOKS = 4;
const LOOK_EVERY_MS = 3000;
const STOCK_ORDER: readonly Stock[] = ['HIGH', 'MEDIUM', 'LOW', 'UNKNOWN', 'NONE'];

export function createVolumeService(parts: VolumeParts): VolumeService {
  return new Volumes(parts);
}

class Volumes implements VolumeService {
  readonly #parts: VolumeParts;

  constructor(parts: VolumeParts) {
    this.#parts = parts;
  }

  async list(signal: AbortSignal): Promise<VolumeView[]> {
    const volumes = await this.#parts.api.networkVolumes.list(signal);
    return volumes.map((volume) => this.#view(volume));
  }

  async advise(request: PlanRequest, signal: AbortSignal): Promise<VolumeAdvice> {
    const { api, clock, plan, loadedSeconds, starts } = this.#parts;
    const onPods = { ...request, mode: 'pod', compute: { ...request.compute, cloud: 'SECURE' } } as const;
    const [planned, centers, volumes] = await Promise.all([
      plan(onPods, signal),
      api.catalog.dataCenters({ include: ['GPU_AVAILABILITY'] }, signal),
      this.list(signal),
    ]);
    const [best] = planned.candidates;
    if (best === undefined) {
      throw new AppError(
        'model_does_not_fit',
        `Nothing fits ${request.model}: a volume would serve nothing.`,
      );
    }
    return {
      model: request.model,
      ...adviseVolume({
        model: request.model,
        weightBytes: planned.memory.weightsGiB * GIB,
        usdPerHour: best.usdPerHour,
        loadedSeconds: loadedSeconds(best.gpuTypeId, request.model),
        startsLastMonth: starts(request.model, clock.now() - MONTH_MS),
      }),
      dataCenters: centersFor(centers, planned.candidates, request.compute.dataCenterIds),
      existing: volumes.find(({ name }) => name === volumeName(request.model)) ?? null,
    };
  }

  async create(wish: VolumeWish, signal: AbortSignal): Promise<VolumeView> {
    const { api } = this.#parts;
    const known = await this.#find(wish, signal);
    if (known !== null) return known;
    const centers = await api.catalog.dataCenters({}, signal);
    const offering = centers.filter(({ networkVolumeTypes }) => networkVolumeTypes.length > 0);
    const center = offering.find(({ id }) => id === wish.dataCenterId);
    if (center === undefined) {
      const ids = offering.map(({ id }) => id);
      throw new AppError('invalid_input', `There are no network volumes in "${wish.dataCenterId}".`, {
        advice: `There are in: ${ids.join(', ')}.`,
        details: { field: 'dataCenterId', value: wish.dataCenterId, allowed: ids },
      });
    }
    // The cheapest tier is enough to read weights from.
    const standard = center.networkVolumeTypes.includes('STANDARD');
    const body = {
      name: volumeName(wish.model),
      size: wish.sizeGb,
      dataCenter: wish.dataCenterId,
      ...(standard ? { type: 'STANDARD' as const } : {}),
    };
    try {
      return this.#made(this.#view(await api.networkVolumes.create(body, signal)));
    } catch (error) {
      return this.#afterLoss(wish, asAppError(error), signal);
    }
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    const users = this.#parts.usedBy().get(id) ?? [];
    if (users.length > 0) {
      throw new AppError('not_allowed_now', `Volume ${id} is mounted by ${users.join(', ')}.`, {
        advice: 'Terminate that deployment, or take the volume out of its settings, first.',
        details: { field: 'id', value: id },
      });
    }
    await this.#parts.api.networkVolumes.delete(id, signal);
  }

  /** A create that may have worked is never sent again: the name finds what it made (SPEC 2.3). */
  async #afterLoss(wish: VolumeWish, error: AppError, signal: AbortSignal): Promise<VolumeView> {
    if (error.details?.['mayHaveHappened'] !== true) throw error;
    for (let look = 0; look < LOOKS; look++) {
      await this.#parts.clock.sleep(LOOK_EVERY_MS, signal);
      const found = await this.#find(wish, signal);
      if (found !== null) return this.#made(found);
    }
    throw new AppError(error.code, `${error.message} RunPod lists no volume for ${wish.model} so far.`, {
      cause: error,
      advice: 'Look at: runpod-llm volumes. It bills if it is there; making it again finds it by its name.',
    });
  }

  #made(volume: VolumeView): VolumeView {
    this.#parts.made(volume.id);
    return volume;
  }

  async #find({ model, dataCenterId }: VolumeWish, signal: AbortSignal): Promise<VolumeView | null> {
    const volumes = await this.list(signal);
    const name = volumeName(model);
    return volumes.find((volume) => volume.name === name && volume.dataCenterId === dataCenterId) ?? null;
  }

  #view({ id, name, size, dataCenter }: NetworkVolume): VolumeView {
    return {
      id,
      name,
      sizeGb: size,
      dataCenterId: dataCenter,
      usdPerMonth: networkVolumeUsdPerMonth(size),
      cacheOf: modelOfVolume(name),
      usedBy: [...(this.#parts.usedBy().get(id) ?? [])],
    };
  }
}

/** Data centres that have both: volumes, and one of the GPUs that would do. */
function centersFor(
  centers: readonly DataCenter[],
  candidates: readonly PlanCandidate[],
  wanted: readonly string[],
): VolumeAdvice['dataCenters'] {
  const possible = centers.filter(({ id, networkVolumeTypes }) => {
    return networkVolumeTypes.length > 0 && (wanted.length === 0 || wanted.includes(id));
  });
  return possible
    .flatMap(({ id, name, gpuAvailability }) => {
      const best = bestThere(gpuAvailability ?? [], candidates);
      return best === null ? [] : [{ id, name, ...best }];
    })
    .toSorted(
      (a, b) => a.usdPerHour - b.usdPerHour || STOCK_ORDER.indexOf(a.stock) - STOCK_ORDER.indexOf(b.stock),
    );
}

/** The first candidate in the plan's order that is in stock there; null = none. */
function bestThere(
  availability: NonNullable<DataCenter['gpuAvailability']>,
  candidates: readonly PlanCandidate[],
): Pick<VolumeAdvice['dataCenters'][number], 'gpu' | 'usdPerHour' | 'stock'> | null {
  const stocks = new Map(availability.map((each) => [each.id, stockOf(each.availability)]));
  for (const { gpuTypeId, gpuName, gpuCount, usdPerHour } of candidates) {
    const stock = stocks.get(gpuTypeId) ?? 'NONE';
    if (stock !== 'NONE') return { gpu: `${gpuCount} × ${gpuName}`, usdPerHour, stock };
  }
  return null;
}

const stockOf = (value: string): Stock =>
  STOCK_ORDER.find((stock) => stock === value.toUpperCase()) ?? 'UNKNOWN';
