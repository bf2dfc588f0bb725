import { asAppError, type AppError } from '../shared/errors.ts';
import type { Log } from './logs/log.ts';
import type { Clock } from './platform/clock.ts';
import type { Db } from './platform/db.ts';
import type { Disposable } from './platform/lifecycle.ts';

/** A removed folder says nothing by itself; each look costs one small write. */
const LOOK_MS = 60_000;

export interface StorageWatchParts {
  readonly db: Pick<Db, 'confirm'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The problem appeared, changed or went away. */
  readonly changed: () => void;
}

/**
 * Whether the app still remembers what it does: without that a pod rented now would be nobody's after a crash, so that
 * nothing new may cost money. What runs can be stopped all the same (SPEC 0: nothing bills unseen).
 */
export class StorageWatch implements Disposable {
  readonly #parts: StorageWatchParts;
  #problem: AppError | null = null;
  #cancel: () => void = () => {};

  constructor(parts: StorageWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#look();
  }

  /** Why nothing new may cost money; null = all that is written can be read again. As of the last look. */
  problem(): AppError | null {
    return this.#problem;
  }

  /** Why nothing may be started now: a problem is looked at again, since somebody may just have made room. */
  refusal(): AppError | null {
    if (this.#problem === null) return null;
    try {
      this.confirm();
      return null;
    } catch (error) {
      return asAppError(error);
    }
  }

  /** Looks now. @throws AppError data_dir_lost, disk_full */
  confirm(): void {
    try {
      this.#parts.db.confirm();
    } catch (error) {
      const problem = asAppError(error);
      this.#found(problem);
      throw problem;
    }
    this.#found(null);
  }

  dispose(): void {
    this.#cancel();
  }

  #look(): void {
    try {
      this.confirm();
    } catch {
      // Kept as the problem, and told.
    }
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => this.#look());
  }

  #found(problem: AppError | null): void {
    const before = this.#problem;
    this.#problem = problem;
    if (before?.message === problem?.message) return;
    const { log, changed } = this.#parts;
    if (problem === null) log.info({}, 'the data directory can be written again');
    else log.error({ err: problem }, 'the data directory is lost: nothing new is started');
    changed();
  }
}
