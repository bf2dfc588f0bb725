import type { words as english } from './messages.ts';

export const popover: typeof english = {
  title: 'Deployments',
  sandbox: 'Sandbox, simuliert',
  today: (usd: string) => `heute ${usd}`,
  open: 'App öffnen',
  openOne: (name: string) => `${name} öffnen`,
  deploy: 'Bereitstellen …',
  stopAll: (saves: string) => `Alles stoppen, ${saves} sparen`,
  none: 'Hier läuft kein Modell.',
  idleStopIn: (time: string) => `Leerlauf-Stopp in ${time}`,
};
