import type { words as english } from './messages.ts';

export const logs: typeof english = {
  title: 'Protokolle',
};
