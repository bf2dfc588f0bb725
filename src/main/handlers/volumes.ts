import type { MethodHandlers } from '../../shared/api.ts';
import type { VolumeMeter } from '../volumes/volume-meter.ts';
import type { VolumeService } from '../volumes/volume-service.ts';

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `volumes.${string}`>>;

/** `meter` is told of changes, so that a bill begins and ends in the ledger when it does. */
export function volumeHandlers(volumes: VolumeService, meter: Pick<VolumeMeter, 'look'>): Handled {
  return {
    'volumes.list': async (_input, signal) => ({ volumes: await volumes.list(signal) }),
    'volumes.advise': (request, signal) => volumes.advise(request, signal),
    'volumes.create': async (wish, signal) => {
      const made = await volumes.create(wish, signal);
      meter.look();
      return made;
    },
    'volumes.remove': async ({ id }, signal) => {
      await volumes.remove(id, signal);
      meter.look();
      return { ok: true };
    },
  };
}
