import type { Random } from './random.ts';

/** Makes ids: a prefix that tells the kind, then 10 hex digits. */
export interface Ids {
  next(prefix: string): string;
}

export function randomIds(random: Random): Ids {
  return { next: (prefix) => `${prefix}_${random.hex(5)}` };
}
