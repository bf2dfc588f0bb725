import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';

export const define: Define = (command, run) => {
  addWaitOptions(command, 'RunPod has confirmed every stop')
    .addHelpText('after', examples('stop-all', 'stop-all --wait'))
    .action(
      run(async (cli, invocation) => {
        const options = invocation.opts<WaitOptions>();
        const api = await cli.connect();
        const result = await api.call('deployments.stopAll', {}, cli.signal);
        for (const name of options.wait === true ? result.stopping : []) {
          const view = await api.call('deployments.get', { deployment: name }, cli.signal);
          await waitFor(cli, api, view, 'stopped', options);
        }
        const verb = options.wait === true ? 'Stopped' : 'Stopping';
        cli.print(result, () =>
          result.stopping.length === 0 ? 'Nothing was running.' : `${verb} ${result.stopping.join(', ')}.`,
        );
      }),
    );
};
