import type { TargetState } from '../target.ts';
import type { BreakerState } from './breaker.ts';

/** What goes on in the proxy now. */
export interface ProxyStats {
  readonly inFlight: number;
  readonly listening: boolean;
  readonly targets: readonly TargetStats[];
}

interface TargetStats {
  readonly id: string;
  readonly name: string;
  /** Every value of `model` that leads to it. */
  readonly models: readonly string[];
  readonly state: TargetState;
  readonly inFlight: number;
  /** Moving average; null = no stream measured yet. */
  readonly firstTokenMs: number | null;
  readonly breaker: BreakerState['state'];
}
