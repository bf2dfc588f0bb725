import { HOURS_PER_MONTH, STORAGE_USD_PER_GB_MONTH } from '../../../shared/money.ts';
import type { RadarItem, SweepLoss, SweepOffer } from '../../../shared/model.ts';
import type { Endpoint, NetworkVolume, Pod } from '../../runpod/api.ts';

type Ownership = RadarItem['ownership'];

/**
 * What a sweep does to a thing that no deployment has (SPEC 3.11): a leftover of this computer's is deleted; what others
 * made is stopped first, with its disk and settings kept, and deleted only by the next sweep.
 */

export function podOffer(pod: Pod, ownership: Ownership): SweepOffer | null {
  if (ownership === 'known' || pod.status === 'TERMINATED') return null;
  const price = STORAGE_USD_PER_GB_MONTH;
  const volumeGb = pod.mounts.persistent?.size ?? 0;
  const computing = pod.cost * HOURS_PER_MONTH;
  const container = pod.status === 'EXITED' ? [] : sized('container-disk', pod.disk ?? 0);
  if (ownership !== 'orphan' && pod.actions.includes('stop')) {
    const dearer = volumeGb * (price.volumeDiskStopped - price.volumeDiskRunning);
    return { act: 'stop', savesUsdPerMonth: computing - dearer, loses: container, isLeftover: false };
  }
  const disk = volumeGb * (pod.status === 'EXITED' ? price.volumeDiskStopped : price.volumeDiskRunning);
  return {
    act: 'terminate',
    savesUsdPerMonth: computing + disk,
    loses: [{ what: 'pod', gb: null }, ...container, ...sized('volume-disk', volumeGb)],
    isLeftover: ownership === 'orphan',
  };
}

/** Workers that run now end by themselves once their work is done: only those kept up are saved for sure. */
export function endpointOffer(
  { workers }: Pick<Endpoint, 'workers'>,
  keptUsdPerHour: number,
  ownership: Ownership,
): SweepOffer | null {
  if (ownership === 'known') return null;
  const savesUsdPerMonth = keptUsdPerHour * HOURS_PER_MONTH;
  if (ownership !== 'orphan' && workers.max > 0) {
    return { act: 'stop', savesUsdPerMonth, loses: [], isLeftover: false };
  }
  const loses: SweepLoss[] = [{ what: 'endpoint', gb: null }];
  return { act: 'terminate', savesUsdPerMonth, loses, isLeftover: ownership === 'orphan' };
}

export function volumeOffer(
  { size }: Pick<NetworkVolume, 'size'>,
  usdPerMonth: number,
  { ownership, isMounted }: { readonly ownership: Ownership; readonly isMounted: boolean },
): SweepOffer | null {
  if (ownership === 'known') return null;
  return {
    act: 'terminate',
    savesUsdPerMonth: usdPerMonth,
    loses: [{ what: 'network-volume', gb: size }],
    isLeftover: ownership === 'orphan' && !isMounted,
  };
}

const sized = (what: SweepLoss['what'], gb: number): SweepLoss[] => (gb > 0 ? [{ what, gb }] : []);
