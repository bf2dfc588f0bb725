import { AppError } from '../../../../shared/errors.ts';
import type { DeploymentEvent, Intent } from '../../events.ts';
import type { Market } from '../../market.ts';
import type { DeploymentRecord, PodRecord } from '../../record.ts';
import type { DeploymentStore } from '../../store.ts';
import type { Timing } from '../../timing.ts';
import type { FleetDeps } from '../../types.ts';

/** What all effects work with. */
export interface EffectParts {
  readonly deps: FleetDeps;
  readonly store: DeploymentStore;
  readonly market: Market;
  readonly timing: Timing;
  readonly installation: string;
}

/** Where an effect looks and whom it tells. */
export interface EffectContext {
  readonly record: DeploymentRecord;
  readonly post: (event: DeploymentEvent) => void;
  readonly signal: AbortSignal;
}

export const cloudNow = ({ deps }: EffectParts): number => deps.clock.now() + deps.api.clockOffsetMs();

/** The announcement of a call that begins or ends money (SPEC 2.3). */
export function intentOf(
  parts: EffectParts,
  record: DeploymentRecord,
  call: Pick<Intent, 'kind' | 'podName' | 'podId' | 'launch'>,
): Intent {
  return { id: parts.deps.ids.next('int'), deploymentId: record.id, sentAt: cloudNow(parts), ...call };
}

export function podOf({ record }: EffectContext): PodRecord {
  if (record.pod === null) throw new AppError('internal', 'The pod is gone before its effect began.');
  return record.pod;
}
