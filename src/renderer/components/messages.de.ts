import type { words as english } from './messages.ts';

export const components: typeof english = {
  none: 'keine',
};
