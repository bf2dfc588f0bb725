import type { CostSummary } from '../../shared/model.ts';

/** A bill covers a resource over a span; the ledger counted the same resource over the same span. */
export interface BilledResource {
  readonly resourceId: string;
  readonly billedUsd: number;
  readonly ledgerUsd: number;
}

export interface Reconciliation {
  readonly summary: NonNullable<CostSummary['reconciliation']>;
  /** Resources whose difference is worth a look, the largest first. */
  readonly differing: readonly (BilledResource & { readonly gapUsd: number })[];
}

/** A cent, or this share of the bill, whichever is more: bills round, and lag by minutes (FACTS 5). */
const WORTH_A_LOOK_USD = 0.01;
const WORTH_A_LOOK_SHARE = 0.02;

/** Compares the ledger with RunPod's bill. A positive gap means that the ledger counted more than was billed. */
export function reconcile(resources: readonly BilledResource[], asOfMs: number): Reconciliation {
  const billedUsd = resources.reduce((total, resource) => total + resource.billedUsd, 0);
  const ledgerUsd = resources.reduce((total, resource) => total + resource.ledgerUsd, 0);
  return {
    summary: {
      asOf: new Date(asOfMs).toISOString(),
      billedUsd,
      ledgerUsd,
      gapUsd: ledgerUsd - billedUsd,
    },
    differing: resources
      .map((resource) => ({ ...resource, gapUsd: resource.ledgerUsd - resource.billedUsd }))
      .filter((resource) => Math.abs(resource.gapUsd) > tolerance(resource.billedUsd))
      .toSorted((a, b) => Math.abs(b.gapUsd) - Math.abs(a.gapUsd)),
  };
}

const tolerance = (billedUsd: number): number =>
  Math.max(WORTH_A_LOOK_USD, Math.abs(billedUsd) * WORTH_A_LOOK_SHARE);
