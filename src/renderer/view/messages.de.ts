import type { words as english } from './messages.ts';

export const view: typeof english = {
  none: 'keine',
};
