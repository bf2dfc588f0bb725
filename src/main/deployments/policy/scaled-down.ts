import type { ServerlessSpec } from '../../../shared/model.ts';
import type { Endpoint, UpdateEndpointRequest } from '../../runpod/api.ts';
import { workersOf } from './serverless-shape.ts';

/** An endpoint whose maximum RunPod has lowered: 2 after three idle days, 0 after seven or after crashes (FACTS 3.1). */
export interface ScaledDown {
  readonly maxWorkers: number;
  /** The change that raises it again; null = the crashes come first, it would only crash again. */
  readonly repair: UpdateEndpointRequest | null;
  readonly why: string;
}

/** null = it has the workers that were wished, or was never meant to run. */
export function scaledDown(
  endpoint: Pick<Endpoint, 'workers'>,
  wish: ServerlessSpec,
  state: { readonly meantToRun: boolean; readonly crashing: boolean },
): ScaledDown | null {
  const { max } = endpoint.workers;
  if (!state.meantToRun || max === undefined || max >= wish.maxWorkers) return null;
  const found = `its maximum is ${max} worker${max === 1 ? '' : 's'} instead of ${wish.maxWorkers}`;
  if (state.crashing) {
    return { maxWorkers: max, repair: null, why: `${found}, and its workers crash: their logs say why` };
  }
  const effect = max === 0 ? 'requests would wait for ever' : 'fewer requests are served at once';
  return {
    maxWorkers: max,
    repair: { workers: workersOf(wish) },
    why: `${found}: RunPod lowers it after days without requests, and ${effect}`,
  };
}
