import { AppError } from '../../shared/errors.ts';
import { formatUsd, formatUsdPerHour } from '../../shared/money.ts';
import type { VolumeAdvice, VolumeView } from '../../shared/volumes.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { confirm } from './price.ts';
import { renderTable, type Column } from './render/table.ts';
import { addWishOptions, planWish, wholeNumber, type WishOptions } from './wish.ts';

interface CreateOptions extends WishOptions {
  readonly size?: number;
  readonly yes?: boolean;
}

export const define: Define = (command, run) => {
  command.description('Network volumes keep weights between starts. They bill until they are deleted.');
  for (const defineOne of [defineList, defineAdvise, defineCreate, defineDelete]) defineOne(command, run);
};

const defineList: Define = (command, run) => {
  command
    .command('list')
    .description('List the network volumes in the account with their price.')
    .addHelpText('after', examples('volumes', 'volumes list --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('volumes.list', {}, cli.signal);
        cli.print(result, () => renderVolumes(cli, result.volumes));
      }),
    );
};

const defineAdvise: Define = (command, run) => {
  addWishOptions(command.command('advise').description('Say whether a volume for a model would pay.'))
    .argument('[model]', 'Hugging Face id')
    .addHelpText('after', examples('volumes advise Qwen/Qwen3-8B'))
    .action(
      run(async (cli, invocation) => {
        const api = await cli.connect();
        const wish = planWish(invocation.args, invocation.opts<WishOptions>());
        const advice = await api.call('volumes.advise', wish, cli.signal);
        cli.print(advice, () => renderAdvice(advice));
      }),
    );
};

const defineCreate: Define = (command, run) => {
  addWishOptions(
    command.command('create').description('Make a volume for a model, or find the one made for it before.'),
  )
    .argument('[model]', 'Hugging Face id')
    .option('--size <gb>', 'gigabytes, 10 to 4096; without it as the weights need', wholeNumber(10, 4096))
    .option('--yes', 'do not ask about the price')
    .addHelpText('after', examples('volumes create Qwen/Qwen3-8B --data-center EU-RO-1'))
    .action(
      run(async (cli, invocation) => {
        const api = await cli.connect();
        const options = invocation.opts<CreateOptions>();
        const volume = await makeVolume(cli, api, invocation.args, options);
        cli.print(volume, () => madeText(volume));
      }),
    );
};

const defineDelete: Define = (command, run) => {
  command
    .command('delete')
    .description('Delete a volume and everything on it.')
    .argument('<id>', 'as volumes list shows it')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('volumes delete vol1'))
    .action(
      run(async (cli, invocation) => {
        const [id = ''] = invocation.args;
        const api = await cli.connect();
        const volume = await findVolume(cli, api, id);
        if (invocation.opts<{ yes?: boolean }>().yes !== true) {
          const what = volume.cacheOf ?? volume.name;
          await confirm(cli, `Delete volume ${id} (${what}, ${volume.sizeGb} GB) and everything on it?`);
        }
        const result = await api.call('volumes.remove', { id }, cli.signal);
        cli.print(result, () => `Volume ${id} is deleted and bills no more.`);
      }),
    );
};

/** The volume that a deployment is to mount: one by its id, or "new" = the model's own. @throws AppError not_found */
export async function volumeFor(
  cli: Cli,
  api: ControlClient,
  args: readonly string[],
  options: CreateOptions & { readonly volume: string },
): Promise<VolumeView> {
  if (options.volume === 'new') return makeVolume(cli, api, args, options);
  return findVolume(cli, api, options.volume);
}

async function findVolume(cli: Cli, api: ControlClient, wanted: string): Promise<VolumeView> {
  const { volumes } = await api.call('volumes.list', {}, cli.signal);
  const found = volumes.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  const ids = volumes.map(({ id }) => id);
  throw new AppError('not_found', `There is no network volume "${wanted}".`, {
    advice:
      ids.length === 0 ? 'There are none; "volumes create" makes one.' : `There are: ${ids.join(', ')}.`,
    details: { field: 'volume', value: wanted, allowed: ids },
  });
}

/**
 * A volume for the model, told and asked for with its price. One that exists is used without a question.
 * @throws AppError confirmation_needed, invalid_input, runpod_*
 */
export async function makeVolume(
  cli: Cli,
  api: ControlClient,
  args: readonly string[],
  options: CreateOptions,
): Promise<VolumeView> {
  const wish = planWish(args, options);
  const advice = await api.call('volumes.advise', wish, cli.signal);
  const wanted = options.dataCenter ?? [];
  const { existing } = advice;
  if (existing !== null && (wanted.length === 0 || wanted.includes(existing.dataCenterId))) return existing;
  cli.say(advice.why);
  const dataCenterId = wanted[0] ?? advice.dataCenters[0]?.id ?? '';
  const sizeGb = options.size ?? advice.sizeGb;
  if (options.yes !== true) {
    const price = formatUsd((advice.usdPerMonth / advice.sizeGb) * sizeGb);
    await confirm(
      cli,
      `Make a volume of ${sizeGb} GB in ${dataCenterId} for about ${price} a month, until it is deleted?`,
    );
  }
  return api.call('volumes.create', { model: wish.model, dataCenterId, sizeGb }, cli.signal);
}

const madeText = ({ id, sizeGb, dataCenterId, usdPerMonth }: VolumeView): string =>
  `Volume ${id}: ${sizeGb} GB in ${dataCenterId}, ${formatUsd(usdPerMonth)} a month. Use it with: deploy --volume ${id}`;

function renderVolumes(cli: Cli, volumes: readonly VolumeView[]): string {
  if (volumes.length === 0) return 'There are no network volumes in the account.';
  const total = volumes.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0);
  const columns: readonly Column<VolumeView>[] = [
    { header: 'ID', cell: ({ id }) => id },
    { header: 'FOR', cell: ({ cacheOf, name }) => cacheOf ?? name, shrinkTo: 16 },
    { header: 'SIZE', cell: ({ sizeGb }) => `${sizeGb} GB`, align: 'right' },
    { header: 'WHERE', cell: ({ dataCenterId }) => dataCenterId },
    { header: 'A MONTH', cell: ({ usdPerMonth }) => formatUsd(usdPerMonth), align: 'right' },
    { header: 'USED BY', cell: ({ usedBy }) => usedBy.join(', ') || 'nothing', shrinkTo: 12 },
  ];
  const table = renderTable(columns, volumes, { width: cli.terminal.columns, paint: cli.paint });
  return `${table}\n\n${formatUsd(total)} a month together, used or not.`;
}

function renderAdvice(advice: VolumeAdvice): string {
  const centers = advice.dataCenters.map(
    ({ id, gpu, usdPerHour, stock }) =>
      `${id} (${gpu} at ${formatUsdPerHour(usdPerHour)}, ${stock.toLowerCase()} stock)`,
  );
  const { existing } = advice;
  return [
    advice.pays ? 'It pays.' : 'It does not pay.',
    advice.why,
    centers.length === 0
      ? 'No data centre has both volumes and a fitting GPU now.'
      : `Pods that mount it run in its data centre only, on Secure Cloud. Possible: ${centers.join(', ')}.`,
    ...(existing === null ? [] : [`There is one already: ${madeText(existing)}`]),
  ].join('\n');
}
