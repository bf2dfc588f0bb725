import type { Market } from './market.ts';
import { computeIdle, type ComputedIdle } from './policy/computed-idle.ts';
import type { DeploymentRecord } from './record.ts';
import type { DeploymentStore } from './store.ts';

/** How long a start takes as long as none was seen. */
const FIRST_BOOT_MS = 5 * 60_000;

/** Idleness computed from the user's own pauses, the price and the length of a start (SPEC 3.9); null = it is not to be. */
export function habitualIdle(
  { id, spec, pod, spell }: DeploymentRecord,
  store: DeploymentStore,
  market: Market,
): ComputedIdle | null {
  if (spec.idle.policy !== 'computed' || pod === null) return null;
  const last = spell === null ? [] : [{ at: spell.fromMs, serviceMs: spell.toMs - spell.fromMs }];
  return computeIdle({
    uses: [...store.uses.of(id), ...last],
    usdPerHour: pod.rateUsdPerHour,
    bootMs: bootMsOf(market, spec.model, pod.launch.gpuTypeId),
    fixedMinutes: spec.idle.minutes,
  });
}

/** How long a start usually takes, on one GPU or on whichever it was. */
export function bootMsOf(market: Market, model: string, gpuTypeId: string | null = null): number {
  const { medianSeconds } = market.bootTime(gpuTypeId, model);
  return medianSeconds === null ? FIRST_BOOT_MS : medianSeconds * 1000;
}
