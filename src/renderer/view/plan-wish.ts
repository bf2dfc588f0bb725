import type { DeploymentSpec, PlanWish } from '../../shared/model.ts';

/** The part of a wish that decides hardware and price. */
export function planWish(spec: DeploymentSpec, hoursPerDay?: number): PlanWish {
  return {
    model: spec.model,
    revision: spec.revision,
    backend: spec.backend,
    mode: spec.mode,
    compute: spec.compute,
    contextTokens: spec.contextTokens,
    concurrency: spec.concurrency,
    kvCacheDtype: spec.kvCacheDtype,
    ...(hoursPerDay === undefined ? {} : { hoursPerDay }),
  };
}
