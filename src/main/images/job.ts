import { asAppError, isAbort, toErrorBody } from '../../shared/errors.ts';
import type { BuildEvent, BuildStep, BuildView } from '../../shared/images.ts';
import { throwIfAborted, type Clock } from '../platform/clock.ts';
import { Emitter } from '../platform/lifecycle.ts';
import { Turns } from '../platform/turns.ts';

/** Output lines kept for whoever comes late. */
const KEPT_LINES = 5000;
/** Between two reports of a transfer: engines tell of every few kilobytes. */
const TRANSFER_MS = 250;
/** Events that a slow follower may be behind. */
const MOST_BEHIND = 20_000;

/** One build or push as it goes: its view, its output, and those who follow. */
export class Job {
  readonly #clock: Clock;
  readonly #changes: Emitter<BuildEvent>;
  readonly #lines: BuildEvent[] = [];
  readonly #cancel = new AbortController();
  #view: BuildView;
  #transferTold = -Infinity;

  constructor(view: BuildView, clock: Clock, onError: (error: unknown) => void) {
    this.#view = view;
    this.#clock = clock;
    this.#changes = new Emitter(onError);
  }

  get view(): BuildView {
    return this.#view;
  }

  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  get ended(): boolean {
    return this.#view.endedAt !== null;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  subscribe(listener: (event: BuildEvent) => void): () => void {
    return this.#changes.subscribe(listener);
  }

  update(changes: Partial<BuildView>): void {
    this.#view = { ...this.#view, ...changes };
    this.#changes.emit({ type: 'view', build: this.#view });
  }

  step(step: BuildStep, totalSteps: number | null): void {
    const others = this.#view.steps.filter(({ index }) => index !== step.index);
    this.update({
      steps: [...others, step].toSorted((a, b) => a.index - b.index),
      totalSteps,
      transfer: null,
    });
  }

  transfer(what: 'context' | 'pull' | 'push', doneBytes: number, totalBytes: number | null): void {
    const now = this.#clock.monotonic();
    if (now - this.#transferTold < TRANSFER_MS && doneBytes !== totalBytes) return;
    this.#transferTold = now;
    this.update({ transfer: { what, doneBytes, totalBytes } });
  }

  log(step: number | null, text: string): void {
    const event: BuildEvent = { type: 'log', step, text };
    this.#lines.push(event);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#changes.emit(event);
  }

  /** The end, however it came; `error` null = done. */
  end(error: unknown, scrub: (text: string) => string): void {
    const endedAt = new Date(this.#clock.now()).toISOString();
    if (error === null) return this.update({ state: 'done', endedAt, transfer: null, problem: null });
    if (isAbort(error)) return this.update({ state: 'cancelled', endedAt, transfer: null });
    const { message, ...body } = toErrorBody(asAppError(error));
    this.update({ state: 'failed', endedAt, transfer: null, problem: { ...body, message: scrub(message) } });
  }

  /** What happened so far, then what happens, until the job has ended. @throws AbortError */
  async *follow(signal: AbortSignal): AsyncGenerator<BuildEvent, void> {
    const turns = new Turns();
    const waiting: BuildEvent[] = [...this.#lines, { type: 'view', build: this.#view }];
    let wake = (): void => {};
    const leave = this.subscribe((event) => {
      waiting.push(event);
      if (waiting.length > MOST_BEHIND) waiting.shift();
      wake();
    });
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        throwIfAborted(signal);
        const next = waiting.shift();
        if (next !== undefined) {
          yield next;
          await turns.passed();
        } else if (this.ended) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      leave();
      signal.removeEventListener('abort', onAbort);
    }
  }
}
