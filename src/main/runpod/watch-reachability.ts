import { asAppError, isAbort, toErrorBody, type ErrorBody } from '../../shared/errors.ts';
import type { RunPodApi } from './api.ts';

export interface WatchedApi {
  readonly api: RunPodApi;
  /** What the last look at the account failed with; null = it worked, or there was none yet. */
  problem(): ErrorBody | null;
}

/** Remembers how the regular list of pods went, so that "is RunPod reachable?" costs no call of its own. */
export function watchReachability(api: RunPodApi, onChange: () => void): WatchedApi {
  let problem: ErrorBody | null = null;
  const told = (next: ErrorBody | null): void => {
    const changed = problem?.code !== next?.code;
    problem = next;
    if (changed) onChange();
  };
  const list: RunPodApi['pods']['list'] = async (signal) => {
    try {
      const pods = await api.pods.list(signal);
      told(null);
      return pods;
    } catch (error) {
      if (!isAbort(error)) told(toErrorBody(asAppError(error)));
      throw error;
    }
  };
  return { api: { ...api, pods: { ...api.pods, list } }, problem: () => problem };
}
