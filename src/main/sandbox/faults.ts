import type { Fault } from './types.ts';

type Kind = Fault['kind'];
type FaultOf<K extends Kind> = Extract<Fault, { readonly kind: K }>;

/** Armed misbehaviour, in order of arming. A fault with `times` is used up by that many matches. */
export class FaultBook {
  #armed: { readonly fault: Fault; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly (Fault & { readonly left: number | null })[] {
    return this.#armed.map(({ fault, left }) => ({ ...fault, left: Number.isFinite(left) ? left : null }));
  }

  /** The first armed fault of this kind that matches; counts as one use. */
  take<K extends Kind>(kind: K, matches: (fault: FaultOf<K>) => boolean = () => true): FaultOf<K> | null {
    for (const entry of this.#armed) {
      if (!isKind(entry.fault, kind) || !matches(entry.fault)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#armed = this.#armed.filter((other) => other !== entry);
      return entry.fault;
    }
    return null;
  }
}

function isKind<K extends Kind>(fault: Fault, kind: K): fault is FaultOf<K> {
  return fault.kind === kind;
}

/** `GET /v2/pods/*`: `*` stands for one path segment, `**` for any rest; `* /v2/pods` for any method. */
export function matchesRoute(pattern: string, method: string, path: string): boolean {
  const space = pattern.indexOf(' ');
  const verb = space < 0 ? '*' : pattern.slice(0, space).toUpperCase();
  if (verb !== '*' && verb !== method.toUpperCase()) return false;
  const source = pattern
    .slice(space + 1)
    .trim()
    .split('**')
    .map((part) => part.split('*').map(escapeRegExp).join('[^/]+'))
    .join('.*');
  return new RegExp(`^${source}$`).test(path);
}

function escapeRegExp(literal: string): string {
  return literal.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}
