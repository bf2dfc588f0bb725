import type { DeploymentSpec, EditEffects } from '../../shared/model.ts';
import { usdForMs } from '../../shared/money.ts';
import type { EndpointRecord, PodRecord } from './record.ts';
import type { RunKind } from './serverless/kind.ts';

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
  readonly endpoint: Pick<EndpointRecord, 'maxWorkers' | 'launch'> | null;
  readonly inFlight: number;
  /** How long a start usually takes; null = not known. */
  readonly bootMs: number | null;
}

/** What an edit does to the pod or endpoint there is (SPEC 3.8). Pure. */
export function editEffects(before: DeploymentSpec, after: DeploymentSpec, facts: EditedPod): EditEffects {
  const { pod, endpoint, inFlight, bootMs } = facts;
  if (pod === null && endpoint !== null) return endpointEffects(before, after, endpoint, facts);
  const moves = pod !== null && movesFrom('pod', after);
  const because = [...(moves ? ['mode'] : []), ...changedIn(LAUNCH_FIELDS, before, after)];
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

/** A pod's own ways to stop mean nothing to an endpoint. */
const CONTAINER_FIELDS = LAUNCH_FIELDS.filter((field) => field !== 'onStop' && field !== 'watchdog');

/** An image has to be made before there can be an endpoint of it. */
const awaitsImage = (before: DeploymentSpec, after: DeploymentSpec): boolean =>
  after.ownImage === 'always' && before.ownImage !== 'always';

/** Bounds act at once, a new container comes as workers finish, and the kind of an endpoint cannot change (FACTS 3.1). */
function endpointEffects(
  before: DeploymentSpec,
  after: DeploymentSpec,
  { maxWorkers, launch }: NonNullable<EditedPod['endpoint']>,
  { inFlight, bootMs }: EditedPod,
): EditEffects {
  const replaced = [
    ...(movesFrom('serverless', after) ? ['mode'] : []),
    ...(before.serverless.type === after.serverless.type ? [] : ['serverless.type']),
    ...(awaitsImage(before, after) ? ['ownImage'] : []),
  ];
  const changed = changedIn(CONTAINER_FIELDS, before, after);
  const because = [...replaced, ...changed.filter((field) => !replaced.includes(field))];
  if (because.length === 0) return { newPod: 'never', because, wipes: [], costs: { bootUsd: 0 } };
  const bootUsd = bootMs === null ? null : usdForMs(launch.gpus[0]?.usdPerHour ?? 0, bootMs);
  if (replaced.length === 0) {
    const wipes = [
      'what its workers have loaded: each gets the new container once it has finished what it does',
    ];
    return { newPod: 'never', because, wipes, costs: { bootUsd } };
  }
  return {
    newPod: maxWorkers === 0 ? 'next-start' : 'now',
    because,
    wipes: ['the endpoint, with the requests in its queue', ...requestsLost(inFlight)],
    costs: { bootUsd },
  };
}

/** `auto` begins with what there is. */
const movesFrom = (kind: RunKind, { mode }: DeploymentSpec): boolean => mode !== 'auto' && mode !== kind;

const changedIn = <F extends keyof DeploymentSpec>(
  fields: readonly F[],
  before: DeploymentSpec,
  after: DeploymentSpec,
): F[] => fields.filter((field) => canonical(before[field]) !== canonical(after[field]));

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
