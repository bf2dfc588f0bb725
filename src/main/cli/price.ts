import { AppError } from '../../shared/errors.ts';
import { formatUsdPerHour } from '../../shared/money.ts';
import {
  startWishOf,
  takenOf,
  type DeploymentView,
  type Plan,
  type PlanCandidate,
} from '../../shared/model.ts';
import { ASK_ABOVE_USD_PER_HOUR, priceLimit } from '../../shared/price-limit.ts';
import type { ControlClient } from '../control/client.ts';
import type { Cli } from './cli.ts';
import { priceLine, priceText, warningLines } from './render/plan.ts';

/**
 * What a deployment of the plan's wish takes first.
 * @throws AppError model_does_not_fit
 */
export function bestOf(plan: Plan): PlanCandidate {
  const best = takenOf(plan);
  if (best !== null) return best;
  const reasons = plan.rejected
    .slice(0, 3)
    .map(({ gpuName, gpuCount, reason }) => `${gpuCount} × ${gpuName}: ${reason}`);
  throw new AppError(
    'model_does_not_fit',
    `Nothing that is allowed fits ${plan.model}. ${reasons.join('; ')}`.trim(),
    {
      details: { rejected: plan.rejected },
    },
  );
}

export interface PriceOptions {
  /** Nothing dearer is rented; null = no limit. */
  readonly limit: number | null;
  /** Accepted beforehand. */
  readonly yes: boolean;
}

/** Says what a start costs before it starts, and asks where it is dear. */
export async function announcePrice(
  cli: Cli,
  name: string,
  plan: Plan,
  { limit, yes }: PriceOptions,
): Promise<void> {
  const best = bestOf(plan);
  cli.say([priceLine(name, best, plan.simulated, limit), ...warningLines(plan, cli.errPaint)].join('\n'));
  if (best.usdPerHour <= ASK_ABOVE_USD_PER_HOUR || yes) return;
  await confirm(cli, `Start ${name} for ${priceText(best, limit)}?`, best.usdPerHour);
}

/** The price of starting a deployment that exists; a start must not fail because a price could not be read. */
export async function announceStart(
  cli: Cli,
  api: ControlClient,
  view: DeploymentView,
  yes: boolean,
): Promise<void> {
  let plan: Plan;
  try {
    plan = await api.call('plan.make', startWishOf(view), cli.signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'client_closed') throw error;
    const limit = view.spec.compute.maxUsdPerHour;
    cli.say(`The price cannot be told now: ${error.message}`);
    if (yes || (limit !== null && limit <= ASK_ABOVE_USD_PER_HOUR)) return;
    await confirm(cli, `Start ${view.name} for at most ${formatUsdPerHour(limit)}?`, limit);
    return;
  }
  await announcePrice(cli, view.name, plan, { limit: priceLimit(view.spec.compute, bestOf(plan)), yes });
}

/** @throws AppError confirmation_needed: the answer is no, or nobody is there to ask */
export async function confirm(cli: Cli, question: string, usdPerHour: number | null = null): Promise<void> {
  const details = usdPerHour === null ? {} : { details: { usdPerHour } };
  if (!cli.terminal.keyboard || cli.json) {
    throw new AppError('confirmation_needed', `Not done without a yes: ${question}`, details);
  }
  const answer = await cli.terminal.ask(`${question} [y/N] `, cli.signal);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new AppError('confirmation_needed', 'Nothing was done.', {
    ...details,
    advice: 'Answer y to go on.',
  });
}
