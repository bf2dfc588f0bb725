import type { Define } from './commands.ts';
import { examples } from './help.ts';

export const define: Define = (command, run) => {
  command
    .description('Print a link that opens the browser interface once, within five minutes.')
    .addHelpText('after', examples('ui'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const url = await api.uiLink(cli.signal);
        cli.print({ url }, () => url);
      }),
    );
};
