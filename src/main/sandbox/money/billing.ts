import type { World } from '../world.ts';
import { bucketAfter, bucketStart, type BucketSize } from './buckets.ts';
import { chargedUsd, type Account, type Component } from './segments.ts';

export interface BillingWindow {
  readonly bucketSize: BucketSize;
  readonly startMs: number;
  readonly endMs: number;
}

/** What one resource cost in one bucket, by component. */
export interface Charge {
  readonly account: Account;
  readonly startMs: number;
  readonly endMs: number;
  readonly usd: Readonly<Record<Component, number>>;
}

/** RunPod charges every five minutes (FACTS 2.8): what came after is not on the bill yet. */
const CHARGING_ROUND_MS = 300_000;

/** Up to when charges are on the bill; a billing-lag fault moves it further back. */
export function billedUntil(world: World): number {
  const now = world.clock.now();
  const lag = world.faults.take('billing-lag')?.ms ?? 0;
  return Math.floor(now / CHARGING_ROUND_MS) * CHARGING_ROUND_MS - lag;
}

/** One charge a resource and bucket, nothing for buckets without cost; oldest first. */
export function chargesIn(accounts: readonly Account[], window: BillingWindow, untilMs: number): Charge[] {
  const charges = accounts.flatMap((account) => accountCharges(account, window, untilMs));
  return charges.toSorted((a, b) => a.startMs - b.startMs || a.account.id.localeCompare(b.account.id));
}

function accountCharges(account: Account, window: BillingWindow, untilMs: number): Charge[] {
  const { segments } = account;
  if (segments.length === 0) return [];
  const end = Math.min(window.endMs, untilMs);
  const first = Math.max(window.startMs, Math.min(...segments.map((segment) => segment.fromMs)));
  const last = Math.min(end, Math.max(...segments.map((segment) => segment.toMs ?? end)));
  const charges: Charge[] = [];
  for (let at = bucketStart(window.bucketSize, first); at < last; at = bucketAfter(window.bucketSize, at)) {
    const next = bucketAfter(window.bucketSize, at);
    const usd = byComponent(account, Math.max(at, window.startMs), Math.min(next, end));
    if (Object.values(usd).some((value) => value > 0))
      charges.push({ account, startMs: at, endMs: next, usd });
  }
  return charges;
}

const NO_CHARGE: Readonly<Record<Component, number>> = {
  gpu: 0,
  cpu: 0,
  disk: 0,
  standard: 0,
  'high-performance': 0,
  'worker-gpu': 0,
  'worker-disk': 0,
  tokens: 0,
};

function byComponent(account: Account, fromMs: number, toMs: number): Record<Component, number> {
  const usd = { ...NO_CHARGE };
  for (const segment of account.segments) usd[segment.component] += chargedUsd([segment], fromMs, toMs);
  return usd;
}

export function sumCharges(charges: readonly Charge[]): Record<Component, number> {
  const sum = { ...NO_CHARGE };
  for (const charge of charges) {
    sum.gpu += charge.usd.gpu;
    sum.cpu += charge.usd.cpu;
    sum.disk += charge.usd.disk;
    sum.standard += charge.usd.standard;
    sum['high-performance'] += charge.usd['high-performance'];
    sum['worker-gpu'] += charge.usd['worker-gpu'];
    sum['worker-disk'] += charge.usd['worker-disk'];
    sum.tokens += charge.usd.tokens;
  }
  return sum;
}
