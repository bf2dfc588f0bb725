import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { oneOf, positive, wholeNumber } from './wish.ts';

export const define: Define = (command, run) => {
  addServeOptions(command)
    .description('Run the proxy and manager in this terminal, until Ctrl-C.')
    .addHelpText(
      'after',
      examples(
        'serve',
        'serve --sandbox --sandbox-speed 60',
        'serve --config llm_config.json --log-level debug',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const flags = invocation.optsWithGlobals<object>();
        // Imported here: no other command needs the core.
        const { startHeadless } = await import('../headless.ts');
        const headless = await startHeadless({
          flags: { ...flags },
          env: { ...cli.env },
          stdout: (line) => (cli.json ? cli.terminal.err(line) : cli.terminal.out(line)),
        });
        const stop = (): void => void headless.stop('signal');
        cli.signal.addEventListener('abort', stop, { once: true });
        if (cli.signal.aborted) stop();
        else if (cli.json) await printWhereItAnswers(cli);
        await headless.stopped;
      }),
    );
};

function addServeOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (CONFIG_PATH)')
    .option('--port <n>', 'port of the endpoint; 0 = any free one (RUNPOD_LLM_PORT)', wholeNumber(0, 65_535))
    .option('--control-port <n>', 'port of the command line and browser interface', wholeNumber(0, 65_535))
    .option('--host <address>', 'address of the endpoint; anything but loopback needs keys')
    .option('--sandbox', 'use the simulated cloud, even when there is a key')
    .option('--sandbox-speed <factor>', 'how many times faster than life simulated boots run', positive)
    .option('--runpod', 'use RunPod, even when no key is known yet')
    .option(
      '--log-level <level>',
      'debug, info, warn or error (LOG_LEVEL)',
      oneOf({ debug: 'debug', info: 'info', warn: 'warn', error: 'error' }),
    );
}

/** For programs that start an instance: one document once everything answers; text goes to standard error. */
async function printWhereItAnswers(cli: Cli): Promise<void> {
  const api = await cli.connect();
  const status = await api.call('app.status', {}, cli.signal);
  const uiLink = await api.uiLink(cli.signal);
  cli.print({ status, uiLink }, () => status.proxy.url);
}
