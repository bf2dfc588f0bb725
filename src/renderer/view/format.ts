import { formatUsd } from '../../shared/money.ts';

/** Prices on controls are rounded up to whole cents, so that a click never costs more than its label says. */
export function priceUp(usdPerHour: number): string {
  const cents = Math.ceil(usdPerHour * 100 - 1e-9);
  return `$${(cents / 100).toFixed(2)}/h`;
}

export const usd = formatUsd;
export const usdPerHour = (value: number | null): string => (value === null ? '–' : `${formatUsd(value)}/h`);
export const usdPerMonth = (value: number): string => `${formatUsd(value)}/month`;

/** A price of one request: three significant digits however small. */
export function usdFine(value: number | null): string {
  if (value === null) return '–';
  if (value === 0) return '$0';
  if (value >= 0.01) return formatUsd(value);
  return `$${Number(value.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(value))))}`;
}

/** `41 s`, `5 min`, `2 h 10 min`, `26 h`, `3 d 4 h`; a negative stretch counts as none. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 10 && hours < 48) return `${Math.round(minutes / 60)} h`;
  if (hours < 10) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `4–8 min` where the unit is the same, `50 s–3 min` where not. */
export function durationRange(lowMs: number, highMs: number): string {
  const [low, high] = [duration(lowMs), duration(highMs)];
  if (low === high) return low;
  const [lowNumber, lowUnit, ...more] = low.split(' ');
  return more.length === 0 && high.endsWith(` ${lowUnit}`) && high.split(' ').length === 2
    ? `${lowNumber}–${high}`
    : `${low}–${high}`;
}

/** Elapsed times that tick: `0:41`, `12:05`, `1:02:09`. */
export function stopwatch(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours === 0 ? `${minutes}:${seconds}` : `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
}

export function ago(iso: string, nowMs: number): string {
  const age = nowMs - Date.parse(iso);
  return age < 5000 ? 'just now' : `${duration(age)} ago`;
}

/** `0.6 s`, `85 ms`; null when nothing was measured. */
export function latency(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `812`, `12.4k`, `1.2M`. */
export function count(value: number | null): string {
  if (value === null) return '–';
  if (value < 1000) return String(Math.round(value));
  if (value < 999_500) return `${trim(value / 1000)}k`;
  return `${trim(value / 1_000_000)}M`;
}

const trim = (value: number): string =>
  value < 100 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));

/** Context sizes as the field writes them: 32k for 32,768. */
export function contextSize(tokens: number): string {
  return tokens % 1024 === 0 ? `${tokens / 1024}k` : count(tokens);
}

/** `18.2 GB`, `640 MB`; decimal, as engines and registries count. */
export function bytes(value: number | null): string {
  if (value === null) return '–';
  if (value < 1e6) return `${Math.round(value / 1e3)} kB`;
  return value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${trim(value / 1e9)} GB`;
}

export const gib = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} GiB`;
/** Whole percents; a part too small for one keeps a digit, so that it is not shown as nothing. */
export const percent = (share: number): string => {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 1 ? value.toFixed(1) : Math.round(value)} %`;
};
export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const timeFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const minuteFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dateTimeFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

export const clockTime = (iso: string): string => timeFormat.format(Date.parse(iso));
export const minuteTime = (iso: string): string => minuteFormat.format(Date.parse(iso));
export const day = (iso: string): string => dayFormat.format(Date.parse(iso));
export const dateTime = (iso: string): string => dateTimeFormat.format(Date.parse(iso));
