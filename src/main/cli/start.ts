import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { announceStart } from './price.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';

interface StartOptions extends WaitOptions {
  readonly yes?: boolean;
}

export const define: Define = (command, run) => {
  addWaitOptions(command, 'the model has answered a real request')
    .argument('<deployment>', 'its name or id')
    .option('--yes', 'do not ask about the price')
    .addHelpText('after', examples('start qwen3-8b', 'start qwen3-8b --wait --timeout 20m'))
    .action(
      run(async (cli, invocation) => {
        const [deployment = ''] = invocation.args;
        const options = invocation.opts<StartOptions>();
        const api = await cli.connect();
        let view = await api.call('deployments.get', { deployment }, cli.signal);
        if (view.desired !== 'running') {
          await announceStart(cli, api, view, options.yes === true);
          view = await api.call('deployments.start', { deployment }, cli.signal);
        }
        if (options.wait === true) view = await waitFor(cli, api, view, 'ready', options);
        const text =
          view.state === 'ready'
            ? `${view.name} is ready.`
            : `${view.name} is starting. Follow it with: runpod-llm start ${view.name} --wait`;
        cli.print(view, () => text);
      }),
    );
};
