import { diskUsdPerHour, HOURS_PER_MONTH } from '../../shared/money.ts';
import type { Pod } from '../runpod/api.ts';

/** What the volume disk of a pod costs a month once the pod is stopped (FACTS 2.8, trap 15). */
export const podUsdPerMonthAtRest = ({ mounts }: Pick<Pod, 'mounts'>): number =>
  diskUsdPerHour({ containerGb: 0, persistentGb: mounts.persistent?.size ?? 0 }, 'stopped') * HOURS_PER_MONTH;
