import { create } from 'zustand';
import type { CostSummary } from '../../shared/model.ts';

interface CostsState {
  readonly summary: CostSummary | null;
}

export const useCosts = create<CostsState>(() => ({ summary: null }));

export function putCosts(summary: CostSummary): void {
  useCosts.setState({ summary });
}

/** The quick figures that events carry between two full summaries. */
export function putCostsNow(nowUsdPerHour: number, todayUsd: number): void {
  useCosts.setState((state) =>
    state.summary === null ? state : { summary: { ...state.summary, nowUsdPerHour, todayUsd } },
  );
}
