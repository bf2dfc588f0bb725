import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';

export const define: Define = (command, run) => {
  addWaitOptions(command, 'everything under it is gone')
    .description('Remove a deployment. Its pods or endpoints are deleted with everything on their disks.')
    .argument('<deployment>', 'its name or id')
    .addHelpText('after', examples('terminate qwen3-8b', 'terminate qwen3-8b --wait'))
    .action(
      run(async (cli, invocation) => {
        const [deployment = ''] = invocation.args;
        const options = invocation.opts<WaitOptions>();
        const api = await cli.connect();
        let view = await api.call('deployments.terminate', { deployment }, cli.signal);
        if (options.wait === true) view = await waitFor(cli, api, view, 'terminated', options);
        const text = options.wait === true ? `${view.name} is gone.` : `${view.name} is being terminated.`;
        cli.print(view, () => text);
      }),
    );
};
