import { HOURS_PER_MONTH } from '../../shared/money.ts';
import type { Radar, RadarItem } from '../../shared/model.ts';
import { networkVolumeUsdPerMonth } from '../costs/pricing.ts';
import type { Endpoint, NetworkVolume, Pod } from '../runpod/api.ts';
import { modelOfVolume } from '../volumes/volume-name.ts';
import { parsePodName } from './pod/names.ts';
import { mountersOf, type Account } from './read-account.ts';
import { podUsdPerMonthAtRest } from './storage-at-rest.ts';
import { adoptionRefusal } from './serverless/endpoint-adoption.ts';
import { endpointOffer, podOffer, volumeOffer } from './sweep/offer.ts';

/** Whose a thing in the account is. */
export interface Ownership {
  readonly installation: string;
  /** Name of the deployment that owns it, by its id; null = none. */
  readonly ownerOf: (id: string) => string | null;
  /** By its name: a create that is under way made it, or a deployment that this version cannot read has it. */
  readonly isSpokenFor: (name: string) => boolean;
  /** A network volume that was made here. */
  readonly madeVolume: (id: string) => boolean;
}

/** Everything in the account that costs or may cost, the costliest first (SPEC 3.11). */
export function radarOf(
  account: Account,
  ownership: Ownership,
  stamp: { readonly asOf: string; readonly simulated: boolean },
): Radar {
  const items = [
    ...account.pods.map((pod) => podItem(pod, ownership)),
    ...account.endpoints.map((endpoint) => endpointItem(endpoint, account, ownership)),
    ...account.volumes.map((volume) => volumeItem(volume, account, ownership)),
  ];
  return {
    ...stamp,
    items: items.sort((a, b) => monthly(b) - monthly(a) || a.id.localeCompare(b.id)),
    unseen: account.unseen,
  };
}

/** What runs has its disk in its price. */
const monthly = ({ usdPerHour, usdPerMonthAtRest }: RadarItem): number =>
  usdPerHour > 0 ? usdPerHour * HOURS_PER_MONTH : usdPerMonthAtRest;

export function podItem(pod: Pod, ownership: Ownership): RadarItem {
  const deployment = ownership.ownerOf(pod.id);
  const belongs = ownershipOf(pod, deployment, ownership.installation);
  const volumeGb = pod.mounts.persistent?.size ?? 0;
  const actions: RadarItem['actions'] = [];
  if (pod.actions.includes('stop')) actions.push('stop');
  if (pod.actions.includes('terminate')) actions.push('terminate');
  if (belongs !== 'known' && pod.status === 'RUNNING') actions.push('adopt');
  return {
    kind: 'pod',
    id: pod.id,
    name: pod.name,
    status: pod.status,
    ownership: belongs,
    deployment,
    usdPerHour: pod.cost,
    usdPerMonthAtRest: podUsdPerMonthAtRest(pod),
    actions,
    note: podNote(pod, belongs, volumeGb),
    sweep: ownership.isSpokenFor(pod.name) ? null : podOffer(pod, belongs),
  };
}

function ownershipOf(
  pod: { readonly name: string },
  deployment: string | null,
  installation: string,
): RadarItem['ownership'] {
  if (deployment !== null) return 'known';
  const name = parsePodName(pod.name);
  if (name === null) return 'foreign';
  return name.installation === installation ? 'orphan' : 'other-machine';
}

function podNote(pod: Pod, ownership: RadarItem['ownership'], volumeGb: number): string | null {
  if (pod.locked) return 'Locked against stopping; stopping it here unlocks it first.';
  if (pod.status === 'EXITED' && volumeGb > 0) return 'Its disk bills at double rate while it is stopped.';
  if (ownership === 'orphan') return 'Made by this app in an interrupted run; it is being ended.';
  if (ownership === 'other-machine')
    return 'Made by this app on another computer or in another data directory.';
  return null;
}

function endpointItem(
  endpoint: Endpoint,
  { gpus, running: counts }: Pick<Account, 'gpus' | 'running'>,
  ownership: Ownership,
): RadarItem {
  const running = counts.get(endpoint.id) ?? 0;
  const deployment = ownership.ownerOf(endpoint.id);
  const belongs = ownershipOf(endpoint, deployment, ownership.installation);
  const { min, max } = endpoint.workers;
  const pools = new Set(endpoint.gpu?.pools ?? []);
  const prices = gpus.flatMap((gpu) =>
    gpu.pool !== null && pools.has(gpu.pool) && gpu.price.serverless !== undefined
      ? [gpu.price.serverless]
      : [],
  );
  const perWorker = Math.max(0, ...prices) * (endpoint.gpu?.count ?? 1);
  const usdPerHour = Math.max(min, running) * perWorker;
  return {
    kind: 'endpoint',
    id: endpoint.id,
    name: endpoint.name,
    status: max === 0 ? 'SCALED_TO_ZERO' : min > 0 ? 'ALWAYS_ON' : 'ON_DEMAND',
    ownership: belongs,
    deployment,
    usdPerHour,
    usdPerMonthAtRest: 0,
    actions: [
      ...(max > 0 ? (['stop'] as const) : []),
      'terminate',
      ...(belongs !== 'known' && adoptionRefusal(endpoint) === null ? (['adopt'] as const) : []),
    ],
    note: endpointNote(min, running, belongs),
    sweep: ownership.isSpokenFor(endpoint.name) ? null : endpointOffer(endpoint, min * perWorker, belongs),
  };
}

function endpointNote(min: number, running: number, ownership: RadarItem['ownership']): string | null {
  if (min > 0) return `Keeps ${min} worker${min === 1 ? '' : 's'} running day and night.`;
  if (running > 0 && ownership !== 'known')
    return `${running} worker${running === 1 ? ' is' : 's are'} up now.`;
  if (ownership === 'orphan') return 'Made by this app in an interrupted run; it is being deleted.';
  if (ownership !== 'other-machine') return null;
  return 'Made by this app on another computer or in another data directory.';
}

function volumeItem(volume: NetworkVolume, account: Account, ownership: Ownership): RadarItem {
  const deployment = ownership.ownerOf(volume.id);
  const model = modelOfVolume(volume.name);
  const belongs = deployment !== null ? 'known' : ownership.madeVolume(volume.id) ? 'orphan' : 'foreign';
  const usdPerMonth = networkVolumeUsdPerMonth(volume.size);
  const isMounted = mountersOf(account, volume.id).length > 0;
  return {
    kind: 'network-volume',
    id: volume.id,
    name: volume.name,
    status: `${volume.size} GB in ${volume.dataCenter}`,
    ownership: belongs,
    deployment,
    usdPerHour: 0,
    usdPerMonthAtRest: usdPerMonth,
    actions: deployment === null ? ['terminate'] : [],
    note:
      deployment === null && model !== null && !isMounted
        ? `Made by this app for ${model}; nothing mounts it, and it bills always.`
        : 'Bills always, attached or not.',
    sweep: volumeOffer(volume, usdPerMonth, { ownership: belongs, isMounted }),
  };
}
