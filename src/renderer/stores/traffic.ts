import { create } from 'zustand';
import type { RequestRecord, Traffic } from '../../shared/model.ts';

interface TrafficState {
  readonly traffic: Traffic | null;
  /** Newest first, bounded; null = not asked yet. */
  readonly recent: readonly RequestRecord[] | null;
}

export const MOST_RECENT = 2000;

export const useTraffic = create<TrafficState>(() => ({ traffic: null, recent: null }));

export function putTraffic(traffic: Traffic): void {
  useTraffic.setState({ traffic });
}

export function putRecent(recent: readonly RequestRecord[]): void {
  useTraffic.setState({ recent: recent.slice(0, MOST_RECENT) });
}

export function addRequest(request: RequestRecord): void {
  useTraffic.setState((state) =>
    state.recent === null || state.recent.some((known) => known.id === request.id)
      ? state
      : { recent: [request, ...state.recent].slice(0, MOST_RECENT) },
  );
}
