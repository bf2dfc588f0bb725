import { durationMs } from './ollama-launch.ts';
import type { ServerParts } from './model-server.ts';
import { loadMs } from './ollama-models.ts';

/** Far enough away for "for ever" (Ollama shows a date beyond 2300 too). */
const FOREVER = '2318-01-01T00:00:00Z';

interface Entry {
  readonly model: string;
  readonly ready: Promise<void>;
  expiresAtMs: number;
  cancel: () => void;
}

/** Models in VRAM. All that wait for one share its load; it is dropped when nobody used it for keep_alive. */
export class LoadedModels {
  readonly #parts: ServerParts;
  readonly #keepAliveMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(parts: ServerParts, keepAliveMs: number) {
    this.#parts = parts;
    this.#keepAliveMs = keepAliveMs;
  }

  /** Resolves when the model is loaded; counts as a use. */
  async use(model: string, keepAlive: unknown, signal: AbortSignal): Promise<void> {
    const entry = this.#entries.get(model) ?? this.#load(model);
    this.#touch(entry, durationMs(keepAlive) ?? this.#keepAliveMs);
    await Promise.race([entry.ready, left(signal)]);
  }

  /** It was loaded before the server's first request. */
  assume(model: string): void {
    this.#touch(this.#enter(model, Promise.resolve()), this.#keepAliveMs);
  }

  unload(model: string): void {
    this.#entries.get(model)?.cancel();
    this.#entries.delete(model);
  }

  list(): readonly { readonly model: string; readonly expiresAt: string }[] {
    return [...this.#entries.values()].map(({ model, expiresAtMs }) => ({
      model,
      expiresAt: Number.isFinite(expiresAtMs) ? new Date(expiresAtMs).toISOString() : FOREVER,
    }));
  }

  #load(model: string): Entry {
    return this.#enter(model, this.#parts.clock.sleep(loadMs(model) / this.#parts.speed));
  }

  #enter(model: string, ready: Promise<void>): Entry {
    const entry: Entry = {
      model,
      ready,
      expiresAtMs: Number.POSITIVE_INFINITY,
      cancel: () => {},
    };
    this.#entries.set(model, entry);
    return entry;
  }

  #touch(entry: Entry, keepAliveMs: number): void {
    entry.cancel();
    entry.expiresAtMs = this.#parts.clock.now() + keepAliveMs;
    entry.cancel = Number.isFinite(keepAliveMs)
      ? this.#parts.clock.after(keepAliveMs, () => this.unload(entry.model))
      : () => {};
  }
}

function left(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(new DOMException('The operation was aborted', 'AbortError'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}
