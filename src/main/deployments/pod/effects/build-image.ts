import { AppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import type { BuildEvent } from '../../../../shared/images.ts';
import { requestFor } from '../../../planner/image-need.ts';
import { kindOf } from '../../serverless/kind.ts';
import { buildDetail } from '../build-words.ts';
import type { EffectContext, EffectParts } from './context.ts';

/**
 * Makes the deployment's own image and sends it to its registry, or finds it there. An abort stops the build. It is given
 * up when nothing is heard of it for long; a wait for another build's turn does not count.
 */
export async function buildOwnImage(parts: EffectParts, context: EffectContext): Promise<void> {
  const { record, post, signal } = context;
  const { images } = parts.deps;
  const silence = new Silence(parts);
  const both = AbortSignal.any([signal, silence.signal]);
  const tell = detailTeller(post);
  try {
    const packages = await images.pin(record.ownImage?.packages ?? [], both);
    const request = requestFor(record.spec, kindOf(record), packages);
    const onEvent = (event: BuildEvent): void => {
      silence.broken();
      tell(event);
    };
    const image = await images.ensure(request, { push: true }, onEvent, both);
    const { reference, registryId, launch, source } = image;
    const built = { reference, registryId, env: { ...launch.env }, ports: [...launch.ports] };
    post({ type: 'image-ready', source, built });
  } catch (error) {
    if (signal.aborted) throw error;
    post({ type: 'image-failed', error: toErrorBody(silence.explain(error)) });
  } finally {
    silence.end();
  }
}

/** Ends what says nothing for too long; begins to count with the first word. */
class Silence {
  readonly #parts: EffectParts;
  readonly #abort = new AbortController();
  #cancel: () => void = () => {};

  constructor(parts: EffectParts) {
    this.#parts = parts;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  broken(): void {
    const { deps, timing } = this.#parts;
    this.#cancel();
    this.#cancel = deps.clock.after(timing.stuckBuildingMs, () => this.#abort.abort());
  }

  /** An abort that is not ours to pass on is a build that somebody cancelled by hand, or this one. */
  explain(error: unknown): unknown {
    if (this.#abort.signal.aborted) {
      const minutes = Math.round(this.#parts.timing.stuckBuildingMs / 60_000);
      return new AppError('build_failed', `The build said nothing for ${minutes} minutes.`, { cause: error });
    }
    if (!isAbort(error)) return error;
    return new AppError('build_failed', 'The build was cancelled.', {
      cause: error,
      advice: 'Start the deployment to build it after all.',
    });
  }

  end(): void {
    this.#cancel();
  }
}

/** Tells the state of the build when it reads differently, not at each of its hundreds of events. */
function detailTeller(post: EffectContext['post']): (event: BuildEvent) => void {
  let told = '';
  return (event) => {
    if (event.type !== 'view') return;
    const detail = buildDetail(event.build);
    if (detail === null || detail === told) return;
    told = detail;
    post({ type: 'image-progress', detail });
  };
}
