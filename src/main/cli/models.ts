import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderModels } from './render/status.ts';

export const define: Define = (command, run) => {
  command.addHelpText('after', examples('models', 'models --json')).action(
    run(async (cli) => {
      const api = await cli.connect();
      const result = await api.call('models.list', {}, cli.signal);
      cli.print(result, () => renderModels(result.models, { width: cli.terminal.columns, paint: cli.paint }));
    }),
  );
};
