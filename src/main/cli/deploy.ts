import { InvalidArgumentError, type Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import {
  deploymentSpecSchema,
  type DeploymentView,
  type DeploymentWish,
  type Plan,
  type PlanWish,
} from '../../shared/model.ts';
import { formatUsd } from '../../shared/money.ts';
import type { VolumeView } from '../../shared/volumes.ts';
import type { ControlClient } from '../control/client.ts';
import { inputError } from '../control/input-error.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { announcePrice, bestOf, limitFor } from './price.ts';
import { priceLine, renderPlan } from './render/plan.ts';
import { baseUrl } from './render/words.ts';
import { volumeFor } from './volumes.ts';
import { addWaitOptions, waitFor, type WaitOptions } from './wait.ts';
import {
  addWishOptions,
  collect,
  given,
  oneOf,
  planWish,
  positive,
  seconds,
  wholeNumber,
  type WishOptions,
} from './wish.ts';

type ServerlessType = NonNullable<NonNullable<DeploymentWish['serverless']>['type']>;

interface DeployOptions extends WishOptions, WaitOptions {
  readonly name?: string;
  readonly image?: string;
  readonly template?: string;
  readonly disk?: number;
  readonly idle?: DeploymentWish['idle'];
  readonly maxBootCost?: number;
  readonly maxDayCost?: number;
  readonly alias?: readonly string[];
  readonly volume?: string;
  readonly endpoint?: ServerlessType;
  readonly minWorkers?: number;
  readonly maxWorkers?: number;
  readonly workerIdle?: number;
  readonly start: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const define: Define = (command, run) => {
  addOwnOptions(command);
  addWaitOptions(command, 'the model has answered a real request')
    .addHelpText(
      'after',
      examples(
        'deploy Qwen/Qwen3-8B --wait',
        'deploy Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8 --name coder --context 64k --idle 30',
        'deploy llama3.2:3b --backend ollama --max-price 0.5 --dry-run',
        'deploy qwen3:8b --backend ollama --mode serverless --worker-idle 5m --wait',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const args = invocation.args;
        const options = invocation.opts<DeployOptions>();
        const api = await cli.connect();
        const asked = planWish(args, options);
        const name = options.name ?? nameFor(asked.model);
        refuseBadSpec({ name, ...asked, ...ownWish(options) });
        const volume = await volumeOf(cli, api, args, options);
        const wish = onVolume(asked, volume);
        const spec: DeploymentWish = {
          name,
          ...wish,
          ...ownWish(options),
          ...(volume === null ? {} : { volume: { networkVolumeId: volume.id } }),
        };
        if (volume !== null) {
          cli.say(
            `Volume ${volume.id} in ${volume.dataCenterId} costs ${formatUsd(volume.usdPerMonth)} a month until it is deleted.`,
          );
        }
        const { image, volume: mounted } = spec;
        const planned = { ...wish, ...given({ image, volume: mounted }) };
        const plan = await api.call('plan.make', planned, cli.signal);
        const limit = options.maxPrice ?? (await limitFor(cli, api, planned, plan));
        const limited = { ...spec, compute: { ...spec.compute, maxUsdPerHour: limit } };
        if (options.dryRun === true) showDryRun(cli, plan, limited, limit);
        else await deploy(cli, api, plan, limited, { ...options, limit });
      }),
    );
};

async function volumeOf(
  cli: Cli,
  api: ControlClient,
  args: readonly string[],
  { volume, dryRun = false, ...options }: DeployOptions,
): Promise<VolumeView | null> {
  if (volume === undefined) return null;
  if (volume !== 'new' || !dryRun) return volumeFor(cli, api, args, { ...options, volume });
  throw new AppError('invalid_input', '--volume new would make a volume, and --dry-run makes nothing.', {
    advice: 'See what it would be with: runpod-llm volumes advise',
  });
}

/** A pod runs where its volume is, and volumes are on Secure Cloud (trap 22). */
function onVolume(wish: PlanWish, volume: VolumeView | null): PlanWish {
  if (volume === null) return wish;
  return {
    ...wish,
    compute: { ...wish.compute, cloud: 'SECURE', dataCenterIds: [volume.dataCenterId] },
  };
}

function addOwnOptions(command: Command): void {
  addWishOptions(command)
    .argument('[model]', 'the same as --model')
    .option('--name <name>', 'name of the deployment; without it made from the model’s')
    .option('--image <image>', 'container image of your own')
    .option('--template <id>', 'RunPod template')
    .option('--disk <gb>', 'container disk; without it computed from the weights', wholeNumber(1, 4096))
    .option('--idle <minutes>', 'stop after so many minutes without requests; also "computed" or "off"', idle)
    .option('--max-boot-cost <usd>', 'a start that costs more is given up (default: 2)', positive)
    .option('--max-day-cost <usd>', 'it is stopped when a day has cost so much', positive)
    .option('--alias <name>', 'one more name for clients; may be repeated', collect)
    .option('--volume <id>', 'network volume that keeps the weights; "new" makes one for this model')
    .option(
      '--endpoint <type>',
      'with --mode serverless: queue or load-balancer; Ollama has a load balancer always',
      oneOf({ queue: 'QUEUE', 'load-balancer': 'LOAD_BALANCER' }),
    )
    .option('--max-workers <n>', 'serverless workers at most (default: 2)', wholeNumber(1, 100))
    .option('--min-workers <n>', 'serverless workers kept running, which bill always', wholeNumber(0, 100))
    .option('--worker-idle <time>', 'a worker ends after so long without work, such as 60s or 5m', workerIdle)
    .option('--no-start', 'store it without starting it')
    .option('--dry-run', 'show the plan and what would be created, and create nothing')
    .option('--yes', 'do not ask about the price');
}

/** Before any price is told or accepted. @throws AppError invalid_input */
function refuseBadSpec(spec: DeploymentWish): void {
  if (spec.serverless !== undefined && (spec.mode ?? 'pod') === 'pod') {
    throw new AppError('invalid_input', 'Endpoint and workers were named, and a pod has neither.', {
      advice: 'Add --mode serverless or --mode auto.',
    });
  }
  if (spec.backend === 'ollama' && spec.serverless?.type === 'QUEUE') {
    throw new AppError(
      'invalid_input',
      'Ollama has no queue worker; behind an endpoint a load balancer serves it.',
      {
        advice: 'Leave --endpoint out.',
        details: { field: 'serverless.type', value: 'QUEUE', nearest: 'LOAD_BALANCER' },
      },
    );
  }
  const { error } = deploymentSpecSchema.safeParse(spec);
  if (error !== undefined) throw inputError('deploy', error, spec);
}

function ownWish(options: DeployOptions): Partial<DeploymentWish> {
  return given({
    image: options.image,
    templateId: options.template,
    containerDiskGb: options.disk,
    idle: options.idle,
    budget: budgetOf(options),
    serverless: serverlessOf(options),
    aliases: options.alias === undefined ? undefined : [...options.alias],
  });
}

function serverlessOf({
  endpoint,
  minWorkers,
  maxWorkers,
  workerIdle: idleSeconds,
}: DeployOptions): DeploymentWish['serverless'] {
  const wish = given({ type: endpoint, minWorkers, maxWorkers, idleTimeoutSeconds: idleSeconds });
  return Object.keys(wish).length === 0 ? undefined : wish;
}

function budgetOf({ maxBootCost, maxDayCost }: DeployOptions): DeploymentWish['budget'] {
  if (maxBootCost === undefined && maxDayCost === undefined) return undefined;
  return given({ usdPerBoot: maxBootCost, usdPerDay: maxDayCost });
}

async function deploy(
  cli: Cli,
  api: ControlClient,
  plan: Plan,
  spec: DeploymentWish,
  options: DeployOptions & { readonly limit: number },
): Promise<void> {
  const { limit, minWorkers = 0, yes = false } = options;
  if (options.start) await announcePrice(cli, spec.name, plan, { limit, minWorkers, yes });
  let view = await api.call('deployments.create', { spec, start: options.start }, cli.signal);
  if (options.start && options.wait === true) view = await waitFor(cli, api, view, 'ready', options);
  const { proxy } = await api.call('app.status', {}, cli.signal);
  cli.print(view, () => outcome(view, baseUrl(proxy.url)));
}

function outcome(view: DeploymentView, endpoint: string): string {
  if (view.state === 'ready') {
    return `${view.name} is ready: model "${view.name}" at ${endpoint}\nAsk it: runpod-llm chat ${view.name}. Connect a tool: runpod-llm connect`;
  }
  if (view.state === 'sleeping') {
    return `${view.name} sleeps: it costs nothing, and a request for model "${view.name}" at ${endpoint} wakes it.`;
  }
  if (view.desired === 'stopped') {
    return `${view.name} is stored and stopped. Start it with: runpod-llm start ${view.name}`;
  }
  return `${view.name} is starting. Follow it with: runpod-llm start ${view.name} --wait`;
}

function showDryRun(cli: Cli, plan: Plan, spec: DeploymentWish, limit: number): void {
  cli.print({ plan, spec }, () => {
    const best = bestOf(plan);
    return [
      renderPlan(plan, { width: cli.terminal.columns, paint: cli.paint, hoursPerDay: 4, all: false }),
      `Would create ${priceLine(spec.name, best, plan.simulated, limit)}\n${JSON.stringify(spec, null, 2)}`,
    ].join('\n\n');
  });
}

/** The last part of the model's id, in the letters that a name may have. */
export function nameFor(model: string): string {
  const last = model.split('/').at(-1) ?? model;
  return last
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

function workerIdle(value: string): number {
  const idleSeconds = Math.round(seconds(value));
  if (idleSeconds >= 1 && idleSeconds <= 3600) return idleSeconds;
  throw new InvalidArgumentError('It must be from 1 s to 1 h.');
}

export function idle(value: string): NonNullable<DeploymentWish['idle']> {
  if (value === 'off' || value === 'computed') return { policy: value };
  const minutes = Number(value.replace(/m(in)?$/, ''));
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440) return { policy: 'fixed', minutes };
  throw new InvalidArgumentError('It must be minutes from 1 to 1440, "computed" or "off".');
}
