import type { Define } from './commands.ts';

export const define: Define = (command) => {
  command.description('x');
};
