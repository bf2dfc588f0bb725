import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderStatus } from './render/status.ts';

export const define: Define = (command, run) => {
  command.addHelpText('after', examples('status', 'status --json')).action(
    run(async (cli) => {
      const api = await cli.connect();
      const status = await api.call('app.status', {}, cli.signal);
      cli.print(status, () => renderStatus(status, cli.clock.now(), cli.paint));
    }),
  );
};
