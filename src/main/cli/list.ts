import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderDeployments } from './render/deployments.ts';

export const define: Define = (command, run) => {
  command.addHelpText('after', examples('list', 'list --json')).action(
    run(async (cli) => {
      const api = await cli.connect();
      const [{ deployments }, costs] = await Promise.all([
        api.call('deployments.list', {}, cli.signal),
        api.call('costs.summary', {}, cli.signal),
      ]);
      cli.print({ deployments }, () =>
        renderDeployments(deployments, costs, {
          now: cli.clock.now(),
          width: cli.terminal.columns,
          paint: cli.paint,
        }),
      );
    }),
  );
};
