import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { AppError } from '../../shared/errors.ts';
import type { ImageWish } from '../../shared/images.ts';
import type { Define } from './commands.ts';
import { followBuild } from './follow-build.ts';
import { examples } from './help.ts';
import { renderOutcome, renderPlan } from './render/images.ts';
import { collect, given, oneOf } from './wish.ts';

interface BuildOptions {
  readonly backend?: ImageWish['backend'];
  readonly target?: ImageWish['target'];
  readonly base?: string;
  readonly bake?: boolean;
  readonly weights?: string;
  readonly revision?: string;
  readonly servedName?: string;
  readonly package?: readonly string[];
  readonly arg?: readonly string[];
  readonly env?: readonly (readonly [string, string])[];
  readonly repository?: string;
  readonly dockerfile?: string;
  readonly print?: boolean;
  readonly push?: boolean;
  readonly rebuild?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument('<model>', 'Hugging Face id, or an Ollama name with --backend ollama')
    .description(
      'Build a container image for a model with the local Docker engine. One that exists is not built again.',
    )
    .option('--backend <backend>', 'vllm or ollama', oneOf({ vllm: 'vllm', ollama: 'ollama' }))
    .option(
      '--target <target>',
      'pod, queue or load-balancer',
      oneOf({ pod: 'pod', queue: 'queue', 'load-balancer': 'load-balancer' }),
    )
    .option('--base <image>', 'image to build on; without it the stock image of the backend')
    .option('--bake', 'fetch the weights into the image')
    .option('--weights <folder>', 'weights of this computer, copied into the image')
    .option('--revision <commit>', 'commit or tag of the model')
    .option('--served-name <name>', 'name that clients may use beside the model’s own')
    .option('--package <name==version>', 'Python package to add; may be repeated', collect)
    .option('--arg <argument>', 'argument for the model server; may be repeated', collect)
    .option('--env <name=value>', 'variable of the image; may be repeated', assignment)
    .option('--repository <name>', 'where it goes, such as ghcr.io/me/llm')
    .option('--dockerfile <file>', 'use this Dockerfile instead of the generated one')
    .option('--print', 'print the Dockerfile and build nothing')
    .option('--push', 'send it to its registry')
    .option('--rebuild', 'build it even where it exists')
    .addHelpText(
      'after',
      examples(
        'build Qwen/Qwen3-8B --print',
        'build Qwen/Qwen3-8B --package transformers==5.2.0 --repository ghcr.io/me/llm --push',
        'build llama3.2:3b --backend ollama --bake',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const options = invocation.opts<BuildOptions>();
        const request = wishOf(invocation.args, options);
        const api = await cli.connect();
        if (options.print === true) {
          const plan = await api.call('images.plan', request, cli.signal);
          cli.print(plan, () => renderPlan(plan));
          return;
        }
        const { push = false, rebuild = false } = options;
        const begun = await api.call('images.build', { request, push, rebuild }, cli.signal);
        const build = await followBuild(cli, api, begun);
        cli.print(build, () => renderOutcome(build));
      }),
    );
};

function wishOf([model = '']: readonly string[], options: BuildOptions): ImageWish {
  const { package: packages, arg, env, weights, dockerfile } = options;
  return {
    model,
    ...given({
      backend: options.backend,
      target: options.target,
      base: options.base,
      weights: options.bake === true ? ('baked' as const) : undefined,
      // The engine's user runs the app, maybe elsewhere than this command.
      weightsFolder: weights === undefined ? undefined : resolve(weights),
      revision: options.revision,
      servedName: options.servedName,
      packages: packages === undefined ? undefined : [...packages],
      args: arg === undefined ? undefined : [...arg],
      env: env === undefined ? undefined : Object.fromEntries(env),
      repository: options.repository,
      dockerfile: dockerfile === undefined ? undefined : readDockerfile(dockerfile),
    }),
  };
}

function readDockerfile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('invalid_input', `The Dockerfile ${path} cannot be read.`, { cause: error });
  }
}

function assignment(
  value: string,
  previous: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const equals = value.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be NAME=value.');
  return [...previous, [value.slice(0, equals), value.slice(equals + 1)]];
}
