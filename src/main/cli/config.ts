import { existsSync } from 'node:fs';
import { secretNameSchema } from '../../shared/model.ts';
import type { MethodOutput } from '../../shared/api.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { configPath, openSecrets, readConfig } from './offline.ts';
import { renderConfig } from './render/status.ts';

interface FileOptions {
  readonly config?: string;
}

export const define: Define = (command, run) => {
  command.description('Values come from defaults, then the file, then the environment, then flags of serve.');
  for (const defineOne of [defineShow, definePath, defineSchema]) defineOne(command, run);
};

const defineShow: Define = (command, run) => {
  command
    .command('show')
    .description('Show every value and where it comes from, secrets masked.')
    .option('--config <file>', 'check this file, instead of asking the running instance')
    .addHelpText('after', examples('config show', 'config show --config llm_config.json'))
    .action(
      run(async (cli, invocation) => {
        const { config } = invocation.opts<FileOptions>();
        const { values, notes } = await readValues(cli, config);
        for (const note of notes) cli.say(note);
        cli.print({ values }, () => renderConfig(values, { width: cli.terminal.columns, paint: cli.paint }));
      }),
    );
};

type Values = MethodOutput<'config.show'>['values'];

async function readValues(
  cli: Cli,
  configFile: string | undefined,
): Promise<{ values: Values; notes: readonly string[] }> {
  const api = configFile === undefined ? await cli.connectIfRunning() : null;
  if (api !== null) return { ...(await api.call('config.show', {}, cli.signal)), notes: [] };
  const loaded = await readConfig(cli, configFile);
  const secrets = await openSecrets(cli);
  const status = await Promise.all(secretNameSchema.options.map((name) => secrets.status(name)));
  const { describeConfig } = await import('../settings/describe-config.ts');
  return { values: describeConfig(loaded, status), notes: loaded.notes };
}

const definePath: Define = (command, run) => {
  command
    .command('path')
    .description('Print where the configuration file is looked for.')
    .addHelpText('after', examples('config path'))
    .action(
      run(async (cli) => {
        const path = await configPath(cli);
        cli.print({ path, exists: existsSync(path) }, () => path);
      }),
    );
};

const defineSchema: Define = (command, run) => {
  command
    .command('schema')
    .description('Print the JSON Schema of the configuration file, for editors.')
    .addHelpText('after', examples('config schema > llm_config.schema.json'))
    .action(
      run(async (cli) => {
        const { generateConfigSchema } = await import('../settings/file-schema.ts');
        cli.terminal.out(generateConfigSchema().trimEnd());
      }),
    );
};
