import type { World } from '../world.ts';
import { chargedUsd, rateUsdPerHour } from './segments.ts';

const HOUR_MS = 3_600_000;

export function totalChargedUsd(world: World, now: number): number {
  let usd = world.state.archivedUsd;
  for (const account of world.state.accounts.values()) usd += chargedUsd(account.segments, 0, now);
  return usd;
}

export function balanceUsd(world: World, now = world.clock.now()): number {
  return world.state.creditUsd - totalChargedUsd(world, now);
}

export function spendUsdPerHour(world: World, now = world.clock.now()): number {
  let rate = 0;
  for (const account of world.state.accounts.values()) rate += rateUsdPerHour(account.segments, now);
  return rate;
}

/**
 * The instant the balance reaches zero at today's rate: in the past when it is already below; null = never. Between two
 * events rates are constant, so this is exact as long as it is asked before each change.
 */
export function exhaustedAt(world: World, now: number): number | null {
  const rate = spendUsdPerHour(world, now);
  if (rate <= 0) return null;
  return now + (balanceUsd(world, now) / rate) * HOUR_MS;
}
