/** Money is kept in US dollars as floating-point numbers; sums are compared with a tolerance, never with ===. */

export const HOURS_PER_MONTH = 730;

/** `$0.69`, `$12.40`, `$0.0023`, `<$0.0001`; "unknown" is not zero: null gives `–`. */
export function formatUsd(usd: number | null): string {
  if (usd === null) return '–';
  const abs = Math.abs(usd);
  const sign = usd < 0 ? '-' : '';
  if (abs !== 0 && abs < 0.0001) return `${sign}<$0.0001`;
  const digits = abs !== 0 && abs < 0.1 ? 4 : 2;
  return `${sign}$${abs.toFixed(digits)}`;
}

export function formatUsdPerHour(usd: number | null): string {
  return usd === null ? '–' : `${formatUsd(usd)}/h`;
}

/** Price of a stretch of time at an hourly rate. */
export function usdForMs(usdPerHour: number, ms: number): number {
  return (usdPerHour * ms) / 3_600_000;
}

/** Storage prices in USD per GB and month (FACTS 2.8). */
export const STORAGE_USD_PER_GB_MONTH = {
  containerDisk: 0.1,
  volumeDiskRunning: 0.1,
  volumeDiskStopped: 0.2,
  networkVolumeFirstTb: 0.07,
  networkVolumeBeyond: 0.05,
} as const;
