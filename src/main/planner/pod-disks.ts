import type { DeploymentSpec } from '../../shared/model.ts';
import type { PodDisks } from '../../shared/money.ts';
import { DISK_ALLOWANCE_GB } from './images.ts';

const SMALLEST_VOLUME_GB = 10;
/** Of a pod whose data lie on a volume disk: what the server writes beside them. */
const KEPT_CONTAINER_DISK_GB = 20;

export type DiskWish = Pick<
  DeploymentSpec,
  'backend' | 'containerDiskGb' | 'volume' | 'modelPath' | 'onStop'
>;

/** Room that weights and server need, where nobody chose it; weights that an image or a volume brings need none. */
export function serverDiskGb(wish: DiskWish, computedGb: number): number {
  if (wish.containerDiskGb !== null) return wish.containerDiskGb;
  const fetched = wish.volume === null && wish.modelPath === null;
  return fetched ? computedGb : DISK_ALLOWANCE_GB[wish.backend];
}

/** The disks that a pod is made with: one that is kept when stopped has its data on a volume disk (FACTS 2.1). */
export function podDisks(wish: Pick<DiskWish, 'volume' | 'onStop'>, serverGb: number): PodDisks {
  if (wish.volume !== null || wish.onStop === 'terminate') return { containerGb: serverGb, persistentGb: 0 };
  return { containerGb: KEPT_CONTAINER_DISK_GB, persistentGb: Math.max(SMALLEST_VOLUME_GB, serverGb) };
}
