import { AppError } from '../../shared/errors.ts';
import { upToCents } from '../../shared/money.ts';
import type { PlanRequest } from '../../shared/model.ts';
import { describe, type Combination } from './combinations.ts';
import { budgetOf, isAsked, judge, type Case, type Refusal } from './judge.ts';
import { memoryNeed } from './memory.ts';
import { tokens, usd } from './numbers.ts';
import { reductionsFor, type Reduction } from './reductions.ts';
import { shapeOf } from './shape.ts';
import type { ModelFacts } from './types.ts';

interface WayOut {
  readonly changes: readonly {
    readonly field: Reduction['field'] | 'model' | 'compute.maxUsdPerHour';
    readonly value: number | string;
  }[];
  readonly text: string;
  readonly combination: Combination;
}

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
  const asked = refusals.filter((refusal) => isAsked(refusal.combination, on));
  const tooSmall = asked.filter((refusal) => refusal.code === 'memory');
  const cheapest = (code: Refusal['code']): Refusal | undefined =>
    asked
      .filter((refusal) => refusal.code === code)
      .toSorted(byPrice)
      .at(0);
  const price = cheapest('price');
  if (price !== undefined) return tooCheap(price, waysOut(tooSmall, on, siblings).at(0), request);
  const elsewhere = cheapest('data-center');
  if (elsewhere !== undefined) return wrongPlace(elsewhere, request);
  if (tooSmall.length > 0) return tooBig(tooSmall, refusals, on, siblings);
  return notRunnable(asked, refusals, request);
}

const byPrice = (a: Refusal, b: Refusal): number =>
  (a.combination.usdPerHour ?? Number.POSITIVE_INFINITY) -
  (b.combination.usdPerHour ?? Number.POSITIVE_INFINITY);

const priced = (combination: Combination): string =>
  `${describe(combination)} at ${usd(combination.usdPerHour ?? 0)}`;

function tooCheap({ combination }: Refusal, way: WayOut | undefined, request: PlanRequest): AppError {
  const limit = request.compute.maxUsdPerHour ?? 0;
  const dearer = usd(combination.usdPerHour ?? 0);
  const within = way === undefined ? '' : ` Within it: ${way.text}, on ${priced(way.combination)}.`;
  return new AppError(
    'invalid_input',
    `Nothing that fits ${request.model} costs at most ${usd(limit)}; the cheapest is ${priced(combination)}.${within}`,
    {
      advice: `Raise the price limit to ${dearer}${way === undefined ? '' : `, or ${way.text}`}.`,
      details: {
        field: 'compute.maxUsdPerHour',
        value: limit,
        nearest: upToCents(combination.usdPerHour ?? 0),
      },
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

function tooBig(
  refused: readonly Refusal[],
  all: readonly Refusal[],
  on: Case,
  siblings: readonly ModelFacts[],
): AppError {
  const { request } = on;
  const ways = waysOut(refused, on, siblings);
  const best = ways.at(0);
  const roomiest = roomiestOf(refused, on);
  const elsewhere = all
    .filter((refusal) => refusal.code === 'not-asked-for')
    .toSorted(byPrice)
    .at(0);
  const load = `${request.concurrency} × ${tokens(request.contextTokens)} tokens`;
  const texts = [
    `${request.model} with ${load} fits nowhere that was allowed.`,
    ...(roomiest === undefined
      ? []
      : [`The roomiest, ${describe(roomiest.combination)}, ${roomiest.reason}`]),
    ...(best === undefined ? [] : [`It would fit on ${priced(best.combination)}: ${best.text}.`]),
    ...(elsewhere === undefined ? [] : [`As it is, it would fit on ${priced(elsewhere.combination)}.`]),
  ];
  return new AppError('model_does_not_fit', texts.join(' '), {
    advice: best === undefined ? undefined : `${capital(best.text)}, or allow bigger GPUs.`,
    details: {
      model: request.model,
      ways: ways.map(({ changes, combination }) => ({
        changes,
        gpuTypeId: combination.offer.id,
        gpuCount: combination.gpuCount,
        usdPerHour: combination.usdPerHour,
      })),
      ...(elsewhere === undefined ? {} : { fitsOn: elsewhere.combination.offer.id }),
    },
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The refused combination that comes closest, among the affordable ones where there are any. */
function roomiestOf(refused: readonly Refusal[], { request, facts }: Case): Refusal | undefined {
  const { contextTokens, concurrency: sequences, kvCacheDtype, backend } = request;
  const shape = shapeOf(facts);
  const share = ({ combination }: Refusal): number =>
    memoryNeed(shape, { contextTokens, sequences, kvCacheDtype }, combination.gpuCount, backend).need /
    budgetOf(combination);
  const cap = request.compute.maxUsdPerHour ?? Number.POSITIVE_INFINITY;
  const affordable = refused.filter(({ combination }) => (combination.usdPerHour ?? 0) <= cap);
  return (affordable.length > 0 ? affordable : refused).toSorted((a, b) => share(a) - share(b)).at(0);
}

/**
 * Changes that pass every check, the mildest first: one change of the load; another form of the model; that form with
 * less load; and, where the price limit stands in the way of all these, a higher one.
 */
function waysOut(refused: readonly Refusal[], on: Case, siblings: readonly ModelFacts[]): WayOut[] {
  const combinations = refused.toSorted(byPrice).map((refusal) => refusal.combination);
  const others = siblings
    .toSorted((a, b) => b.weightBytes.value - a.weightBytes.value)
    .map((facts) => ({ ...on, facts, shape: shapeOf(facts) }));
  const reduced = reducedWays(combinations, on);
  const whole = others.flatMap((other) => siblingWay(combinations, other)).slice(0, 1);
  if (reduced.length + whole.length > 0) return [...reduced, ...whole];
  const both = others.flatMap((other) =>
    reducedWays(combinations, other).map((way) => asSibling(way, other)),
  );
  if (both.length > 0) return both;
  if (on.request.compute.maxUsdPerHour === null) return [];
  return reducedWays(combinations, withPriceLimit(on, null)).map(withHigherLimit);
}

function withPriceLimit(on: Case, maxUsdPerHour: number | null): Case {
  return { ...on, request: { ...on.request, compute: { ...on.request.compute, maxUsdPerHour } } };
}

function withHigherLimit(way: WayOut): WayOut {
  const value = upToCents(way.combination.usdPerHour ?? 0);
  return {
    ...way,
    changes: [...way.changes, { field: 'compute.maxUsdPerHour', value }],
    text: `${way.text} and raise the price limit to ${usd(value)}`,
  };
}

function asSibling(way: WayOut, { facts }: Case): WayOut {
  return {
    ...way,
    changes: [{ field: 'model', value: facts.model }, ...way.changes],
    text: `use ${facts.model} and ${way.text}`,
  };
}

function siblingWay(combinations: readonly Combination[], other: Case): WayOut[] {
  const combination = combinations.find((candidate) => judge(candidate, other).fits);
  if (combination === undefined) return [];
  const { model } = other.facts;
  return [{ changes: [{ field: 'model', value: model }], text: `use ${model}`, combination }];
}

/** For each field the change that keeps most of the wish, on the cheapest combination that then passes every check. */
function reducedWays(combinations: readonly Combination[], on: Case): WayOut[] {
  const { request, shape } = on;
  if (shape === null) return [];
  const found = combinations.flatMap((combination) =>
    reductionsFor(request, shape, combination, budgetOf(combination))
      .filter(
        ({ field, value }) => judge(combination, { ...on, request: { ...request, [field]: value } }).fits,
      )
      .map((change) => ({ change, combination })),
  );
  const kept = (value: Reduction['value']): number => (typeof value === 'number' ? value : 0);
  const fields: readonly Reduction['field'][] = ['kvCacheDtype', 'concurrency', 'contextTokens'];
  return fields.flatMap((field) =>
    found
      .filter(({ change }) => change.field === field)
      // The combinations come cheapest first and sorting keeps that order among equals.
      .toSorted((a, b) => kept(b.change.value) - kept(a.change.value))
      .slice(0, 1)
      .map(({ change, combination }) => ({
        changes: [{ field, value: change.value }],
        text: change.text,
        combination,
      })),
  );
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
