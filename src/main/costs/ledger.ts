import type { CostKind, LedgerEntry } from '../../shared/model.ts';

/**
 * The ledger: what the app believes was spent, kept by the second and surviving crashes (SPEC 5.1). One open entry a
 * resource and kind; money accrues from its rate and times, never from a running counter, so that no crash and no sleep
 * can lose or double it. Times are milliseconds on the cloud's clock.
 */
export interface Meter {
  readonly resourceId: string;
  readonly deploymentId: string | null;
  readonly deploymentName: string | null;
  readonly kind: CostKind;
  readonly usdPerHour: number;
}

export interface Ledger {
  /**
   * The resource was seen billing at `usdPerHour` now. Opens an entry at `sinceMs` when none is open; a changed rate
   * closes the old entry and opens a new one at `seenMs`.
   */
  observe(meter: Meter, sinceMs: number, seenMs: number): void;
  /**
   * The resource stopped billing. `estimated` = the instant was inferred, not read; a later bill may settle it.
   * Harmless when nothing is open.
   */
  close(
    resourceId: string,
    kind: CostKind,
    atMs: number,
    options: { readonly estimated: boolean; readonly note?: string },
  ): void;
  /** Resources with an open entry, with the instant they were last seen billing. */
  open(): readonly { readonly resourceId: string; readonly kind: CostKind; readonly lastSeenMs: number }[];
  /** Closed entries whose end was estimated and that no bill has settled. */
  unsettled(): readonly LedgerEntry[];
  /** RunPod's bill for the whole life of a resource is known: books the difference as an adjustment, once. */
  settle(resourceId: string, billedUsd: number, atMs: number): void;
  entries(filter: { readonly deploymentId?: string; readonly limit: number }, nowMs: number): LedgerEntry[];
  /** Money spent between two instants, open entries included up to `toMs`. */
  spent(
    filter: { readonly deploymentId?: string; readonly kind?: CostKind },
    fromMs: number,
    toMs: number,
  ): number;
  /** Sum of the rates of open entries. */
  usdPerHour(filter: { readonly deploymentId?: string }): number;
}
