import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { formatUsd } from '../../shared/money.ts';
import type { DeploymentView } from '../../shared/model.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';

export const define: Define = (command, run) => {
  addWaitOptions(command, 'RunPod has confirmed the stop')
    .argument('<deployment>', 'its name or id')
    .addHelpText('after', examples('stop qwen3-8b', 'stop qwen3-8b --wait'))
    .action(
      run(async (cli, invocation) => {
        const [deployment = ''] = invocation.args;
        const options = invocation.opts<WaitOptions>();
        const api = await cli.connect();
        let view = await api.call('deployments.stop', { deployment }, cli.signal);
        if (options.wait === true) view = await waitFor(cli, api, view, 'stopped', options);
        cli.print(view, () => stopText(view));
      }),
    );
};

function stopText(view: DeploymentView): string {
  const rest = view.cost.restUsdPerMonth;
  const kept = rest > 0 ? ` Its storage costs ${formatUsd(rest)}/month.` : '';
  if (view.state === 'stopped') return `${view.name} is stopped.${kept}`;
  const billing = view.stillBilling ? ' It bills until RunPod confirms; the app keeps at it.' : '';
  return `${view.name} is stopping.${billing}`;
}
