/**
 * The generic cell rate algorithm: a token bucket kept as one instant per key, the theoretical arrival time. Pure.
 * A limit of n a minute lets n through at once and then one every 60/n seconds.
 */
export interface Rate {
  readonly perMinute: number;
}

export interface Taken {
  readonly ok: boolean;
  /** The instant to keep. */
  readonly tat: number;
  /** Until the same request would pass; 0 when it did. */
  readonly waitMs: number;
  /** What is left of the limit now. */
  readonly remaining: number;
  /** Until the whole limit is there again. */
  readonly resetMs: number;
}

const MINUTE_MS = 60_000;

/** Takes `cost` from a limit. A single cost above the limit counts as the whole of it, or it could never pass. */
export function take(tat: number, now: number, cost: number, rate: Rate): Taken {
  const interval = MINUTE_MS / rate.perMinute;
  const base = Math.max(tat, now);
  const next = base + Math.min(cost, rate.perMinute) * interval;
  const waitMs = next - MINUTE_MS - now;
  return waitMs > 1e-6
    ? taken(false, tat, waitMs, base - now, interval)
    : taken(true, next, 0, next - now, interval);
}

/** Corrects a reservation once the real cost is known. */
export function settle(tat: number, reserved: number, actual: number, rate: Rate): number {
  const most = rate.perMinute;
  return tat + (actual - Math.min(reserved, most)) * (MINUTE_MS / most);
}

/** `usedMs` = how much of the minute is taken. */
function taken(ok: boolean, tat: number, waitMs: number, usedMs: number, interval: number): Taken {
  const used = Math.max(0, usedMs);
  const remaining = Math.max(0, Math.floor((MINUTE_MS - used) / interval + 1e-6));
  return { ok, tat, waitMs, remaining, resetMs: Math.ceil(used) };
}
