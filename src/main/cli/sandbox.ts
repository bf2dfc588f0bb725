import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isGuardCommand } from '../deployments/pod/start-command.ts';
import { ownImageCommands } from '../images/own-image-command.ts';
import { silentLog } from '../logs/log.ts';
import { systemRandom } from '../platform/random.ts';
import type { SandboxUrls } from '../sandbox/types.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { notNegative, positive, wholeNumber } from './wish.ts';

interface SandboxFlags {
  readonly port: number;
  readonly speed: number;
  readonly tokensPerSecond: number;
  readonly balance: number;
  readonly key?: string;
  readonly readOnlyKey?: boolean;
  readonly stateFile?: string;
  readonly answerFrom?: string;
}

export const define: Define = (command, run) => {
  command
    .description(
      'Run the simulated RunPod alone, until Ctrl-C. Prints the variables that lead a program to it.',
    )
    .option('--port <n>', 'port to listen on; 0 = any free one', wholeNumber(0, 65_535), 0)
    .option('--speed <factor>', 'how many times faster than life boots run', positive, 10)
    .option('--tokens-per-second <n>', 'of the simulated models', positive, 60)
    .option('--balance <usd>', 'simulated dollars to begin with; 0 = refuses what costs', notNegative, 25)
    .option('--key <key>', 'the key to accept; without it a new one')
    .option('--read-only-key', 'accept a second key that may only read (SANDBOX_READ_ONLY_KEY)')
    .option('--state-file <file>', 'keep the cloud’s state here; without it in memory only')
    .option(
      '--answer-from <url>',
      'a local OpenAI-compatible server that answers instead of the simulated models',
    )
    .addHelpText('after', examples('sandbox', 'sandbox --port 27184 --speed 60'))
    .action(
      run(async (cli, invocation) => {
        const flags = invocation.opts<SandboxFlags>();
        const { createSandbox } = await import('../sandbox/sandbox.ts');
        const key = flags.key ?? newKey();
        const readOnlyKey = flags.readOnlyKey === true ? newKey() : null;
        const scripts = mkdtempSync(join(tmpdir(), 'runpod-llm-scripts-'));
        const images = ownImageCommands(resolve(import.meta.dirname, '../../../resources'), scripts);
        const sandbox = createSandbox({
          clock: cli.clock,
          random: systemRandom,
          log: silentLog,
          speed: flags.speed,
          tokensPerSecond: flags.tokensPerSecond,
          balanceUsd: flags.balance,
          keys: [
            { key, rights: 'all' },
            ...(readOnlyKey === null ? [] : [{ key: readOnlyKey, rights: 'read-only' } as const]),
          ],
          stateFile: flags.stateFile === undefined ? null : resolve(flags.stateFile),
          runProcesses: (argv) =>
            process.platform !== 'win32' && (isGuardCommand(argv) || images.accepts(argv)),
          imageCommand: (image) => images.commandOf(image),
          answerFrom: flags.answerFrom ?? null,
        });
        try {
          const variables = {
            ...variablesFor(await sandbox.listen(flags.port), key, sandbox.controlToken),
            ...(readOnlyKey === null ? {} : { SANDBOX_READ_ONLY_KEY: readOnlyKey }),
          };
          announce(cli, sandbox.controlToken, variables);
          await untilInterrupted(cli.signal);
        } finally {
          await sandbox.dispose();
          rmSync(scripts, { recursive: true, force: true });
        }
      }),
    );
};

function announce(cli: Cli, controlToken: string, variables: Readonly<Record<string, string>>): void {
  cli.say('Simulated RunPod. Nothing here costs anything; Ctrl-C ends it.');
  cli.say(`Faults and the exact bill (docs/sandbox.md) need: x-sandbox-control: ${controlToken}`);
  cli.print(variables, () =>
    Object.entries(variables)
      .map(([name, value]) => `export ${name}='${value}'`)
      .join('\n'),
  );
}

function variablesFor(
  urls: SandboxUrls,
  key: string,
  controlToken: string,
): Readonly<Record<string, string>> {
  return {
    RUNPOD_API_URL: urls.apiUrl,
    RUNPOD_INVOKE_URL: urls.invokeUrl,
    RUNPOD_GRAPHQL_URL: urls.graphqlUrl,
    RUNPOD_POD_URL_TEMPLATE: urls.podUrlTemplate,
    RUNPOD_LB_URL_TEMPLATE: urls.lbUrlTemplate,
    RUNPOD_API_KEY: key,
    SANDBOX_CONTROL_TOKEN: controlToken,
  };
}

const newKey = (): string => `sandbox-${systemRandom.hex(16)}`;

function untilInterrupted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
