import { catalogue } from '../../words/catalogue.ts';

export const words = catalogue('logs', {
  title: 'Logs',
  log: 'Log',
  deployments: 'Deployments',
  thisApp: 'This app',
  requests: 'Requests',
  appLog: 'App log',
  outcomes: { ok: 'OK', all: 'All', error: 'Failed', aborted: 'Client left' },
  result: 'Result',
  filter: 'Filter requests',
  filterHint: 'Model, client, code…',
  of: 'of',
  noMatch: 'No request matches.',
  noneYet: 'No request yet.',
  newestFirst: 'Requests, newest first',
});
