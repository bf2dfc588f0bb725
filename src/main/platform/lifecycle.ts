/** Everything that owns something ends through this; disposing twice is harmless. */
export interface Disposable {
  dispose(): Promise<void> | void;
}

export type Unsubscribe = () => void;

/**
 * Collects what was started and ends it in reverse order. One failing part does not keep the others running: the
 * failures are reported together at the end.
 */
export class Disposables implements Disposable {
  readonly #parts: { readonly name: string; readonly dispose: () => Promise<void> | void }[] = [];
  #ending: Promise<void> | null = null;

  /** Remembers a part and hands it back. */
  add<T extends Disposable>(name: string, part: T): T {
    this.#parts.push({ name, dispose: () => part.dispose() });
    return part;
  }

  defer(name: string, dispose: () => Promise<void> | void): void {
    this.#parts.push({ name, dispose });
  }

  /** Ends everything. A call while another runs waits for the same end; parts added meanwhile are ended too. */
  dispose(): Promise<void> {
    this.#ending ??= this.#endAll().finally(() => {
      this.#ending = null;
    });
    return this.#ending;
  }

  async #endAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      try {
        await part.dispose();
      } catch (error) {
        failures.push(new Error(`Could not end ${part.name}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Some parts did not end cleanly');
  }
}

/** Typed publish and subscribe. A listener that throws does not keep the others from hearing. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  subscribe(listener: (value: T) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(value: T): void {
    for (const listener of Array.from(this.#listeners)) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  get size(): number {
    return this.#listeners.size;
  }
}
