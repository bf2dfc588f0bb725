import type { Language } from './language.ts';

/** Money is kept in US dollars as floating-point numbers; sums are compared with a tolerance, never with ===. */

export const HOURS_PER_MONTH = 730;

/** `$0.69`, `$12.40`, `$0.0023`, `<$0.0001`, in German `0,69 $`; "unknown" is not zero: null gives `–`. */
export function formatUsd(usd: number | null, language: Language = 'en'): string {
  if (usd === null) return '–';
  const abs = Math.abs(usd);
  const sign = usd < 0 ? '-' : '';
  if (abs !== 0 && abs < 0.0001) return `${sign}<${usdWithDigits(0.0001, 4, language)}`;
  return `${sign}${usdWithDigits(abs, abs !== 0 && abs < 0.1 ? 4 : 2, language)}`;
}

/** An amount that is not negative, with so many digits after the point. */
export function usdWithDigits(usd: number, digits: number, language: Language): string {
  if (language === 'en') return `$${usd.toFixed(digits)}`;
  const format = germanUsd.get(digits) ?? newGermanUsd(digits);
  germanUsd.set(digits, format);
  return format.format(usd);
}

/** Making a format takes longer than using it. */
const germanUsd = new Map<number, Intl.NumberFormat>();

const newGermanUsd = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat('de-DE', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

export function formatUsdPerHour(usd: number | null): string {
  return usd === null ? '–' : `${formatUsd(usd)}/h`;
}

/** Rounded up to whole cents: what is told before a click is never less than what is billed. */
export const upToCents = (usd: number): number => Math.ceil(usd * 100 - 1e-9) / 100;

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

export interface PodDisks {
  readonly containerGb: number;
  /** Disk on the pod's machine that outlives the container; 0 = none. */
  readonly persistentGb: number;
}

/** Container disk bills while running, a volume disk always and at double rate while stopped (FACTS 2.8, trap 15). */
export function diskUsdPerHour(
  { containerGb, persistentGb }: PodDisks,
  state: 'running' | 'stopped',
): number {
  const price = STORAGE_USD_PER_GB_MONTH;
  const perMonth =
    state === 'running'
      ? containerGb * price.containerDisk + persistentGb * price.volumeDiskRunning
      : persistentGb * price.volumeDiskStopped;
  return perMonth / HOURS_PER_MONTH;
}
