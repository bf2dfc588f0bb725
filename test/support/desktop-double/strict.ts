/** Members that the language itself asks for on any object. */
const ASKED_BY_THE_LANGUAGE = new Set<string | symbol>([
  'then',
  'toJSON',
  'constructor',
  '$$typeof',
  'nodeType',
]);

/**
 * A stand-in that has what was given to it and nothing else: any other member throws, so that a test can never pass on
 * something that the double does not do.
 */
export function strict<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (value === undefined && !(key in target)) {
        if (typeof key === 'symbol' || ASKED_BY_THE_LANGUAGE.has(key)) return undefined;
        throw new Error(
          `${name}.${key} is not doubled. Add it to test/support/desktop-double with its meaning.`,
        );
      }
      // Instances keep private state, which a proxy cannot reach.
      return typeof value === 'function' && !isClass(value)
        ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) as unknown
        : value;
    },
    set(target, key, value) {
      if (!(key in target)) throw new Error(`${name}.${String(key)} cannot be set: it is not doubled.`);
      return Reflect.set(target, key, value, target);
    },
  });
}

const isClass = (value: object): boolean => Function.prototype.toString.call(value).startsWith('class');

/** Electron's listeners take many forms; which event has which is checked where the app is compiled. */
export type Listener = (...args: never[]) => void;

/** The listening half of an emitter. What it returns is nobody's business, so it fits every `this`. */
export class Listening {
  readonly #listeners = new Map<string, { readonly listener: Listener; readonly once: boolean }[]>();

  on(event: string, listener: Listener): never {
    return this.#add(event, listener, false);
  }

  once(event: string, listener: Listener): never {
    return this.#add(event, listener, true);
  }

  removeListener(event: string, listener: Listener): never {
    const left = (this.#listeners.get(event) ?? []).filter((entry) => entry.listener !== listener);
    this.#listeners.set(event, left);
    return undefined as never;
  }

  listenerCount(event: string): number {
    return this.#listeners.get(event)?.length ?? 0;
  }

  emit(event: string, ...args: unknown[]): boolean {
    const found = [...(this.#listeners.get(event) ?? [])];
    for (const entry of found) {
      if (entry.once) this.removeListener(event, entry.listener);
      Reflect.apply(entry.listener, undefined, args);
    }
    return found.length > 0;
  }

  #add(event: string, listener: Listener, once: boolean): never {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), { listener, once }]);
    return undefined as never;
  }
}

/** An event whose default can be prevented. */
export function preventable<T extends object>(
  facts: T,
): T & {
  preventDefault(): void;
  readonly defaultPrevented: boolean;
} {
  let prevented = false;
  return {
    ...facts,
    preventDefault: () => {
      prevented = true;
    },
    get defaultPrevented() {
      return prevented;
    },
  };
}
