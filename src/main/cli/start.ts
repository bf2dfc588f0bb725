import type { DeploymentView } from '../../shared/model.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
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
        if (view.desired !== 'running' || view.state === 'sleeping') {
          await announceStart(cli, api, view, options.yes === true);
          view = await api.call('deployments.start', { deployment }, cli.signal);
        }
        if (options.wait === true) view = await untilAnswered(cli, api, view, options);
        cli.print(view, () => outcome(view));
      }),
    );
};

/** A stopped endpoint gets its workers back asleep; only a start of one that sleeps makes a worker answer. */
async function untilAnswered(
  cli: Cli,
  api: ControlClient,
  started: DeploymentView,
  options: WaitOptions,
): Promise<DeploymentView> {
  const view = await waitFor(cli, api, started, 'ready', options);
  if (view.state !== 'sleeping') return view;
  const woken = await api.call('deployments.start', { deployment: view.id }, cli.signal);
  return waitFor(cli, api, woken, 'ready', options);
}

function outcome({ name, state }: DeploymentView): string {
  if (state === 'ready') return `${name} is ready.`;
  if (state === 'sleeping') {
    return `${name} sleeps: it costs nothing, and a request wakes it. To start a worker now: runpod-llm start ${name}`;
  }
  return `${name} is starting. Follow it with: runpod-llm start ${name} --wait`;
}
