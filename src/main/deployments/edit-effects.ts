import type { DeploymentSpec, EditEffects } from '../../shared/model.ts';
import { usdForMs } from '../../shared/money.ts';
import type { PodRecord } from './record.ts';

/** What a pod cannot change after its creation; the same that `specHash` is made of. */
export const LAUNCH_FIELDS = [
  'model',
  'modelPath',
  'revision',
  'backend',
  'compute',
  'contextTokens',
  'concurrency',
  'kvCacheDtype',
  'image',
  'templateId',
  'ownImage',
  'extraArgs',
  'env',
  'containerDiskGb',
  'volume',
  'onStop',
  'watchdog',
] as const satisfies readonly (keyof DeploymentSpec)[];

export interface EditedPod {
  readonly pod: PodRecord | null;
  readonly inFlight: number;
  /** How long a start usually takes; null = not known. */
  readonly bootMs: number | null;
}

/** What an edit does to the pod there is (SPEC 3.8). Pure. */
export function editEffects(before: DeploymentSpec, after: DeploymentSpec, facts: EditedPod): EditEffects {
  const { pod, inFlight, bootMs } = facts;
  const because = LAUNCH_FIELDS.filter((field) => canonical(before[field]) !== canonical(after[field]));
  if (pod === null || because.length === 0) {
    return { newPod: 'never', because, wipes: [], costs: { bootUsd: 0 } };
  }
  return {
    newPod: pod.status === 'EXITED' ? 'next-start' : 'now',
    because,
    wipes: [...disksLost(before, pod), ...requestsLost(inFlight)],
    costs: { bootUsd: bootMs === null ? null : usdForMs(pod.rateUsdPerHour, bootMs) },
  };
}

function disksLost({ volume }: DeploymentSpec, { launch }: PodRecord): string[] {
  const again = volume === null ? '; weights are downloaded again' : '';
  if (launch.persistentGb > 0) return [`the disk the pod is kept with, ${launch.persistentGb} GB${again}`];
  return [`the container disk of the pod, ${launch.containerDiskGb} GB${again}`];
}

function requestsLost(inFlight: number): string[] {
  if (inFlight === 0) return [];
  return [`the answers of ${inFlight} ${inFlight === 1 ? 'request' : 'requests'} in flight`];
}

/** The order of an object's keys is no difference. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => a.localeCompare(b)))
      : part,
  );
