import type { CostKind, CostSeries } from '../../shared/model.ts';
import { words } from './messages.ts';

export type CostSplit = 'kind' | 'deployment' | 'model' | 'key';

export interface CostStack {
  /** Beginning of each bucket, ms. */
  readonly times: readonly number[];
  readonly parts: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly totals: readonly number[];
}

const MOST_PARTS = 5;

/** The series as stacked parts, the largest first; what is too small to tell apart is one part, “Other”. */
export function costStack(series: CostSeries, split: CostSplit): CostStack {
  const columns = series.points.map((point) => named(valuesOf(point, split), split));
  const sums = new Map<string, number>();
  for (const column of columns) {
    for (const [name, usd] of Object.entries(column)) sums.set(name, (sums.get(name) ?? 0) + Math.abs(usd));
  }
  const names = [...sums]
    .filter(([, sum]) => sum > 0)
    .toSorted((a, b) => b[1] - a[1])
    .map(([name]) => name);
  const kept = names.length > MOST_PARTS ? names.slice(0, MOST_PARTS - 1) : names;
  const rest = names.slice(kept.length);
  const sumOf = (column: Readonly<Record<string, number>>, wanted: readonly string[]): number =>
    wanted.reduce((sum, name) => sum + (column[name] ?? 0), 0);
  return {
    times: series.points.map((point) => Date.parse(point.at)),
    parts: [
      ...kept.map((name) => ({ name, values: columns.map((column) => column[name] ?? 0) })),
      ...(rest.length === 0
        ? []
        : [{ name: words.other, values: columns.map((column) => sumOf(column, rest)) }]),
    ],
    totals: columns.map((column) => sumOf(column, names)),
  };
}

function valuesOf(point: CostSeries['points'][number], split: CostSplit): Readonly<Record<string, number>> {
  if (split === 'kind') return point.byKind;
  return split === 'deployment' ? point.byDeployment : (point.byRequests ?? {});
}

/** Names as people read them; what no request can be held for has one of its own. */
function named(values: Readonly<Record<string, number>>, split: CostSplit): Record<string, number> {
  const nameOf = (name: string): string => {
    if (split === 'kind') return name in words.costKinds ? words.costKinds[name as CostKind] : name;
    return name === '' ? words.forNobody : name;
  };
  return Object.fromEntries(Object.entries(values).map(([name, usd]) => [nameOf(name), usd]));
}

/** Upper edges of the stacked parts, from the last (highest) to the first, as a chart draws them: back to front. */
export function stackedEdges(
  stack: CostStack,
): { readonly name: string; readonly part: number; readonly edge: readonly number[] }[] {
  const running = stack.times.map(() => 0);
  const edges = stack.parts.map(({ name, values }, part) => {
    for (const [index, value] of values.entries())
      running[index] = (running[index] ?? 0) + Math.max(0, value);
    return { name, part, edge: [...running] };
  });
  return edges.toReversed();
}
