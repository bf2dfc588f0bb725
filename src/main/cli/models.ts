import type { MethodOutput } from '../../shared/api.ts';
import type { PublicModel } from '../../shared/public-model.ts';
import { usdWithDigits } from '../../shared/money.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderModels } from './render/status.ts';
import { renderTable, type TableOptions } from './render/table.ts';

export const define: Define = (command, run) => {
  command
    .option('--public', 'the models that RunPod hosts itself instead, with their prices')
    .addHelpText('after', examples('models', 'models --public'))
    .action(
      run(async (cli, invocation) => {
        const api = await cli.connect();
        const options = { width: cli.terminal.columns, paint: cli.paint };
        if (invocation.opts<{ readonly public?: boolean }>().public === true) {
          const result = await api.call('models.public', {}, cli.signal);
          cli.print(result, () => renderPublic(result, options));
          return;
        }
        const result = await api.call('models.list', {}, cli.signal);
        cli.print(result, () => renderModels(result.models, options));
      }),
    );
};

function renderPublic(result: MethodOutput<'models.public'>, options: TableOptions): string {
  const { models, pricesAsOf, source, simulated } = result;
  const [first] = models;
  return [
    renderTable(COLUMNS, models, options),
    '',
    `Prices per million tokens, as of ${pricesAsOf} (${source}); RunPod may have changed them since.`,
    simulated
      ? 'The sandbox simulates them: nothing is charged.'
      : 'They are paid from the balance of your account.',
    `Turn one on: runpod-llm targets public ${first?.id ?? '<name>'}`,
  ].join('\n');
}

const usd = (amount: number): string => usdWithDigits(amount, 2, 'en');

const COLUMNS = [
  { header: 'NAME', cell: ({ id }: PublicModel) => id },
  { header: 'MODEL', cell: ({ model }: PublicModel) => model, shrinkTo: 16 },
  {
    header: 'CONTEXT',
    cell: ({ contextTokens }: PublicModel) => (contextTokens === null ? 'unknown' : String(contextTokens)),
    align: 'right' as const,
  },
  { header: 'INPUT', cell: (model: PublicModel) => usd(model.usdPerMillionInput), align: 'right' as const },
  { header: 'OUTPUT', cell: (model: PublicModel) => usd(model.usdPerMillionOutput), align: 'right' as const },
  {
    header: 'ON AS',
    cell: ({ names }: PublicModel) => (names.length === 0 ? 'off' : names.join(', ')),
    shrinkTo: 12,
  },
];
