import type { LogLine } from '../../../shared/model.ts';
import type { Client } from '../../api/client.ts';
import { delay, now } from '../../app/clock.ts';
import { adviceFor, type LogAdvice } from '../../view/log-advice.ts';
import { findInRows, LogBook, type LevelFilter } from '../../view/log-book.ts';
import { problemOf, wasLeft, type Problem } from '../../view/problem.ts';
import { words } from '../messages.ts';

export type LogSource = { readonly kind: 'app' } | { readonly kind: 'deployment'; readonly name: string };
export type LogPart = 'all' | 'system' | 'container';

const MOST_LINES = 100_000;
const FIRST_TAIL = 2000;
const RETRY_MS = 2000;

/** A log followed into a book. Lines that come within one frame are told with one change. */
export class LogFeed {
  readonly book = new LogBook(MOST_LINES);
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #problem: Problem | null = null;
  #advice: LogAdvice | null = null;
  #waiting: LogLine[] = [];
  #frame = 0;
  #found: { readonly text: string; readonly version: number; readonly places: readonly number[] } = {
    text: '',
    version: 0,
    places: [],
  };

  get problem(): Problem | null {
    return this.#problem;
  }
  /** The last known error that a line matched. */
  get advice(): LogAdvice | null {
    return this.#advice;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  /** Changes whenever anything shown did. */
  readonly version = (): number => this.#version;

  /** Places of the shown rows that contain the text; looked up once for each state of the book. */
  find(text: string): readonly number[] {
    if (this.#found.text !== text || this.#found.version !== this.#version) {
      this.#found = { text, version: this.#version, places: findInRows(this.book.shown, text) };
    }
    return this.#found.places;
  }

  setLevel(level: LevelFilter): void {
    this.book.setLevel(level);
    this.#changed();
  }
  clear(): void {
    this.book.clear();
    this.#changed();
  }
  dismissAdvice(): void {
    this.#advice = null;
    this.#changed();
  }

  /** Begins anew with this log; returns a function that leaves it. */
  open(client: Client, source: LogSource, part: LogPart): () => void {
    const leaving = new AbortController();
    this.#problem = null;
    this.#advice = null;
    this.clear();
    void this.#follow((tail) => openStream(client, source, part, tail, leaving.signal), leaving.signal);
    return () => {
      leaving.abort();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      this.#waiting = [];
    };
  }

  /** Opens the stream again whenever it breaks, until left; a source that ends by itself is not opened again. */
  async #follow(open: (tail: number) => AsyncIterable<LogLine>, signal: AbortSignal): Promise<void> {
    let lostAt: number | null = null;
    while (!signal.aborted) {
      try {
        for await (const line of open(FIRST_TAIL)) {
          if (lostAt !== null) this.#mend(lostAt);
          lostAt = null;
          this.#take(line);
        }
        return;
      } catch (error) {
        if (signal.aborted || wasLeft(error)) return;
        lostAt ??= now();
        this.#problem = problemOf(error);
        this.book.reconnected();
        this.#changed();
        if (this.#problem.code === 'not_found') return;
      }
      await delay(RETRY_MS, signal);
    }
  }

  #mend(lostAt: number): void {
    this.#flush();
    this.#problem = null;
    const seconds = Math.round((now() - lostAt) / 1000);
    this.book.remark(new Date(now()).toISOString(), words.log.gap(seconds));
  }

  #take(line: LogLine): void {
    this.#waiting.push(line);
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    this.#frame = 0;
    const lines = this.#waiting;
    this.#waiting = [];
    if (this.book.push(lines) === 0) return;
    const known = lines.map((line) => adviceFor(line.text)).findLast((entry) => entry !== null);
    if (known !== undefined) this.#advice = known;
    this.#changed();
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

function openStream(
  client: Client,
  source: LogSource,
  part: LogPart,
  tail: number,
  signal: AbortSignal,
): AsyncIterable<LogLine> {
  if (source.kind === 'app') return client.stream('logs.app', { tail }, signal);
  const wanted = part === 'all' ? {} : { source: part };
  return client.stream('logs.follow', { deployment: source.name, tail, ...wanted }, signal);
}
