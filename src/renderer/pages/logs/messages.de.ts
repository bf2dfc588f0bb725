import type { words as english } from './messages.ts';

export const logs: typeof english = {
  title: 'Protokolle',
  log: 'Protokoll',
  deployments: 'Deployments',
  thisApp: 'Diese App',
  requests: 'Anfragen',
  appLog: 'App-Protokoll',
  outcomes: { ok: 'OK', all: 'Alle', error: 'Fehlgeschlagen', aborted: 'Client weg' },
  result: 'Ergebnis',
  filter: 'Anfragen filtern',
  filterHint: 'Modell, Client, Code …',
  of: 'von',
  noMatch: 'Keine passende Anfrage.',
  noneYet: 'Noch keine Anfrage.',
  newestFirst: 'Anfragen, neueste zuerst',
};
