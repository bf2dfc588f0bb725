import { catalogue } from '../words/catalogue.ts';

export const words = catalogue('components', {
  none: 'none',
});
