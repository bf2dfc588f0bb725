import type { LogLine } from '../../shared/model.ts';
import { plainText } from './ansi.ts';

export type LevelFilter = 'all' | 'info' | 'warn' | 'error';

export interface LogRow {
  /** Grows by one a line; a row's identity on the screen. */
  readonly seq: number;
  readonly line: LogLine;
  readonly plain: string;
  /** A remark of the viewer, such as a gap; not a line of the log. */
  readonly remark: boolean;
}

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;
const LEAST: Readonly<Record<LevelFilter, number>> = { all: 0, info: 1, warn: 2, error: 3 };

/**
 * The lines of one log, bounded: the oldest go first, and how many went is told. Filtering happens once a line as it
 * comes, not once a frame, so that a long log scrolls as a short one.
 */
export class LogBook {
  readonly #most: number;
  #rows: LogRow[] = [];
  #shown: LogRow[] = [];
  #next = 0;
  #dropped = 0;
  #level: LevelFilter = 'all';
  #lastAt = '';
  #atLast = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  get rows(): readonly LogRow[] {
    return this.#rows;
  }
  get shown(): readonly LogRow[] {
    return this.#shown;
  }
  /** Lines that were dropped because there was no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds lines; those that a reconnected stream repeats are left out. Returns how many were new. */
  push(lines: readonly LogLine[]): number {
    let added = 0;
    for (const line of lines) {
      if (this.#isRepeat(line)) continue;
      this.#add(line, false);
      added++;
    }
    this.#trim();
    return added;
  }

  remark(at: string, text: string): void {
    this.#add({ at, source: 'app', level: null, text }, true);
  }

  setLevel(level: LevelFilter): void {
    this.#level = level;
    this.#shown = this.#rows.filter((row) => this.#passes(row));
  }

  clear(): void {
    this.#rows = [];
    this.#shown = [];
    this.#dropped = 0;
  }

  /** Lines are in order of time: whatever is older than the newest, or equal to one of its instant, was seen. */
  #isRepeat(line: LogLine): boolean {
    if (line.at < this.#lastAt) return this.#reconnected;
    const key = `${line.source}|${line.text}`;
    if (line.at === this.#lastAt) {
      if (this.#reconnected && this.#atLast.has(key)) return true;
    } else {
      this.#lastAt = line.at;
      this.#atLast = new Set();
      this.#reconnected = false;
    }
    this.#atLast.add(key);
    return false;
  }

  /** True from a reconnection until the first line newer than all that were seen. */
  #reconnected = false;
  reconnected(): void {
    this.#reconnected = this.#lastAt !== '';
  }

  #add(line: LogLine, remark: boolean): void {
    const row = { seq: this.#next++, line, plain: plainText(line.text), remark };
    this.#rows.push(row);
    if (this.#passes(row)) this.#shown.push(row);
  }

  #passes(row: LogRow): boolean {
    if (row.remark || this.#level === 'all') return true;
    // A line without a level may be the one that matters: only the stricter filters hide it.
    if (row.line.level === null) return this.#level === 'info';
    return RANK[row.line.level] >= LEAST[this.#level];
  }

  /** Drops a tenth at once, so that a full book does not move all its lines with every new one. */
  #trim(): void {
    if (this.#rows.length <= this.#most) return;
    const cut = this.#rows.length - Math.floor(this.#most * 0.9);
    this.#dropped += cut;
    const firstKept = this.#rows[cut]?.seq ?? this.#next;
    this.#rows = this.#rows.slice(cut);
    const keptFrom = this.#shown.findIndex((row) => row.seq >= firstKept);
    this.#shown = keptFrom === -1 ? [] : this.#shown.slice(keptFrom);
  }
}

/** Places of the rows that contain the text, without regard to case. */
export function findInRows(rows: readonly LogRow[], text: string): number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  const found: number[] = [];
  for (const [index, row] of rows.entries()) if (row.plain.toLowerCase().includes(wanted)) found.push(index);
  return found;
}

/** As it is copied and saved. */
export const rowsAsText = (rows: readonly LogRow[]): string =>
  rows
    .map((row) => `${row.line.at} ${(row.line.level ?? '').toUpperCase().padEnd(5)} ${row.plain}`)
    .join('\n');
