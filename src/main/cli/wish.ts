import { InvalidArgumentError, type Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import type { DeploymentWish, PlanWish } from '../../shared/model.ts';

/** What `plan` and `deploy` ask for alike. */
export interface WishOptions {
  readonly model?: string;
  readonly revision?: string;
  readonly gpu?: readonly string[];
  readonly count?: number;
  readonly cloud?: NonNullable<DeploymentWish['compute']>['cloud'];
  readonly dataCenter?: readonly string[];
  readonly maxPrice?: number;
  readonly context?: number;
  readonly concurrency?: number;
  readonly kvCache?: DeploymentWish['kvCacheDtype'];
  readonly backend?: DeploymentWish['backend'];
  readonly mode?: DeploymentWish['mode'];
  readonly ownImage?: DeploymentWish['ownImage'];
}

export function addWishOptions(command: Command): Command {
  return command
    .option('--model <id>', 'Hugging Face id, or an Ollama name with --backend ollama')
    .option('--revision <commit>', 'commit or tag of the model')
    .option('--gpu <id>', 'acceptable GPU type id; may be repeated, best first', collect)
    .option('--count <n>', 'GPUs; without it as few as fit', wholeNumber(1, 8))
    .option(
      '--cloud <cloud>',
      'secure, community or any, of pods; serverless workers cannot be asked into one',
      oneOf({ secure: 'SECURE', community: 'COMMUNITY', any: 'ANY' }),
    )
    .option('--data-center <id>', 'acceptable data centre; may be repeated', collect)
    .option('--max-price <usd>', 'nothing dearer by the hour is rented', positive)
    .option('--context <tokens>', 'longest prompt and answer together, such as 32768 or 32k', tokens)
    .option('--concurrency <n>', 'requests of that length served at once', wholeNumber(1, 256))
    .option('--kv-cache <dtype>', 'auto or fp8', oneOf({ auto: 'auto', fp8: 'fp8' }))
    .option('--backend <backend>', 'vllm or ollama', oneOf({ vllm: 'vllm', ollama: 'ollama' }))
    .option(
      '--mode <mode>',
      'pod, serverless or auto',
      oneOf({ pod: 'pod', serverless: 'serverless', auto: 'auto' }),
    )
    .option(
      '--own-image <when>',
      'build an image of its own: auto (where no stock image does, or one fails for want of a package), always, never',
      oneOf({ auto: 'auto', always: 'always', never: 'never' }),
    );
}

/** Only what was given: everything else is decided by the contract's defaults. */
export function planWish(args: readonly string[], options: WishOptions): PlanWish {
  const { gpu, count, cloud, dataCenter, maxPrice } = options;
  return {
    model: modelOf(args, options),
    ...given({
      revision: options.revision,
      backend: options.backend,
      mode: options.mode,
      contextTokens: options.context,
      concurrency: options.concurrency,
      kvCacheDtype: options.kvCache,
      ownImage: options.ownImage,
    }),
    compute: given({
      gpuTypeIds: gpu === undefined ? undefined : [...gpu],
      gpuCount: count,
      cloud,
      dataCenterIds: dataCenter === undefined ? undefined : [...dataCenter],
      maxUsdPerHour: maxPrice,
    }),
  };
}

function modelOf(args: readonly string[], options: WishOptions): string {
  const [word] = args;
  if (word !== undefined && options.model !== undefined && word !== options.model) {
    throw new AppError('invalid_input', `Two models were named: "${word}" and "${options.model}".`);
  }
  const model = word ?? options.model;
  if (model !== undefined && model.trim() !== '') return model;
  throw new AppError('invalid_input', 'No model was named.', {
    advice: 'Name one, such as: runpod-llm plan Qwen/Qwen3-8B',
  });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is undefined. */
export function given<T extends Record<string, unknown>>(values: T): Given<T> {
  const kept: Given<T> = {};
  for (const key of keysOf(values))
    if (values[key] !== undefined) Object.assign(kept, { [key]: values[key] });
  return kept;
}

function keysOf<T extends object>(value: T): (keyof T)[] {
  return Object.keys(value).filter((key): key is keyof T & string => Object.hasOwn(value, key));
}

export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (Number.isInteger(number) && value.trim() !== '' && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

export function positive(value: string): number {
  const number = Number(value.replace(/^\$/, ''));
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a number above 0.');
}

export function notNegative(value: string): number {
  const number = Number(value.replace(/^\$/, ''));
  if (Number.isFinite(number) && value.trim() !== '' && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number of 0 or more.');
}

export function oneOf<T extends string>(choices: Readonly<Record<string, T>>): (value: string) => T {
  return (value) => {
    const choice = Object.entries(choices).find(([name]) => name === value.toLowerCase());
    if (choice !== undefined) return choice[1];
    throw new InvalidArgumentError(`It must be one of: ${Object.keys(choices).join(', ')}.`);
  };
}

/** `32768` or `32k`. */
export function tokens(value: string): number {
  const match = /^(\d+)(k?)$/i.exec(value);
  const number = Number(match?.[1]) * (match?.[2] === '' ? 1 : 1024);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a number of tokens such as 32768 or 32k.');
}

/** `900`, `900s`, `15m` or `2h`, in seconds. */
export function seconds(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(value);
  const factor = { s: 1, m: 60, h: 3600 }[match?.[2] ?? 's'] ?? 1;
  const number = Number(match?.[1]) * factor;
  if (Number.isFinite(number) && number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError('It must be a time such as 90, 15m or 2h, a day at most.');
}
