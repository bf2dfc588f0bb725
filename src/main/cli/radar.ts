import { AppError } from '../../shared/errors.ts';
import { radarItemSchema } from '../../shared/model.ts';
import type { RadarItem } from '../../shared/model.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { confirm } from './price.ts';
import { defineSweep, defineSweeps, defineUndo } from './radar-sweep.ts';
import { renderRadar } from './render/status.ts';

interface YesOptions {
  readonly yes?: boolean;
}

const KINDS = radarItemSchema.shape.kind.options.join(', ');

export const define: Define = (command, run) => {
  command.description('Compare everything in the account with what this app knows.');

  for (const defineOne of [
    defineList,
    defineSweep,
    defineUndo,
    defineSweeps,
    defineStop,
    defineTerminate,
    defineAdopt,
  ])
    defineOne(command, run);
};

const defineList: Define = (command, run) => {
  command
    .command('list')
    .description('List everything in the account and whose it is.')
    .addHelpText('after', examples('radar list', 'radar list --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const radar = await api.call('radar.scan', {}, cli.signal);
        cli.print(radar, () => renderRadar(radar, { width: cli.terminal.columns, paint: cli.paint }));
      }),
    );
};

const defineStop: Define = (command, run) => {
  command
    .command('stop')
    .description('Stop something that no deployment owns.')
    .argument('<kind>', KINDS)
    .argument('<id>', 'as radar list shows it')
    .addHelpText('after', examples('radar stop pod abc123'))
    .action(
      run(async (cli, invocation) => {
        const [kind = '', id = ''] = invocation.args;
        const api = await cli.connect();
        const item = await api.call('radar.stop', { kind: kindOf(kind), id }, cli.signal);
        cli.print(item, () => `${item.kind} ${item.id} (${item.name}) is ${item.status}.`);
      }),
    );
};

const defineTerminate: Define = (command, run) => {
  command
    .command('terminate')
    .description('Delete something that no deployment owns, with everything on it.')
    .argument('<kind>', KINDS)
    .argument('<id>', 'as radar list shows it')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('radar terminate pod abc123 --yes'))
    .action(
      run(async (cli, invocation) => {
        const [kind = '', id = ''] = invocation.args;
        const { yes } = invocation.opts<YesOptions>();
        const known = kindOf(kind);
        const api = await cli.connect();
        if (yes !== true) await confirm(cli, `Delete ${known} ${id} and everything on it?`);
        const result = await api.call('radar.terminate', { kind: known, id }, cli.signal);
        cli.print(result, () => `${known} ${id} is deleted.`);
      }),
    );
};

const defineAdopt: Define = (command, run) => {
  command
    .command('adopt')
    .description(
      'Put a pod or an endpoint under a deployment of this app. Nothing is changed at RunPod until you edit it.',
    )
    .argument('<id>', 'as radar list shows it')
    .argument('<name>', 'of the new deployment')
    .addHelpText('after', examples('radar adopt abc123 qwen3-8b'))
    .action(
      run(async (cli, invocation) => {
        const [id = '', name = ''] = invocation.args;
        const api = await cli.connect();
        const view = await api.call(
          'radar.adopt',
          { kind: await adoptable(cli, api, id), id, name },
          cli.signal,
        );
        cli.print(view, () => `${id} is under the deployment ${view.name} now.`);
      }),
    );
};

/** @throws AppError invalid_input: a volume */
async function adoptable(cli: Cli, api: ControlClient, id: string): Promise<'pod' | 'endpoint'> {
  const { items } = await api.call('radar.scan', {}, cli.signal);
  const kind = items.find((item) => item.id === id)?.kind ?? 'pod';
  if (kind !== 'network-volume') return kind;
  throw new AppError(
    'invalid_input',
    `"${id}" is a network volume: a deployment mounts it, with --volume ${id}.`,
  );
}

function kindOf(word: string): RadarItem['kind'] {
  const parsed = radarItemSchema.shape.kind.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `"${word}" is no kind of resource; kinds are ${KINDS}.`);
}
