import type { MethodHandlers, StreamHandlers } from '../../shared/api.ts';
import type { ImageService } from '../images/image-service.ts';

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `images.${string}`>>;

export function imageHandlers(images: ImageService): Handled {
  return {
    'images.engine': (_input, signal) => images.engine(signal),
    'images.plan': (request, signal) => images.plan(request, signal),
    'images.build': async ({ request, push, rebuild }) => images.start(request, { push, rebuild }),
    'images.push': async ({ reference }) => images.push(reference),
    'images.cancel': ({ build }) => images.cancel(build),
    'images.builds': async () => ({ builds: images.builds() }),
    'images.list': async (_input, signal) => ({ images: await images.list(signal) }),
    'images.remove': async ({ reference }, signal) => {
      await images.remove(reference, signal);
      return { ok: true };
    },
    'images.prunePreview': (_input, signal) => images.prunePreview(signal),
    'images.prune': ({ ids }, signal) => images.prune(ids, signal),
    'images.smoke': ({ reference }, signal) => images.smoke(reference, signal),
  };
}

export function imageStreams(images: ImageService): Pick<StreamHandlers, 'images.follow'> {
  return { 'images.follow': ({ build }, signal) => images.follow(build, signal) };
}
