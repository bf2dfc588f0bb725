import type { MethodHandlers } from '../../shared/api.ts';
import type { VolumeService } from '../volumes/volume-service.ts';

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `volumes.${string}`>>;

export function volumeHandlers(volumes: VolumeService): Handled {
  return {
    'volumes.list': async (_input, signal) => ({ volumes: await volumes.list(signal) }),
    'volumes.advise': (request, signal) => volumes.advise(request, signal),
    'volumes.create': (wish, signal) => volumes.create(wish, signal),
    'volumes.remove': async ({ id }, signal) => {
      await volumes.remove(id, signal);
      return { ok: true };
    },
  };
}
