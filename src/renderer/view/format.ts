import type { Language } from '../../shared/language.ts';
import type { PlanCandidate } from '../../shared/model.ts';
import { formatUsd, upToCents, usdWithDigits } from '../../shared/money.ts';
import { spokenLanguage } from '../words/catalogue.ts';
import { words } from './messages.ts';

/** Prices on controls are rounded up to whole cents, so that a click never costs more than its label says. */
export function priceUp(usdPerHour: number): string {
  return `${usdWithDigits(upToCents(usdPerHour), 2, spokenLanguage())}/h`;
}

export type RunKind = PlanCandidate['kind'];

/** A price by the hour with what it is paid for: a pod bills until it is stopped, a worker while it runs. */
export const priceOf = (kind: RunKind, price: string): string =>
  kind === 'serverless' ? words.perWorker(price) : price;

/** `$0.45–0.60/h`; one price where both are the same. */
export function priceUpRange(lowUsdPerHour: number, highUsdPerHour: number): string {
  const [low, high] = [priceUp(lowUsdPerHour), priceUp(highUsdPerHour)];
  if (low === high) return low;
  return spokenLanguage() === 'de'
    ? `${low.replace(/\s?\$.*/, '')}–${high}`
    : `${low.replace('/h', '')}–${high.replace('$', '')}`;
}

/** `$0.4055/h`: with as many digits as it takes, four at the most. */
export function perHourExact(usdPerHour: number): string {
  const digits = Math.abs(usdPerHour * 100 - Math.round(usdPerHour * 100)) < 0.005 ? 2 : 4;
  return `${usdWithDigits(usdPerHour, digits, spokenLanguage())}/h`;
}

export const usd = (value: number | null): string => formatUsd(value, spokenLanguage());
export const usdPerHour = (value: number | null): string => (value === null ? '–' : `${usd(value)}/h`);
export const usdPerMonth = (value: number): string => words.perMonth(usd(value));

export const usdWhole = (value: number): string => usdWithDigits(value, 0, spokenLanguage());

/** A price of one request: two significant digits however small. */
export function usdFine(value: number | null): string {
  if (value === null) return '–';
  if (value === 0) return usdWhole(0);
  if (value >= 0.01) return usd(value);
  const digits = Math.min(8, 1 - Math.floor(Math.log10(value)));
  return usdWithDigits(Number(value.toPrecision(2)), digits, spokenLanguage());
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
  return age < 5000 ? words.justNow : words.ago(duration(age));
}

/** `0.6 s`, `85 ms`; null when nothing was measured. */
export function latency(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${decimal((ms / 1000).toFixed(1))} s`;
}

/** `812`, `12.4k`, `1.2M`. */
export function count(value: number | null): string {
  if (value === null) return '–';
  if (value < 1000) return String(Math.round(value));
  if (value < 999_500) return `${trim(value / 1000)}k`;
  return `${trim(value / 1_000_000)}M`;
}

const trim = (value: number): string =>
  value < 100 ? decimal(value.toFixed(1).replace(/\.0$/, '')) : String(Math.round(value));

/** The language's own mark before the fraction. */
export const decimal = (number: string): string =>
  spokenLanguage() === 'de' ? number.replace('.', ',') : number;

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

export const gib = (value: number): string =>
  `${value < 10 ? decimal(value.toFixed(1)) : Math.round(value)} GiB`;
/** Whole percents; a part too small for one keeps a digit, so that it is not shown as nothing. */
export const percent = (share: number): string => {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 1 ? decimal(value.toFixed(1)) : Math.round(value)} %`;
};

const MINUTE = { hour: '2-digit', minute: '2-digit' } as const;
const DAY = { day: 'numeric', month: 'short' } as const;

const formatsIn = (locale: string) => ({
  time: new Intl.DateTimeFormat(locale, { ...MINUTE, second: '2-digit' }),
  minute: new Intl.DateTimeFormat(locale, MINUTE),
  day: new Intl.DateTimeFormat(locale, DAY),
  dateTime: new Intl.DateTimeFormat(locale, { ...DAY, ...MINUTE }),
});
const FORMATS: Readonly<Record<Language, ReturnType<typeof formatsIn>>> = {
  en: formatsIn('en-GB'),
  de: formatsIn('de-DE'),
};
const formats = () => FORMATS[spokenLanguage()];

export const clockTime = (iso: string): string => formats().time.format(Date.parse(iso));
export const minuteTime = (iso: string): string => formats().minute.format(Date.parse(iso));
export const day = (iso: string): string => formats().day.format(Date.parse(iso));
export const dateTime = (iso: string): string => formats().dateTime.format(Date.parse(iso));
