/** How long the balance lasts, and what is lost then. */

const HOUR_MS = 3_600_000;

export interface Runway {
  readonly hours: number;
  readonly endsAtMs: number;
}

/** null = no end in sight: the balance is unknown, or nothing bills. A balance used up already gives zero hours. */
export function runway(balanceUsd: number | null, usdPerHour: number, nowMs: number): Runway | null {
  if (balanceUsd === null) return null;
  if (balanceUsd <= 0) return { hours: 0, endsAtMs: nowMs };
  if (usdPerHour <= 0) return null;
  const hours = balanceUsd / usdPerHour;
  return { hours, endsAtMs: nowMs + hours * HOUR_MS };
}

const WARNING_HOURS = [1, 6, 24] as const;

/** The tightest warning that applies: 24, 6 or 1 hour before the end; null = none yet. */
export function runwayWarning(hours: number | null): (typeof WARNING_HOURS)[number] | null {
  if (hours === null) return null;
  return WARNING_HOURS.find((limit) => hours <= limit) ?? null;
}

export interface AtRisk {
  readonly name: string;
  readonly kind: 'pod' | 'network-volume';
  /** A pod with a network volume is stopped, one without is deleted with its data. */
  readonly hasNetworkVolume: boolean;
}

/** What RunPod does when the balance reaches zero (FACTS 2.8). */
export function lostAtZero(resources: readonly AtRisk[]): {
  readonly deleted: string[];
  readonly stopped: string[];
  readonly maybeDeletedLater: string[];
} {
  const names = (wanted: (resource: AtRisk) => boolean): string[] =>
    resources.filter(wanted).map((resource) => resource.name);
  return {
    deleted: names((resource) => resource.kind === 'pod' && !resource.hasNetworkVolume),
    stopped: names((resource) => resource.kind === 'pod' && resource.hasNetworkVolume),
    maybeDeletedLater: names((resource) => resource.kind === 'network-volume'),
  };
}
