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
   * closes the old entry and opens a new one at `changedMs`, or at `seenMs` where nobody knows better; never before the
   * resource was last seen at the old rate.
   */
  observe(meter: Meter, sinceMs: number, seenMs: number, changedMs?: number): void;
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
  /** Where a resource's account begins, and at which rate; null = it has none. */
  firstOf(resourceId: string): { readonly startedMs: number; readonly usdPerHour: number } | null;
  /** Closed entries whose end was estimated and that no bill has settled. */
  unsettled(): readonly LedgerEntry[];
  /**
   * RunPod's bill for the whole life of a resource is known: books the difference as an adjustment, once. A later, other
   * bill books what it differs by. Harmless while the resource still has an open entry, and when it has none at all.
   */
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

/** What one deployment spent on one kind of thing within a span. */
export interface Share {
  readonly deploymentId: string | null;
  readonly kind: CostKind;
  readonly usd: number;
}

/** A stretch of time at a rate, or (with `usd`) money at an instant. `endedMs` is never beyond the asked span's end. */
export interface Interval {
  readonly deploymentId: string | null;
  readonly deploymentName: string | null;
  readonly kind: CostKind;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly usdPerHour: number;
  readonly usd: number;
}

/** The ledger as the cost views read it. */
export interface CostLedger extends Ledger {
  /** Money at an instant, such as the tokens of a public endpoint. Durable when it returns. */
  charge(
    what: Omit<Meter, 'usdPerHour'> & { readonly usd: number; readonly note: string | null },
    atMs: number,
  ): void;
  /** `spent`, split by deployment and kind; the parts add up to the whole. */
  breakdown(fromMs: number, toMs: number): Share[];
  /** Everything that cost something within the span, clipped to it. */
  intervals(fromMs: number, toMs: number): Interval[];
  /** Sum of the rates of open entries, by deployment. */
  rates(): { readonly deploymentId: string | null; readonly usdPerHour: number }[];
  /** The latest name of every deployment that ever cost something. */
  names(): ReadonlyMap<string, string>;
  /** Money by resource within a span, for the resources named; for comparison with a bill. */
  spentByResource(resourceIds: readonly string[], fromMs: number, toMs: number): ReadonlyMap<string, number>;
  /** When the first entry began; null = nothing was ever booked. */
  beganMs(): number | null;
  /** Writes what is only in memory (the instants resources were last seen); for an orderly end. */
  flush(): void;
}
