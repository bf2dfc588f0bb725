import { AppError } from '../../shared/errors.ts';
import { secretNameSchema, type KeyCheck, type SecretName, type SecretStatus } from '../../shared/model.ts';
import type { Cli } from './cli.ts';
import { defineClientKeys } from './client-keys.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { openSecrets } from './offline.ts';
import { renderKeyCheck, renderSecrets } from './render/status.ts';

const MOST_KEY_BYTES = 10_000;
const NAMES = secretNameSchema.options.join(', ');

export const define: Define = (command, run) => {
  command.description(
    'Keys live in the operating system’s keychain; a running instance uses a new one at once.',
  );

  for (const defineOne of [
    defineSet,
    defineStatus,
    defineDelete,
    defineCheck,
    defineShow,
    defineConfirm,
    defineClientKeys,
  ])
    defineOne(command, run);
};

const defineSet: Define = (command, run) => {
  command
    .command('set')
    .description(
      'Store a key. It is typed without being shown, or read from standard input; never an argument.',
    )
    .argument('<name>', NAMES)
    .addHelpText('after', examples('key set runpod', 'key set hf < token.txt'))
    .action(
      run(async (cli, invocation) => {
        const [word = ''] = invocation.args;
        const name = nameOf(word);
        const value = await readValue(cli, name);
        const result = await setSecret(cli, name, value);
        cli.print(result, () => setText(result, cli));
      }),
    );
};

const defineStatus: Define = (command, run) => {
  command
    .command('status')
    .description('Show which keys are set, where they come from and how they end.')
    .addHelpText('after', examples('key status'))
    .action(
      run(async (cli) => {
        const secrets = await readStatus(cli);
        cli.print({ secrets }, () =>
          renderSecrets(secrets, { width: cli.terminal.columns, paint: cli.paint }),
        );
      }),
    );
};

const defineDelete: Define = (command, run) => {
  command
    .command('delete')
    .description('Delete a key from the keychain.')
    .argument('<name>', NAMES)
    .addHelpText('after', examples('key delete hf'))
    .action(
      run(async (cli, invocation) => {
        const [word = ''] = invocation.args;
        const name = nameOf(word);
        const api = await cli.connectIfRunning();
        const status =
          api === null
            ? await (await openSecrets(cli)).delete(name)
            : await api.call('secrets.delete', { name }, cli.signal);
        cli.print(status, () => deletedText(status));
      }),
    );
};

const defineCheck: Define = (command, run) => {
  command
    .command('check')
    .description('Ask RunPod what the key may do.')
    .addHelpText('after', examples('key check'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const check = await api.call('secrets.check', {}, cli.signal);
        cli.print(check, () => renderKeyCheck(check, cli.paint));
        return check.ok ? 0 : 1;
      }),
    );
};

const defineConfirm: Define = (command, run) => {
  command
    .command('confirm')
    .description(
      'Say that the RunPod key in use is of the account in which the pods were made: what RunPod does not show to it is gone.',
    )
    .addHelpText('after', examples('key confirm'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('radar.confirmAccount', {}, cli.signal);
        cli.print(result, () => 'Pods that RunPod does not show to this key count as gone from now on.');
      }),
    );
};

const defineShow: Define = (command, run) => {
  command
    .command('show')
    .description('Print the local key that clients of the proxy need. The RunPod key is never shown.')
    .addHelpText('after', examples('key show', 'key show --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('proxy.key', {}, cli.signal);
        cli.print(result, () => result.key);
      }),
    );
};

function nameOf(word: string): SecretName {
  const parsed = secretNameSchema.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `There is no key "${word}"; keys are ${NAMES}.`);
}

async function readValue(cli: Cli, name: SecretName): Promise<string> {
  const { terminal } = cli;
  const text = terminal.keyboard
    ? await terminal.askSecret(`Value of "${name}" (not shown): `, cli.signal)
    : await terminal.readInput(MOST_KEY_BYTES);
  const value = text.trim();
  if (value !== '') return value;
  throw new AppError('invalid_input', `Nothing was given for "${name}".`, {
    advice: `Type it when asked, or: runpod-llm key set ${name} < file`,
  });
}

interface SetResult {
  readonly status: SecretStatus;
  readonly check: KeyCheck | null;
}

async function setSecret(cli: Cli, name: SecretName, value: string): Promise<SetResult> {
  const api = await cli.connectIfRunning();
  if (api !== null) return api.call('secrets.set', { name, value }, cli.signal);
  const secrets = await openSecrets(cli);
  return { status: await secrets.set(name, value), check: null };
}

function setText({ status, check }: SetResult, cli: Cli): string {
  const where =
    status.source === 'memory' ? 'until the app ends (there is no keychain here)' : `in the ${status.source}`;
  const text = `"${status.name}" is kept ${where}.`;
  return check === null ? text : `${text}\n${renderKeyCheck(check, cli.paint)}`;
}

function deletedText(status: SecretStatus): string {
  if (!status.present) return `"${status.name}" is deleted.`;
  return `"${status.name}" is deleted from the keychain, and still given by the ${status.source}.`;
}

async function readStatus(cli: Cli): Promise<readonly SecretStatus[]> {
  const api = await cli.connectIfRunning();
  if (api !== null) return (await api.call('secrets.status', {}, cli.signal)).secrets;
  const secrets = await openSecrets(cli);
  return Promise.all(secretNameSchema.options.map((name) => secrets.status(name)));
}
