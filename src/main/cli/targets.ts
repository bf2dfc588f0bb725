import { AppError } from '../../shared/errors.ts';
import { formatUsd } from '../../shared/money.ts';
import { nameOfTarget, type Routing, type TargetSetting } from '../../shared/targets.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderTable, type Column } from './render/table.ts';
import { collect, given, tokens, wholeNumber } from './wish.ts';

interface AddOptions {
  readonly url: string;
  readonly model?: readonly string[];
  readonly servedModel?: string;
  readonly key?: boolean;
  readonly keyEnv?: string;
  readonly context?: number;
}

const MOST_KEY_BYTES = 10_000;

export const define: Define = (command, run) => {
  command.description(
    'Servers beside the deployments: a company server, a local Ollama, RunPod’s public endpoints. What is set here counts at once; what stands in llm_config.json is changed there.',
  );
  for (const defineOne of [
    defineList,
    defineAdd,
    definePublic,
    defineRemove,
    defineTest,
    defineFallback,
    defineBridge,
  ])
    defineOne(command, run);
};

const defineList: Define = (command, run) => {
  command
    .command('list')
    .description('List the servers, what they cost, which stand in for which, and the boot bridge.')
    .addHelpText('after', examples('targets', 'targets list --json'))
    .action(
      run(async (cli) => {
        const api = await cli.connect();
        print(cli, await api.call('targets.settings', {}, cli.signal));
      }),
    );
};

const defineAdd: Define = (command, run) => {
  command
    .command('add')
    .description(
      'Add an OpenAI-compatible server, or change one of this name. Its key goes into the keychain.',
    )
    .argument('<name>', 'what it is called')
    .requiredOption('--url <base>', 'where its routes begin, such as http://127.0.0.1:11434/v1')
    .option('--model <name>', 'value of "model" that leads there; may be repeated', collect)
    .option('--served-model <name>', 'what the server calls the model, where that is another name')
    .option('--key', 'it wants a key: typed without being shown, or read from standard input')
    .option('--key-env <variable>', 'environment variable of the instance that holds its key')
    .option('--context <tokens>', 'longest prompt and answer together, such as 128k', tokens)
    .addHelpText(
      'after',
      examples(
        'targets add ollama --url http://127.0.0.1:11434/v1 --model llama3.2:3b',
        'targets add company --url https://llm.example.com/v1 --model gpt-oss-120b --key < key.txt',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const [name = ''] = invocation.args;
        const options = invocation.opts<AddOptions>();
        const api = await cli.connect();
        const apiKey = options.key === true ? await readKey(cli, name) : undefined;
        const { targets } = await api.call('targets.settings', {}, cli.signal);
        const before = targets.some((one) => one.source === 'app' && nameOfTarget(one.target) === name);
        const target = {
          name,
          baseUrl: options.url,
          models: [...(options.model ?? [])],
          ...given({
            servedModel: options.servedModel,
            apiKeyEnv: options.keyEnv,
            contextTokens: options.context,
          }),
        };
        const wish = { target, before: before ? name : null, ...given({ apiKey }) };
        print(cli, await api.call('targets.save', wish, cli.signal));
      }),
    );
};

const definePublic: Define = (command, run) => {
  command
    .command('public')
    .description('Turn on one of the models RunPod hosts; it is paid for by the token: models --public')
    .argument('<id>', 'as models --public names it')
    .option('--model <name>', 'another value of "model" that leads there; may be repeated', collect)
    .addHelpText('after', examples('targets public kimi-k2.6 --model writer'))
    .action(
      run(async (cli, invocation) => {
        const [id = ''] = invocation.args;
        const models = [...(invocation.opts<Pick<AddOptions, 'model'>>().model ?? [])];
        const api = await cli.connect();
        print(cli, await api.call('targets.save', { target: { publicEndpoint: id, models } }, cli.signal));
      }),
    );
};

const defineRemove: Define = (command, run) => {
  command
    .command('remove')
    .description('Take a server out of use; its key is deleted.')
    .argument('<name>', 'its name')
    .addHelpText('after', examples('targets remove company'))
    .action(
      run(async (cli, invocation) => {
        const [name = ''] = invocation.args;
        const api = await cli.connect();
        print(cli, await api.call('targets.remove', { name }, cli.signal));
      }),
    );
};

const defineTest: Define = (command, run) => {
  command
    .command('test')
    .description('Ask a server for its models: whether it answers and takes its key. Costs nothing.')
    .argument('<name>', 'its name')
    .addHelpText('after', examples('targets test company'))
    .action(
      run(async (cli, invocation) => {
        const [name = ''] = invocation.args;
        const api = await cli.connect();
        const { targets } = await api.call('targets.settings', {}, cli.signal);
        const found = targets.find(({ target }) => nameOfTarget(target) === name);
        if (found === undefined) throw new AppError('not_found', `There is no server "${name}".`);
        const before = found.source === 'app' ? name : null;
        const test = await api.call('targets.test', { target: found.target, before }, cli.signal);
        cli.print(test, () => {
          if (test.problem !== null) return `${test.problem.message} ${test.problem.advice}`;
          const models = test.models.length === 0 ? 'it does not list its models' : test.models.join(', ');
          return `${name} answers (${test.ms} ms): ${models}`;
        });
        return test.ok ? 0 : 1;
      }),
    );
};

const defineFallback: Define = (command, run) => {
  command
    .command('fallback')
    .description('Say which models answer in place of one that fails before its first byte; none = nobody.')
    .argument('<model>', 'the model that may fail')
    .argument('[models...]', 'those that stand in, in order')
    .addHelpText('after', examples('targets fallback coder kimi-k2.6', 'targets fallback coder'))
    .action(
      run(async (cli, invocation) => {
        const [model = '', ...standIns] = invocation.args;
        const api = await cli.connect();
        const routing = await api.call('targets.settings', {}, cli.signal);
        const fallbacks = { ...ownFallbacks(routing), [model]: standIns };
        const bridge = ownBridge(routing);
        print(cli, await api.call('targets.route', { fallbacks, bridge }, cli.signal));
      }),
    );
};

const defineBridge: Define = (command, run) => {
  command
    .command('bridge')
    .description('Choose the model that answers while a sleeping deployment wakes; "none" = requests wait.')
    .argument('<model>', 'a model that answers at once, or none')
    .option('--per-day <n>', 'most requests a day that it answers', wholeNumber(1, 1_000_000))
    .addHelpText('after', examples('targets bridge kimi-k2.6 --per-day 50', 'targets bridge none'))
    .action(
      run(async (cli, invocation) => {
        const [word = ''] = invocation.args;
        const { perDay } = invocation.opts<{ readonly perDay?: number }>();
        const api = await cli.connect();
        const routing = await api.call('targets.settings', {}, cli.signal);
        const bridge = {
          model: word === 'none' ? null : word,
          requestsPerDay: perDay ?? routing.bridge.requestsPerDay,
        };
        const fallbacks = ownFallbacks(routing);
        print(cli, await api.call('targets.route', { fallbacks, bridge }, cli.signal));
      }),
    );
};

async function readKey(cli: Cli, name: string): Promise<string> {
  const { terminal } = cli;
  const text = terminal.keyboard
    ? await terminal.askSecret(`Key of "${name}" (not shown): `, cli.signal)
    : await terminal.readInput(MOST_KEY_BYTES);
  if (text.trim() !== '') return text.trim();
  throw new AppError('invalid_input', 'No key was given.', {
    advice: `Type it when asked, or: runpod-llm targets add ${name} … --key < file`,
  });
}

const ownFallbacks = ({ fallbacks }: Routing): Record<string, string[]> =>
  Object.fromEntries(
    fallbacks.filter(({ source }) => source === 'app').map(({ model, standIns }) => [model, standIns]),
  );

const ownBridge = ({ bridge }: Routing): { model: string | null; requestsPerDay: number } | null =>
  bridge.source === 'app' ? { model: bridge.model, requestsPerDay: bridge.requestsPerDay } : null;

function print(cli: Cli, routing: Routing): void {
  cli.print(routing, () => {
    const { targets, fallbacks, bridge, simulated } = routing;
    const lines = [
      ...targets.flatMap(({ target, problem }) =>
        problem === null ? [] : [`${nameOfTarget(target)} is not used: ${problem}`],
      ),
      ...fallbacks.map(({ model, standIns }) => `Where ${model} fails: ${standIns.join(', then ')}`),
      ...(bridge.model === null
        ? []
        : [`While something wakes: ${bridge.model}, ${bridge.requestsPerDay} requests a day at most`]),
    ];
    if (targets.length === 0) return [NONE, ...lines].join('\n');
    return [
      renderTable(COLUMNS, targets, { width: cli.terminal.columns, paint: cli.paint }),
      ...lines,
      ...(simulated ? ['Prices are simulated here: nothing is charged.'] : []),
    ].join('\n');
  });
}

const NONE =
  'No server beside the deployments. Add one: runpod-llm targets add <name> --url <base> --model <name>';

const COLUMNS: readonly Column<TargetSetting>[] = [
  { header: 'NAME', cell: ({ target }) => nameOfTarget(target) },
  { header: 'MODELS', cell: ({ target }) => target.models.join(', ') || '–', shrinkTo: 14 },
  { header: 'WHERE', cell: ({ target }) => target.baseUrl ?? 'RunPod, by the token', shrinkTo: 18 },
  { header: 'KEY', cell: ({ keyFrom }) => (keyFrom === 'account' ? 'of the account' : keyFrom) },
  {
    header: 'IN / OUT PER 1M',
    cell: ({ price }) =>
      price === null
        ? '–'
        : `${formatUsd(price.usdPerMillionInput)} / ${formatUsd(price.usdPerMillionOutput)}`,
    align: 'right',
  },
  { header: 'FROM', cell: ({ source }) => source },
];
