import { version } from '../version.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';

export const define: Define = (command, run) => {
  command.addHelpText('after', examples('version')).action(
    run(async (cli) => {
      cli.print({ version, node: process.versions.node }, () => version);
    }),
  );
};
