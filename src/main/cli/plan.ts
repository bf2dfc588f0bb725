import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { renderPlan } from './render/plan.ts';
import { addWishOptions, given, planWish, positive, type WishOptions } from './wish.ts';

interface PlanOptions extends WishOptions {
  readonly hoursPerDay?: number;
  readonly all?: boolean;
}

const HOURS_PER_DAY = 4;

export const define: Define = (command, run) => {
  addWishOptions(command)
    .argument('[model]', 'the same as --model')
    .option('--all', 'every candidate and every rejection, instead of the most telling ones')
    .option('--hours-per-day <hours>', 'expected use, for the price of a day', positive)
    .addHelpText(
      'after',
      examples(
        'plan Qwen/Qwen3-8B',
        'plan --model Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8 --context 64k --cloud any',
        'plan llama3.2:3b --backend ollama --max-price 0.5',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const args = invocation.args;
        const options = invocation.opts<PlanOptions>();
        const api = await cli.connect();
        const wish = { ...planWish(args, options), ...given({ hoursPerDay: options.hoursPerDay }) };
        const plan = await api.call('plan.make', wish, cli.signal);
        cli.print(plan, () =>
          renderPlan(plan, {
            width: cli.terminal.columns,
            paint: cli.paint,
            hoursPerDay: options.hoursPerDay ?? HOURS_PER_DAY,
            all: options.all === true,
          }),
        );
      }),
    );
};
