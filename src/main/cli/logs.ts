import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderLogLine } from './render/logs.ts';
import { given, oneOf, wholeNumber } from './wish.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly tail: number;
  readonly source?: 'system' | 'container';
}

export const define: Define = (command, run) => {
  command
    .argument('[deployment]', 'its name or id; without it the app’s own log')
    .option('-f, --follow', 'go on with new lines as they come')
    .option('-n, --tail <n>', 'lines from the past', wholeNumber(0, 5000), 200)
    .option(
      '--source <source>',
      'system or container only',
      oneOf({ system: 'system', container: 'container' }),
    )
    .description('Show logs of a deployment or of the app. With --json every line is one JSON document.')
    .addHelpText(
      'after',
      examples('logs', 'logs qwen3-8b --follow', 'logs qwen3-8b --source system --tail 50'),
    )
    .action(
      run(async (cli, invocation) => {
        const [deployment] = invocation.args;
        const { follow = false, tail, source } = invocation.opts<LogsOptions>();
        const api = await cli.connect();
        const lines =
          deployment === undefined
            ? api.stream('logs.app', { tail, follow }, cli.signal)
            : api.stream('logs.follow', { deployment, tail, follow, ...given({ source }) }, cli.signal);
        for await (const line of lines) {
          cli.terminal.out(
            cli.json ? JSON.stringify(line) : renderLogLine(line, cli.paint, cli.terminal.outColor),
          );
        }
      }),
    );
};
