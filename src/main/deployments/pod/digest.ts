import { createHash } from 'node:crypto';

/** Sixteen hex digits that change when the value does; keys of objects count in their order. */
export const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
