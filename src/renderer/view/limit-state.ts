/** How near spending is to a limit: told at 80 %, stopped at 100 % (SPEC 5.4). */
export interface LimitState {
  /** Spent share of the limit, 0 to 1; more is shown as 1. */
  readonly share: number;
  readonly state: 'fine' | 'near' | 'reached';
}

const NEAR = 0.8;

export function limitState(spentUsd: number, limitUsd: number): LimitState {
  const share = spentUsd / limitUsd;
  return {
    share: Math.min(1, Math.max(0, share)),
    state: share >= 1 ? 'reached' : share >= NEAR ? 'near' : 'fine',
  };
}

export const tellAtUsd = (limitUsd: number): number => limitUsd * NEAR;
