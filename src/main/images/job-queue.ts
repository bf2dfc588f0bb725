import { AppError } from '../../shared/errors.ts';
import type { BuildEvent, BuildView } from '../../shared/images.ts';
import type { Log } from '../logs/log.ts';
import { throwIfAborted, type Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Disposable } from '../platform/lifecycle.ts';
import type { BuildHistory } from './build-history.ts';
import type { BuiltImage } from './image-builder.ts';
import { Job } from './job.ts';

export interface Running {
  readonly job: Job;
  readonly result: Promise<BuiltImage>;
}

interface QueueParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly scrub: (text: string) => string;
}

/** Builds and pushes, one after the other: they share disk, cache and line, and two at once are slower than two in turn. */
export class JobQueue implements Disposable {
  readonly #parts: QueueParts;
  readonly #history: BuildHistory;
  readonly #running = new Map<string, Running>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: QueueParts, history: BuildHistory) {
    this.#parts = parts;
    this.#history = history;
  }

  run(
    about: Pick<BuildView, 'kind' | 'reference' | 'model' | 'backend' | 'target'>,
    body: (job: Job) => Promise<BuiltImage>,
  ): Running {
    const { clock, ids, log } = this.#parts;
    const startedAt = new Date(clock.now()).toISOString();
    const view: BuildView = { ...EMPTY, ...about, id: ids.next('build'), startedAt };
    const job = new Job(view, clock, (error) => log.error({ err: error }, 'a follower of a build failed'));
    const result = this.#work(job, body, this.#last);
    this.#last = result.catch(() => {
      // Whoever asked for it hears of it; the next one begins.
    });
    const running = { job, result };
    this.#running.set(view.id, running);
    return running;
  }

  /** Resolves when it has really stopped; one that has ended stays as it is. @throws AppError not_found */
  async cancel(id: string): Promise<BuildView> {
    const running = this.#running.get(id);
    if (running === undefined) return this.#ended(id);
    running.job.cancel();
    await Promise.allSettled([running.result]);
    return running.job.view;
  }

  /** Under way first, then those that ended; newest first. */
  views(): BuildView[] {
    return [...[...this.#running.values()].map(({ job }) => job.view).toReversed(), ...this.#history.list()];
  }

  /** @throws AppError not_found */
  follow(id: string, signal: AbortSignal): AsyncIterable<BuildEvent> {
    const running = this.#running.get(id);
    return running === undefined
      ? only({ type: 'view', build: this.#ended(id) })
      : running.job.follow(signal);
  }

  async dispose(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { job } of running) job.cancel();
    await Promise.allSettled(running.map(({ result }) => result));
  }

  async #work(
    job: Job,
    body: (job: Job) => Promise<BuiltImage>,
    turn: Promise<unknown>,
  ): Promise<BuiltImage> {
    const { log, scrub } = this.#parts;
    await untilTurn(turn, job.signal);
    try {
      throwIfAborted(job.signal);
      const built = await body(job);
      job.end(null, scrub);
      return built;
    } catch (error) {
      job.end(error, scrub);
      const { id, state, problem } = job.view;
      if (state === 'failed') log.warn({ build: id, problem }, 'an image could not be made');
      throw error;
    } finally {
      this.#history.add(job.view);
      this.#running.delete(job.view.id);
    }
  }

  #ended(id: string): BuildView {
    const found = this.#history.list().find((view) => view.id === id);
    if (found !== undefined) return found;
    throw new AppError('not_found', `There is no build "${id}".`, {
      advice: 'List them with: runpod-llm images builds',
    });
  }
}

const EMPTY: Omit<BuildView, 'id' | 'kind' | 'reference' | 'startedAt'> = {
  model: null,
  backend: null,
  target: null,
  state: 'queued',
  endedAt: null,
  steps: [],
  totalSteps: null,
  transfer: null,
  source: null,
  imageId: null,
  digest: null,
  sizeBytes: null,
  problem: null,
};

async function* only(event: BuildEvent): AsyncGenerator<BuildEvent> {
  yield event;
}

/** Waits for the builds before; a cancelled one leaves the queue at once. */
function untilTurn(turn: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => resolve();
    signal.addEventListener('abort', go, { once: true });
    void turn.then(go);
  });
}
