import { Option } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { costGroupingSchema, type CostGrouping } from '../../shared/model.ts';
import type { VolumeView } from '../../shared/volumes.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderCosts, renderEntries, renderShares } from './render/costs.ts';
import { given, wholeNumber } from './wish.ts';

interface CostsOptions {
  readonly entries?: boolean;
  readonly deployment?: string;
  readonly limit: number;
  readonly by?: CostGrouping;
  readonly span: 'today' | 'month';
}

export const define: Define = (command, run) => {
  command
    .option('--entries', 'the ledger’s entries instead of the sums')
    .option('--deployment <name>', 'entries of one deployment only')
    .option('--limit <n>', 'entries at most', wholeNumber(1, 100_000), 100)
    .addOption(
      new Option(
        '--by <what>',
        'whom it was spent for; a project is what stands before the slash in a key’s name',
      ).choices(costGroupingSchema.options),
    )
    .addOption(new Option('--span <span>', 'with --by').choices(['today', 'month']).default('month'))
    .addHelpText(
      'after',
      examples('costs', 'costs --by project', 'costs --entries --deployment qwen3-8b', 'costs --json'),
    )
    .action(
      run(async (cli, invocation) => {
        const options = invocation.opts<CostsOptions>();
        const api = await cli.connect();
        const table = { width: cli.terminal.columns, paint: cli.paint };
        if (options.entries === true || options.deployment !== undefined) {
          const input = { limit: options.limit, ...given({ deployment: options.deployment }) };
          const result = await api.call('costs.entries', input, cli.signal);
          cli.print(result, () => renderEntries(result.entries, table));
          return;
        }
        if (options.by !== undefined) {
          const shares = await api.call('costs.shares', { by: options.by, span: options.span }, cli.signal);
          cli.print(shares, () => renderShares(shares, table));
          return;
        }
        const costs = await api.call('costs.summary', {}, cli.signal);
        const volumes = cli.json ? [] : await volumesOf(cli, api);
        cli.print(costs, () => renderCosts(costs, { ...table, now: cli.clock.now(), volumes }));
      }),
    );
};

/** Network volumes are the account's, not a deployment's; null = they cannot be told now. */
async function volumesOf(cli: Cli, api: ControlClient): Promise<readonly VolumeView[] | null> {
  try {
    return (await api.call('volumes.list', {}, cli.signal)).volumes;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'client_closed') throw error;
    return null;
  }
}
