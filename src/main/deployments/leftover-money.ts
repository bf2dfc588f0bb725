import type { Ledger } from '../costs/ledger.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunPodApi } from '../runpod/api.ts';
import type { PodFacts } from './events.ts';
import { parsePodName } from './pod/names.ts';

export interface LeftoverParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly api: RunPodApi;
  readonly installation: string;
  /** Name of the deployment of that id; null = there is none. */
  readonly nameOf: (deploymentId: string) => string | null;
}

/**
 * A pod that this computer made and lost sight of has cost since it was made: that is in the ledger before its end is.
 * What a stopped one cost, and its disk still costs, is left to the bill: its entry says that there was something.
 */
export function meterLeftover(
  { ledger, clock, api, installation, nameOf }: LeftoverParts,
  { id, name, usdPerHour, createdAt }: Pick<PodFacts, 'id' | 'name' | 'usdPerHour' | 'createdAt'>,
): void {
  const made = parsePodName(name);
  if (made?.installation !== installation) return;
  const { deploymentId } = made;
  ledger.observe(
    { resourceId: id, deploymentId, deploymentName: nameOf(deploymentId), kind: 'compute', usdPerHour },
    createdAt,
    clock.now() + api.clockOffsetMs(),
  );
}
