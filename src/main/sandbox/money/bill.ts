import type { SandboxBill } from '../types.ts';
import type { World } from '../world.ts';
import { totalChargedUsd } from './balance.ts';
import { chargedUsd, overlapMs, rateUsdPerHour, type Account } from './segments.ts';

/** What was charged up to now; exact, with no lag. */
export function billOf(world: World): SandboxBill {
  const now = world.clock.now();
  const pods = [...world.state.accounts.values()].filter((account) => account.kind === 'pod');
  return {
    totalUsd: totalChargedUsd(world, now),
    pods: pods.map((account) => ({
      podId: account.id,
      name: account.name,
      usd: chargedUsd(account.segments, 0, now),
      computeSeconds: computeMs(account, now) / 1000,
      usdPerHour: rateUsdPerHour(account.segments, now),
      running: world.state.pods.get(account.id)?.running ?? false,
    })),
  };
}

function computeMs(account: Account, now: number): number {
  return account.segments
    .filter((segment) => segment.component === 'gpu' || segment.component === 'cpu')
    .reduce((sum, segment) => sum + overlapMs(segment, 0, now), 0);
}
