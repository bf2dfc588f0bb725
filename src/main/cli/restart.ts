import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { announceStart } from './price.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';

interface RestartOptions extends WaitOptions {
  readonly yes?: boolean;
}

export const define: Define = (command, run) => {
  addWaitOptions(command, 'the model has answered a real request again')
    .argument('<deployment>', 'its name or id')
    .option('--yes', 'do not ask about the price')
    .addHelpText('after', examples('restart qwen3-8b --wait'))
    .action(
      run(async (cli, invocation) => {
        const [deployment = ''] = invocation.args;
        const options = invocation.opts<RestartOptions>();
        const api = await cli.connect();
        let view = await api.call('deployments.get', { deployment }, cli.signal);
        await announceStart(cli, api, view, options.yes === true);
        view = await api.call('deployments.restart', { deployment }, cli.signal);
        if (options.wait === true) view = await waitFor(cli, api, view, 'ready', options);
        cli.print(view, () => `${view.name} is ${view.state === 'ready' ? 'ready' : 'restarting'}.`);
      }),
    );
};
