import { create } from 'zustand';
import type { CostSummary } from '../../shared/model.ts';

interface CostsState {
  readonly summary: CostSummary | null;
  /** When the summary was read, in ms by this computer's clock; null = never. */
  readonly readAt: number | null;
}

export const useCosts = create<CostsState>(() => ({ summary: null, readAt: null }));

export function putCosts(summary: CostSummary, nowMs: number): void {
  useCosts.setState({ summary, readAt: nowMs });
}

/** The quick figures that events carry between two full summaries. */
export function putCostsNow(nowUsdPerHour: number, todayUsd: number): void {
  useCosts.setState((state) =>
    state.summary === null ? state : { summary: { ...state.summary, nowUsdPerHour, todayUsd } },
  );
}
