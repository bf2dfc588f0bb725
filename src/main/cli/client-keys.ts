import type { ClientKeyView } from '../../shared/app.ts';
import { formatUsd } from '../../shared/money.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderTable } from './render/table.ts';
import { collect, positive, wholeNumber } from './wish.ts';

interface MakeOptions {
  readonly wake: boolean;
  readonly model?: readonly string[];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly concurrent?: number;
  readonly usdPerDay?: number;
  readonly usdPerMonth?: number;
  readonly days?: number;
}

type Limit = number | 'none';

interface ChangeOptions {
  readonly wake?: boolean;
  readonly model?: readonly string[];
  readonly requestsPerMinute?: Limit;
  readonly tokensPerMinute?: Limit;
  readonly concurrent?: Limit;
  readonly usdPerDay?: Limit;
  readonly usdPerMonth?: Limit;
}

const MOST = 100_000_000;

/** Keys of the local endpoint for single clients: `key make`, `key list`, `key change`, `key revoke`. */
export const defineClientKeys: Define = (command, run) => {
  for (const define of [defineMake, defineList, defineChange, defineRevoke]) define(command, run);
};

const defineMake: Define = (command, run) => {
  command
    .command('make')
    .description('Make a key of the endpoint for one client. It is shown once.')
    .argument('<name>', 'who it is for; what stands before a slash is its project, as in website/laptop')
    .option('--no-wake', 'its requests may not start hardware that costs money')
    .option('--model <name>', 'a model it may use; may be repeated, without it all', collect)
    .option('--requests-per-minute <n>', 'most requests a minute', wholeNumber(1, MOST))
    .option('--tokens-per-minute <n>', 'most tokens a minute', wholeNumber(1, MOST))
    .option('--concurrent <n>', 'most requests at once', wholeNumber(1, MOST))
    .option('--usd-per-day <usd>', 'most its requests may cost a day', positive)
    .option('--usd-per-month <usd>', 'most its requests may cost a month', positive)
    .option('--days <n>', 'days until it expires', positive)
    .addHelpText(
      'after',
      examples(
        'key make editor --usd-per-day 2',
        'key make website/laptop',
        'key make ci --no-wake --requests-per-minute 60 --days 30',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const [name = ''] = invocation.args;
        const options = invocation.opts<MakeOptions>();
        const api = await cli.connect();
        const result = await api.call(
          'keys.make',
          {
            name,
            mayWake: options.wake,
            models: options.model === undefined ? null : [...options.model],
            limits: {
              requestsPerMinute: options.requestsPerMinute ?? null,
              tokensPerMinute: options.tokensPerMinute ?? null,
              concurrent: options.concurrent ?? null,
            },
            budget: { usdPerDay: options.usdPerDay ?? null, usdPerMonth: options.usdPerMonth ?? null },
            expiresInDays: options.days ?? null,
          },
          cli.signal,
        );
        if (!cli.json) cli.say('Copy it now; it is not shown again.');
        cli.print(result, () => result.secret);
      }),
    );
};

const defineList: Define = (command, run) => {
  command
    .command('list')
    .description('Show the keys made for single clients, and what they may do.')
    .addHelpText('after', examples('key list'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        const result = await api.call('keys.list', {}, cli.signal);
        cli.print(result, () =>
          result.keys.length === 0
            ? 'No key was made for a single client yet: runpod-llm key make <name>'
            : renderTable(COLUMNS, result.keys, { width: cli.terminal.columns, paint: cli.paint }),
        );
      }),
    );
};

const COLUMNS = [
  { header: 'NAME', cell: ({ name }: ClientKeyView) => name },
  { header: 'ENDS IN', cell: ({ hint }: ClientKeyView) => hint },
  { header: 'WAKES', cell: ({ mayWake }: ClientKeyView) => (mayWake ? 'yes' : 'no') },
  { header: 'MODELS', cell: ({ models }: ClientKeyView) => models?.join(', ') ?? 'all', shrinkTo: 12 },
  { header: 'LIMITS', cell: limitsText, shrinkTo: 12 },
  { header: 'BUDGET', cell: budgetText, shrinkTo: 12 },
  { header: 'SPENT', cell: spentText },
  { header: 'EXPIRES', cell: ({ expiresAt }: ClientKeyView) => expiresAt?.slice(0, 10) ?? 'never' },
];

function limitsText({ limits }: ClientKeyView): string {
  const parts = [
    limits.requestsPerMinute === null ? null : `${limits.requestsPerMinute} requests/min`,
    limits.tokensPerMinute === null ? null : `${limits.tokensPerMinute} tokens/min`,
    limits.concurrent === null ? null : `${limits.concurrent} at once`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function budgetText({ budget }: ClientKeyView): string {
  const parts = [
    budget.usdPerDay === null ? null : `${formatUsd(budget.usdPerDay)}/day`,
    budget.usdPerMonth === null ? null : `${formatUsd(budget.usdPerMonth)}/month`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function spentText({ spent }: ClientKeyView): string {
  return `${formatUsd(spent.todayUsd)} today, ${formatUsd(spent.monthUsd)} this month`;
}

const defineChange: Define = (command, run) => {
  command
    .command('change')
    .description('Change what a key made for one client may do. The key itself stays; "none" ends a limit.')
    .argument('<key>', 'its name or id')
    .option('--wake', 'its requests may start hardware that costs money')
    .option('--no-wake', 'they may not')
    .option(
      '--model <name>',
      'a model it may use, in place of those before; may be repeated; "all" for all',
      collect,
    )
    .option('--requests-per-minute <n>', 'most requests a minute', orNone(wholeNumber(1, MOST)))
    .option('--tokens-per-minute <n>', 'most tokens a minute', orNone(wholeNumber(1, MOST)))
    .option('--concurrent <n>', 'most requests at once', orNone(wholeNumber(1, MOST)))
    .option('--usd-per-day <usd>', 'most its requests may cost a day', orNone(positive))
    .option('--usd-per-month <usd>', 'most its requests may cost a month', orNone(positive))
    .addHelpText('after', examples('key change editor --usd-per-day 5', 'key change ci --usd-per-month none'))
    .action(
      run(async (cli, invocation) => {
        const [key = ''] = invocation.args;
        const { wake, model, ...limits } = invocation.opts<ChangeOptions>();
        const api = await cli.connect();
        const result = await api.call(
          'keys.change',
          {
            key,
            ...(wake === undefined ? {} : { mayWake: wake }),
            ...(model === undefined ? {} : { models: model.includes('all') ? null : [...model] }),
            limits: {
              requestsPerMinute: changed(limits.requestsPerMinute),
              tokensPerMinute: changed(limits.tokensPerMinute),
              concurrent: changed(limits.concurrent),
            },
            budget: { usdPerDay: changed(limits.usdPerDay), usdPerMonth: changed(limits.usdPerMonth) },
          },
          cli.signal,
        );
        cli.print(result, () =>
          renderTable(COLUMNS, [result], { width: cli.terminal.columns, paint: cli.paint }),
        );
      }),
    );
};

/** A limit, or `none` for no limit. */
const orNone =
  (read: (text: string) => number) =>
  (text: string): Limit =>
    text === 'none' ? text : read(text);

const changed = (limit: Limit | undefined): number | null | undefined => (limit === 'none' ? null : limit);

const defineRevoke: Define = (command, run) => {
  command
    .command('revoke')
    .description('End a key made for one client, at once.')
    .argument('<key>', 'its name or id')
    .addHelpText('after', examples('key revoke editor'))
    .action(
      run(async (cli, invocation) => {
        const [key = ''] = invocation.args;
        const api = await cli.connect();
        const result = await api.call('keys.revoke', { key }, cli.signal);
        cli.print(result, () => `The key "${key}" opens nothing any more.`);
      }),
    );
};
