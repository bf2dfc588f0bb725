import { AppError, asAppError } from '../../shared/errors.ts';
import {
  planRequestSchema,
  planWishOf,
  type DeploymentSpec,
  type Plan,
  type PlanRequest,
} from '../../shared/model.ts';
import type { GpuOffer, ModelFacts } from '../planner/types.ts';
import { median } from '../platform/median.ts';
import { offersFor } from './offers-for.ts';
import { kindOf, type RunKind } from './serverless/kind.ts';
import { serverlessGpu } from './serverless/looking.ts';
import type { FleetDeps } from './types.ts';
import type { Experience } from './experience.ts';

const REMEMBER_MS = 24 * 3_600_000;
/** Boots a median is taken of. */
const BOOTS = 20;

type ModelWish = Pick<DeploymentSpec, 'model' | 'revision' | 'backend' | 'image' | 'modelPath'>;

export interface Weighed {
  readonly plan: Plan;
  readonly facts: ModelFacts | null;
  readonly offers: readonly GpuOffer[];
}

/** What a deployment could run on now: model facts and the catalogue, given to the planner. */
export class Market {
  readonly #deps: FleetDeps;
  readonly #experience: Experience;

  constructor(deps: FleetDeps, experience: Experience) {
    this.#deps = deps;
    this.#experience = experience;
  }

  /**
   * For a deployment that runs on `kind`.
   * @throws AppError of the planner, of RunPod, model_unknown, model_gated; AbortError
   */
  plan(spec: DeploymentSpec, signal: AbortSignal, kind: RunKind = 'pod'): Promise<Weighed> {
    const { compute } = spec;
    // Of mode `auto` the cloud is meant for its pods: an endpoint has none.
    const free = spec.mode === 'auto' && kind === 'serverless' && compute.cloud === 'COMMUNITY';
    const asked = free ? { ...spec, compute: { ...compute, cloud: 'ANY' as const } } : spec;
    return this.weigh(planRequestSchema.parse({ ...planWishOf(asked), mode: kind }), signal);
  }

  /**
   * What a deployment of that wish would be offered, with what earlier starts taught.
   * @throws as `plan`
   */
  async weigh(asked: PlanRequest, signal: AbortSignal): Promise<Weighed> {
    const { api, facts, planner, clock, simulated } = this.#deps;
    const request = { ...asked, compute: await this.#compute(asked, signal) };
    const wish = { cloud: request.compute.cloud, serverless: request.mode !== 'pod' };
    const [known, siblings, offers] = await Promise.all([
      this.facts(request, signal),
      facts.siblings?.(request.model) ?? [],
      offersFor({ api, planner }, wish, signal),
    ]);
    const now = clock.now();
    const plan = planner.plan({
      request,
      runsOn: kindOf({ spec: request }),
      facts: known,
      siblings,
      offers,
      pricesAsOf: new Date(now).toISOString(),
      simulated,
      now,
      capacity: this.#experience.capacity(now - REMEMBER_MS),
      boots: (gpuTypeId, kind) =>
        this.bootTime(kind === 'pod' ? gpuTypeId : serverlessGpu(gpuTypeId), request.model),
    });
    return { plan, facts: known, offers };
  }

  /** A network volume is on Secure Cloud and in one data centre for ever, and so is every pod that mounts it (trap 22). */
  async #compute({ volume, compute }: PlanRequest, signal: AbortSignal): Promise<DeploymentSpec['compute']> {
    if (volume === null) return compute;
    const { dataCenter } = await this.#volume(volume.networkVolumeId, signal);
    if (compute.cloud === 'COMMUNITY') {
      throw new AppError('invalid_input', 'A network volume can only be mounted on Secure Cloud.', {
        details: { field: 'compute.cloud', value: compute.cloud, nearest: 'SECURE' },
      });
    }
    if (compute.dataCenterIds.length > 0 && !compute.dataCenterIds.includes(dataCenter)) {
      throw new AppError(
        'invalid_input',
        `The network volume is in ${dataCenter}, which is not among the data centres.`,
        {
          details: { field: 'compute.dataCenterIds', value: compute.dataCenterIds, nearest: [dataCenter] },
        },
      );
    }
    return { ...compute, cloud: 'SECURE', dataCenterIds: [dataCenter] };
  }

  async #volume(id: string, signal: AbortSignal): Promise<{ readonly dataCenter: string }> {
    try {
      return await this.#deps.api.networkVolumes.get(id, signal);
    } catch (error) {
      if (asAppError(error).code !== 'runpod_not_found') throw error;
      throw new AppError('invalid_input', `RunPod knows no network volume "${id}".`, {
        cause: error,
        details: { field: 'volume.networkVolumeId', value: id },
      });
    }
  }

  /** null = not known, which makes a plan an estimate. A model that the hub denies is an error, except where the image or Ollama knows it. */
  async facts(spec: ModelWish, signal: AbortSignal): Promise<ModelFacts | null> {
    try {
      return await this.#deps.facts.facts(spec.model, spec.revision, signal);
    } catch (error) {
      const elsewhere = spec.backend === 'ollama' || spec.image !== null || spec.modelPath !== null;
      if (elsewhere && asAppError(error).code === 'model_unknown') return null;
      throw error;
    }
  }

  /** null = on any GPU. */
  bootTime(gpuTypeId: string | null, model: string): { medianSeconds: number | null; runs: number } {
    const seconds = this.#experience.bootSeconds(gpuTypeId, model, 'total', BOOTS);
    return { medianSeconds: median(seconds), runs: seconds.length };
  }

  phaseSeconds(gpuTypeId: string, model: string, phase: string): number | null {
    return median(this.#experience.bootSeconds(gpuTypeId, model, phase, BOOTS));
  }
}
