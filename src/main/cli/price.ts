import { AppError } from '../../shared/errors.ts';
import { formatUsdPerHour, upToCents } from '../../shared/money.ts';
import {
  startWishOf,
  takenOf,
  type DeploymentView,
  type Plan,
  type PlanCandidate,
  type PlanWish,
} from '../../shared/model.ts';
import { ASK_ABOVE_USD_PER_HOUR, priceLimit, usualLimit } from '../../shared/price-limit.ts';
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
  /** Serverless workers that are kept up with or without requests. */
  readonly minWorkers: number;
  /** Accepted beforehand. */
  readonly yes: boolean;
}

/** Says what a start costs before it starts, and asks where it is dear. */
export async function announcePrice(
  cli: Cli,
  name: string,
  plan: Plan,
  { limit, minWorkers, yes }: PriceOptions,
): Promise<void> {
  const best = bestOf(plan);
  const kept = best.kind === 'serverless' ? minWorkers : 0;
  const keptUsdPerHour = kept * best.usdPerHour;
  const lines = [priceLine(name, best, plan.simulated, limit), ...warningLines(plan, cli.errPaint)];
  if (kept > 0) lines.push(keptLine(kept, keptUsdPerHour));
  cli.say(lines.join('\n'));
  const usdPerHour = Math.max(best.usdPerHour, keptUsdPerHour);
  if (usdPerHour <= ASK_ABOVE_USD_PER_HOUR || yes) return;
  const always = kept > 1 ? `${formatUsdPerHour(keptUsdPerHour)} for ${kept} workers always up, each ` : '';
  await confirm(cli, `Start ${name} for ${always}${priceText(best, limit)}?`, usdPerHour);
}

function keptLine(workers: number, usdPerHour: number): string {
  const many = workers > 1 ? `${workers} workers are` : 'A worker is';
  return `${many} kept up without requests too: ${formatUsdPerHour(usdPerHour)} day and night until it is stopped.`;
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
  const limit = priceLimit(view.spec.compute, bestOf(plan));
  await announcePrice(cli, view.name, plan, { limit, minWorkers: view.spec.serverless.minWorkers, yes });
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

/**
 * The most an hour may cost where nobody said. Mode `auto` begins on a pod and has to be able to change: a worker, dearer
 * by the hour and cheaper by the day, is allowed for. In USD per hour.
 */
export async function limitFor(cli: Cli, api: ControlClient, wish: PlanWish, plan: Plan): Promise<number> {
  const limit = usualLimit(bestOf(plan));
  if (wish.mode !== 'auto') return limit;
  try {
    const workers = await api.call('plan.make', { ...wish, mode: 'serverless' }, cli.signal);
    const { usdPerHour } = bestOf(workers);
    cli.say(
      `Where serverless turns out cheaper it changes to that: ${formatUsdPerHour(usdPerHour)} while a worker runs.`,
    );
    return Math.max(limit, upToCents(usdPerHour));
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'client_closed') throw error;
    return limit;
  }
}
