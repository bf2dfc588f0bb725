import { AppError } from '../../shared/errors.ts';
import type { PlanRequest } from '../../shared/model.ts';
import { describe, type Combination } from './combinations.ts';
import { budgetOf, judge, type Case, type Refusal } from './judge.ts';
import { memoryNeed } from './memory.ts';
import { gib, usd } from './numbers.ts';
import { reductionsFor, type Reduction } from './reductions.ts';
import { shapeOf } from './shape.ts';
import type { ModelFacts } from './types.ts';

/**
 * Why a wish leads to no candidate at all, with the nearest thing that would work: a higher price limit, another data
 * centre, or the mildest change that makes the model fit.
 */
export function nothingFits(
  refusals: readonly Refusal[],
  on: Case,
  siblings: readonly ModelFacts[],
): AppError {
  const { request } = on;
  const asked = refusals.filter((refusal) => isAsked(refusal.combination, request));
  const cheapest = (code: Refusal['code']): Refusal | undefined =>
    asked
      .filter((refusal) => refusal.code === code)
      .toSorted(byPrice)
      .at(0);
  const price = cheapest('price');
  if (price !== undefined) return tooCheap(price, request);
  const elsewhere = cheapest('data-center');
  if (elsewhere !== undefined) return wrongPlace(elsewhere, request);
  if (asked.some((refusal) => refusal.code === 'memory')) {
    return tooBig(
      asked.filter((refusal) => refusal.code === 'memory'),
      refusals,
      on,
      siblings,
    );
  }
  return notRunnable(asked, refusals, request);
}

function isAsked({ offer, gpuCount, kind, cloud }: Combination, { compute }: PlanRequest): boolean {
  return (
    (compute.gpuTypeIds.length === 0 || compute.gpuTypeIds.includes(offer.id)) &&
    (compute.gpuCount === null || compute.gpuCount === gpuCount) &&
    (kind === 'serverless' || compute.cloud === 'ANY' || compute.cloud === cloud)
  );
}

const byPrice = (a: Refusal, b: Refusal): number =>
  (a.combination.usdPerHour ?? Number.POSITIVE_INFINITY) -
  (b.combination.usdPerHour ?? Number.POSITIVE_INFINITY);

const priced = (combination: Combination): string =>
  `${describe(combination)} at ${usd(combination.usdPerHour ?? 0)}`;

function tooCheap({ combination }: Refusal, request: PlanRequest): AppError {
  const limit = request.compute.maxUsdPerHour ?? 0;
  return new AppError(
    'invalid_input',
    `Nothing that fits ${request.model} costs at most ${usd(limit)}; the cheapest is ${priced(combination)}.`,
    {
      advice: `Raise the price limit to ${usd(combination.usdPerHour ?? 0)} or ask for less context.`,
      details: { field: 'compute.maxUsdPerHour', value: limit, nearest: combination.usdPerHour },
    },
  );
}

function wrongPlace({ combination, reason }: Refusal, request: PlanRequest): AppError {
  const there = combination.offer.dataCenters.map((center) => center.id);
  return new AppError(
    'invalid_input',
    `No GPU that fits ${request.model} is offered in ${request.compute.dataCenterIds.join(', ')}: ${describe(combination)} is ${reason}`,
    {
      advice: `Allow ${there.slice(0, 3).join(', ')}, or leave the data centre open.`,
      details: {
        field: 'compute.dataCenterIds',
        value: request.compute.dataCenterIds,
        nearest: there.slice(0, 3),
      },
    },
  );
}

interface WayOut {
  readonly change: Reduction | { readonly field: 'model'; readonly value: string; readonly text: string };
  readonly combination: Combination;
}

function tooBig(
  refused: readonly Refusal[],
  all: readonly Refusal[],
  on: Case,
  siblings: readonly ModelFacts[],
): AppError {
  const { request, facts } = on;
  const shape = shapeOf(facts);
  const load = {
    contextTokens: request.contextTokens,
    sequences: request.concurrency,
    kvCacheDtype: request.kvCacheDtype,
  };
  const share = ({ combination }: Refusal): number =>
    memoryNeed(shape, load, combination.gpuCount, request.backend).need / budgetOf(combination);
  const roomiest = refused.toSorted((a, b) => share(a) - share(b)).at(0);
  const ways = [...reducedWays(refused, on), ...siblingWays(refused, on, siblings)];
  const elsewhere = all
    .filter((refusal) => refusal.code === 'not-asked-for')
    .toSorted(byPrice)
    .at(0);
  const total = gib(memoryNeed(shape, load, 1, request.backend).need);
  const best = ways.at(0);
  const texts = [
    `${request.model} needs ${total} on one GPU for ${request.concurrency} × ${request.contextTokens} tokens and fits nowhere that was allowed.`,
    ...(roomiest === undefined
      ? []
      : [`The roomiest, ${describe(roomiest.combination)}: ${roomiest.reason}`]),
    ...(best === undefined ? [] : [`It would fit on ${priced(best.combination)}: ${best.change.text}.`]),
    ...(elsewhere === undefined ? [] : [`As it is, it would fit on ${priced(elsewhere.combination)}.`]),
  ];
  return new AppError('model_does_not_fit', texts.join(' '), {
    advice: best === undefined ? undefined : `${capital(best.change.text)}, or allow bigger GPUs.`,
    details: {
      model: request.model,
      reductions: ways.map(({ change, combination }) => ({
        field: change.field,
        value: change.value,
        gpuTypeId: combination.offer.id,
        gpuCount: combination.gpuCount,
        usdPerHour: combination.usdPerHour,
      })),
      ...(elsewhere === undefined ? {} : { fitsOn: elsewhere.combination.offer.id }),
    },
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** For each field the change that keeps most of the wish, on the cheapest combination that then passes every check. */
function reducedWays(refused: readonly Refusal[], on: Case): WayOut[] {
  const { request, shape } = on;
  if (shape === null) return [];
  const ways = refused.flatMap(({ combination }) =>
    reductionsFor(request, shape, combination, budgetOf(combination))
      .filter((change) =>
        passes(combination, { ...on, request: { ...request, [change.field]: change.value } }),
      )
      .map((change) => ({ change, combination })),
  );
  const kept = (way: WayOut): number => (typeof way.change.value === 'number' ? way.change.value : 0);
  const best = (field: Reduction['field']): WayOut[] =>
    ways
      .filter((way) => way.change.field === field)
      .toSorted((a, b) => kept(b) - kept(a) || cost(a) - cost(b))
      .slice(0, 1);
  return [...best('kvCacheDtype'), ...best('concurrency'), ...best('contextTokens')];
}

const cost = (way: WayOut): number => way.combination.usdPerHour ?? Number.POSITIVE_INFINITY;

const passes = (combination: Combination, on: Case): boolean => judge(combination, on).fits;

/** The biggest sibling that fits as wished: it lost the least. */
function siblingWays(refused: readonly Refusal[], on: Case, siblings: readonly ModelFacts[]): WayOut[] {
  for (const facts of siblings.toSorted((a, b) => b.weightBytes.value - a.weightBytes.value)) {
    const sibling = { ...on, facts, shape: shapeOf(facts) };
    const combination = refused
      .toSorted(byPrice)
      .map((refusal) => refusal.combination)
      .find((candidate) => passes(candidate, sibling));
    if (combination !== undefined) {
      return [{ change: { field: 'model', value: facts.model, text: `use ${facts.model}` }, combination }];
    }
  }
  return [];
}

/** Not a matter of memory: the machine does not exist, or its architecture or the model's heads forbid it. */
function notRunnable(asked: readonly Refusal[], all: readonly Refusal[], request: PlanRequest): AppError {
  const shown = asked.find((refusal) => refusal.code !== 'not-offered') ?? asked.at(0);
  const other = all
    .filter((refusal) => refusal.code === 'not-asked-for')
    .toSorted(byPrice)
    .at(0);
  const why =
    shown === undefined ? 'the catalogue is empty.' : `${describe(shown.combination)}: ${shown.reason}`;
  const instead = other === undefined ? '' : ` It would run on ${priced(other.combination)}.`;
  return new AppError(
    'model_does_not_fit',
    `${request.model} runs on nothing that was allowed; ${why}${instead}`,
    {
      advice: other === undefined ? undefined : `Allow ${describe(other.combination)}.`,
      details: {
        model: request.model,
        ...(other === undefined ? {} : { fitsOn: other.combination.offer.id }),
      },
    },
  );
}
