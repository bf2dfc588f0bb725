import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderDeployment } from './render/deployments.ts';
import { wholeNumber } from './wish.ts';

interface ShowOptions {
  readonly history: number;
}

export const define: Define = (command, run) => {
  command
    .argument('<deployment>', 'its name or id')
    .option('--history <n>', 'entries of its history to show', wholeNumber(0, 1000), 10)
    .addHelpText('after', examples('show qwen3-8b', 'show qwen3-8b --history 100', 'show qwen3-8b --json'))
    .action(
      run(async (cli, invocation) => {
        const [deployment = ''] = invocation.args;
        const { history } = invocation.opts<ShowOptions>();
        const api = await cli.connect();
        const [view, { entries }] = await Promise.all([
          api.call('deployments.get', { deployment }, cli.signal),
          api.call('deployments.history', { deployment }, cli.signal),
        ]);
        const latest = history === 0 ? [] : entries.slice(-history);
        cli.print({ deployment: view, history: latest }, () =>
          renderDeployment(view, latest, {
            now: cli.clock.now(),
            width: cli.terminal.columns,
            paint: cli.paint,
          }),
        );
      }),
    );
};
