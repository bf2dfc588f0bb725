import { catalogue } from '../../words/catalogue.ts';

export const words = catalogue('popover', {
  title: 'Deployments',
  sandbox: 'Sandbox, simulated',
  today: (usd: string) => `today ${usd}`,
  open: 'Open the app',
  openOne: (name: string) => `Open ${name}`,
  deploy: 'Deploy…',
  stopAll: (saves: string) => `Stop all, save ${saves}`,
  none: 'No models running here.',
  idleStopIn: (time: string) => `idle stop in ${time}`,
});
