import { isAbort } from '../../../shared/errors.ts';
import { abortError, type Clock } from '../../platform/clock.ts';
import { compose } from './compose.ts';
import { promptText, type Piece, type Prompt } from './prompt.ts';
import type { Relay } from './relay.ts';
import type { ServerStats } from './stats.ts';
import { countTokens } from './tokens.ts';

export interface EngineParts {
  readonly clock: Clock;
  readonly tokensPerSecond: number;
  readonly stats: ServerStats;
  /** Requests generated at once; more wait. */
  readonly slots: number;
  /** Answers in the simulated model's place, where the user has a server for it. */
  readonly relay: Relay | null;
}

/** Prompts are read this much faster than answers are written. */
const PREFILL_SPEEDUP = 50;
const FIRST_TOKEN_MS = 30;

/**
 * Generates at a set pace on the clock, a few sequences at once. Pull-based: a reader that stops stops the writer.
 * Counts every request once, aborted ones as such.
 */
export class Engine {
  readonly #parts: EngineParts;
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  get stats(): ServerStats {
    return this.#parts.stats;
  }

  async *generate(prompt: Prompt, signal: AbortSignal): AsyncGenerator<Piece, void> {
    const { clock, stats } = this.#parts;
    const asked = clock.monotonic();
    let outcome: 'stop' | 'length' | 'abort' | 'error' = 'abort';
    await this.#enter(signal);
    stats.running += 1;
    stats.promptTokens += promptTokens(prompt);
    try {
      let first = true;
      for await (const piece of this.#pieces(prompt, signal)) {
        if (first) {
          stats.firstTokenSeconds += (clock.monotonic() - asked) / 1000;
          stats.firstTokens += 1;
          first = false;
        }
        if (piece.kind === 'end') outcome = piece.finish === 'length' ? 'length' : 'stop';
        else if (piece.kind !== 'tool') stats.generationTokens += 1;
        yield piece;
      }
    } catch (error) {
      outcome = isAbort(error) ? 'abort' : 'error';
      throw error;
    } finally {
      stats.running -= 1;
      stats.finished[outcome] += 1;
      stats.requestSeconds += (clock.monotonic() - asked) / 1000;
      this.#leave();
    }
  }

  #pieces(prompt: Prompt, signal: AbortSignal): AsyncIterable<Piece> {
    const { relay } = this.#parts;
    return relay === null
      ? this.#paced(compose(prompt), promptTokens(prompt), signal)
      : relay.generate(prompt, signal);
  }

  /** Hands out pieces when their time has come; those due together go out together. */
  async *#paced(
    pieces: readonly Piece[],
    promptTokens: number,
    signal: AbortSignal,
  ): AsyncGenerator<Piece, void> {
    const { clock, tokensPerSecond } = this.#parts;
    const started = clock.monotonic();
    const firstAt = FIRST_TOKEN_MS + (promptTokens / (tokensPerSecond * PREFILL_SPEEDUP)) * 1000;
    for (const [index, piece] of pieces.entries()) {
      const due = firstAt + (index / tokensPerSecond) * 1000;
      const wait = due - (clock.monotonic() - started);
      if (wait > 0 && piece.kind !== 'end') await clock.sleep(wait, signal);
      else if (signal.aborted) throw abortError(signal);
      yield piece;
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw abortError(signal);
    if (this.#busy < this.#parts.slots) {
      this.#busy += 1;
      return;
    }
    this.#parts.stats.waiting += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', left);
          resolve();
        };
        const left = (): void => {
          this.#queue.splice(this.#queue.indexOf(turn), 1);
          this.#parts.stats.finished.abort += 1;
          reject(abortError(signal));
        };
        this.#queue.push(turn);
        signal.addEventListener('abort', left, { once: true });
      });
    } finally {
      this.#parts.stats.waiting -= 1;
    }
  }

  /** A freed slot goes to the first in the queue, else it becomes free. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }
}

export function promptTokens(prompt: Pick<Prompt, 'messages' | 'tools'>): number {
  const tools = prompt.tools.length === 0 ? '' : JSON.stringify(prompt.tools);
  return countTokens(promptText(prompt)) + countTokens(tools) + 2;
}
