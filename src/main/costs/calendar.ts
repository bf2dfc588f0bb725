/**
 * Days and months as the user's clock on the wall has them, in any time zone, daylight saving included: a day may have
 * 23 or 25 hours, and midnight may not exist.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** `2026-11-24`: the day an instant falls on. */
export function dayOf(ms: number, zone: string): string {
  const { year, month, day } = localDate(ms, zone);
  return `${year}-${two(month)}-${two(day)}`;
}

/** `2026-11`: the month an instant falls in. */
export function monthOf(ms: number, zone: string): string {
  return dayOf(ms, zone).slice(0, 7);
}

/** First instant of the day an instant falls on, or of the one `offset` days later. */
export function startOfDay(ms: number, zone: string, offset = 0): number {
  const { year, month, day } = localDate(ms, zone);
  return firstInstantOf({ year, month, day: day + offset }, zone);
}

/** First instant of the month an instant falls in, or of the one `offset` months later. */
export function startOfMonth(ms: number, zone: string, offset = 0): number {
  const { year, month } = localDate(ms, zone);
  return firstInstantOf({ year, month: month + offset, day: 1 }, zone);
}

/** First instants of the last `count` hours or days, the current one included, oldest first. */
export function bucketStarts(bucket: 'hour' | 'day', count: number, nowMs: number, zone: string): number[] {
  const offsets = Array.from({ length: count }, (_, index) => index - count + 1);
  if (bucket === 'day') return offsets.map((offset) => startOfDay(nowMs, zone, offset));
  // Some zones are half an hour off: their hours begin at half past.
  const shift = zoneOffset(nowMs, zone);
  const thisHour = Math.floor((nowMs + shift) / HOUR_MS) * HOUR_MS - shift;
  return offsets.map((offset) => thisHour + offset * HOUR_MS);
}

/**
 * The instant at which clocks show `minutes` past midnight, `offset` days after the day `ms` falls on. A time that they
 * skip lies as far behind the skip as it would have lain behind its beginning; of a time shown twice, `which` one.
 */
export function timeOnDay(
  ms: number,
  zone: string,
  time: { readonly offset: number; readonly minutes: number; readonly which: 'first' | 'last' },
): number {
  const { year, month, day } = localDate(ms, zone);
  return instantOf({ year, month, day: day + time.offset }, zone, time);
}

/** 0 = Monday … 6 = Sunday, `offset` days after the day an instant falls on. */
export function weekdayOf(ms: number, zone: string, offset = 0): number {
  const { year, month, day } = localDate(ms, zone);
  return (new Date(Date.UTC(year, month - 1, day + offset)).getUTCDay() + 6) % 7;
}

/** `18:05`: what clocks show. */
export function timeOfDay(ms: number, zone: string): string {
  const local = new Date(ms + zoneOffset(ms, zone));
  return `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

const firstInstantOf = (date: LocalDate, zone: string): number =>
  instantOf(date, zone, { minutes: 0, which: 'first' });

function instantOf(
  date: LocalDate,
  zone: string,
  { minutes, which }: { readonly minutes: number; readonly which: 'first' | 'last' },
): number {
  const asUtc = Date.UTC(date.year, date.month - 1, date.day, 0, minutes);
  // The zone's offset just before and just after; they differ when clocks change around that time.
  const before = asUtc - zoneOffset(asUtc - DAY_MS, zone);
  const after = asUtc - zoneOffset(asUtc + DAY_MS, zone);
  const shown = [before, after].filter((ms) => ms + zoneOffset(ms, zone) === asUtc);
  // Where clocks skip it, the offset before the skip names an instant behind it; for midnight that is the skip itself.
  if (shown.length === 0) return before;
  return which === 'first' ? Math.min(...shown) : Math.max(...shown);
}

function localDate(ms: number, zone: string): LocalDate {
  const local = new Date(ms + zoneOffset(ms, zone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** What the zone's clocks show beyond UTC at an instant, in ms. */
function zoneOffset(ms: number, zone: string): number {
  const parts = new Map(
    formatter(zone)
      .formatToParts(ms)
      .map((part) => [part.type, Number(part.value)]),
  );
  const shown = Date.UTC(
    parts.get('year') ?? 0,
    (parts.get('month') ?? 1) - 1,
    parts.get('day') ?? 1,
    parts.get('hour') ?? 0,
    parts.get('minute') ?? 0,
    parts.get('second') ?? 0,
  );
  return shown - Math.floor(ms / 1000) * 1000;
}

/** Building one costs far more than using it; a program sees one zone, tests a few. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formatters.size >= 50) formatters.clear();
  formatters.set(zone, made);
  return made;
}

const two = (value: number): string => String(value).padStart(2, '0');
