import { catalogue } from '../../words/catalogue.ts';

export const words = catalogue('logs', {
  title: 'Logs',
});
