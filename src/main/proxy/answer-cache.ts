import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.ts';
import type { Mark, Piece } from './flow.ts';
import type { Trace, Usage } from './trace.ts';

/** A complete answer, as it was first given. */
export interface CachedAnswer {
  readonly model: string;
  /** Wall-clock milliseconds. */
  readonly storedAt: number;
  readonly expiresAt: number;
  readonly contentType: string;
  /** Marked pieces of a stream, or one piece of JSON. */
  readonly pieces: readonly Piece[];
  readonly events: boolean;
  readonly usage: Usage;
  readonly finishReason: string | null;
}

export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** What lies behind the memory: survives restarts. */
export interface AnswerStore {
  get(key: string): CachedAnswer | null;
  put(key: string, answer: CachedAnswer): void;
  /** null = everything. */
  clear(model: string | null): number;
  close(): void;
}

/** Fixed cost of an entry in memory, on top of its bytes. */
const ENTRY_BYTES = 512;

/** Complete answers: an LRU bounded in bytes in front of a store on disk. */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #store: AnswerStore | null;
  readonly #memory: LRUCache<string, CachedAnswer>;
  #hits = 0;
  #misses = 0;

  constructor(clock: Clock, memoryBytes: number, store: AnswerStore | null) {
    this.#clock = clock;
    this.#store = store;
    this.#memory = new LRUCache({
      maxSize: memoryBytes,
      sizeCalculation: (answer) => sizeOf(answer) + ENTRY_BYTES,
    });
  }

  get(key: string): CachedAnswer | null {
    const now = this.#clock.now();
    const found = this.#memory.get(key) ?? this.#fromStore(key);
    if (found !== null && found.expiresAt > now) {
      this.#hits++;
      return found;
    }
    if (found !== null) this.#memory.delete(key);
    this.#misses++;
    return null;
  }

  put(key: string, answer: CachedAnswer): void {
    const compact = { ...answer, pieces: joined(answer.pieces) };
    this.#memory.set(key, compact);
    this.#store?.put(key, compact);
  }

  /** Forgets the answers of one model, or all. @returns how many */
  clear(model: string | null): number {
    let cleared = 0;
    for (const [key, answer] of this.#memory.entries()) {
      if (model !== null && answer.model !== model) continue;
      this.#memory.delete(key);
      cleared++;
    }
    return Math.max(cleared, this.#store?.clear(model) ?? 0);
  }

  stats(): CacheStats {
    return {
      entries: this.#memory.size,
      bytes: this.#memory.calculatedSize,
      hits: this.#hits,
      misses: this.#misses,
    };
  }

  close(): void {
    this.#memory.clear();
    this.#store?.close();
  }

  #fromStore(key: string): CachedAnswer | null {
    const stored = this.#store?.get(key) ?? null;
    if (stored !== null) this.#memory.set(key, stored);
    return stored;
  }
}

function sizeOf(answer: CachedAnswer): number {
  return answer.pieces.reduce((sum, piece) => sum + piece.chunk.length, 0);
}

/** Neighbouring pieces of one mark in one buffer of their own, free of the network buffers they came in. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const runs: { mark: Mark; chunks: Buffer[] }[] = [];
  for (const { chunk, mark } of pieces) {
    const last = runs.at(-1);
    if (last !== undefined && last.mark === mark) last.chunks.push(chunk);
    else runs.push({ mark, chunks: [chunk] });
  }
  return runs.map(({ mark, chunks }) => ({ mark, chunk: Buffer.concat(chunks) }));
}

/** Gives a request the facts of an answer that was not asked for again. */
export function recall(answer: CachedAnswer, trace: Trace, now: number): void {
  trace.usage = answer.usage;
  trace.finishReason = answer.finishReason;
  trace.cache = 'hit';
  trace.firstToken(now);
}
