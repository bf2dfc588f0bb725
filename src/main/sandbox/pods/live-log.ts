import type { LogEntry } from './boot-lines.ts';
import { LIVE_SEQ, seqBase } from './boot-lines.ts';
import type { Boot } from '../state.ts';

const LINES_KEPT = 5000;

/** Lines that really happened: output of processes, access lines of model servers. Bounded; not kept across restarts. */
export class LiveLog {
  #lines: LogEntry[] = [];
  #count = 0;

  append(boot: Boot, at: number, source: LogEntry['source'], line: string): void {
    this.#lines.push({ at, seq: seqBase(boot) + LIVE_SEQ + this.#count++, source, line });
    if (this.#lines.length > LINES_KEPT) this.#lines = this.#lines.slice(-LINES_KEPT / 2);
  }

  get lines(): readonly LogEntry[] {
    return this.#lines;
  }
}
