import { useMemo, useState, type ReactNode } from 'react';
import type { CostSeries } from '../../../shared/model.ts';
import { useCall } from '../../app/use-call.ts';
import { BarChart } from '../../components/bar-chart.tsx';
import { Button } from '../../components/button.tsx';
import { Choice, labelled } from '../../components/choice.tsx';
import { headCell, cell, numCell, numHead } from '../../components/request-table.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { costStack, type CostSplit, type CostStack } from '../../view/cost-chart.ts';
import { dateTime, day, usd } from '../../view/format.ts';
import { words } from './messages.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';

const SPANS = {
  hours: { bucket: 'hour', buckets: 24 },
  month: { bucket: 'day', buckets: 30 },
  year: { bucket: 'day', buckets: 90 },
} as const;
type SpanId = keyof typeof SPANS;
const SPAN_IDS = ['hours', 'month', 'year'] as const satisfies readonly SpanId[];
const SPLIT_IDS = ['kind', 'deployment', 'model', 'key'] as const satisfies readonly CostSplit[];

export function ChartSection(): ReactNode {
  const [span, setSpan] = useState<SpanId>('month');
  const [split, setSplit] = useState<CostSplit>('kind');
  const [table, setTable] = useState(false);
  const chosen = SPANS[span];
  const by = split === 'model' || split === 'key' ? split : null;
  const series = useCall('costs.series', { ...chosen, by });
  const stack = useMemo(
    () => (series.value === null || !isDivided(series.value, by) ? null : costStack(series.value, split)),
    [series.value, split, by],
  );
  const hourly = chosen.bucket === 'hour';
  return (
    <Section
      title={words.chart}
      aside={
        <span className="flex flex-wrap justify-end gap-2 py-1.5">
          <Choice
            label={words.span}
            options={labelled(SPAN_IDS, words.spans)}
            value={span}
            onChange={setSpan}
          />
          <Choice
            label={words.split}
            options={labelled(SPLIT_IDS, words.splits)}
            value={split}
            onChange={setSplit}
          />
          <Button size="sm" className="h-8" aria-pressed={table} onClick={() => setTable(!table)}>
            {table ? words.asChart : words.asTable}
          </Button>
        </span>
      }
    >
      {series.problem !== null && <ProblemPanel problem={series.problem} onRetry={series.reload} />}
      {stack === null && series.problem === null && <Loading what={words.spending} />}
      {stack !== null && stack.parts.length === 0 && (
        <p className="py-8 text-center text-soft">{words.nothing}</p>
      )}
      {stack !== null &&
        stack.parts.length > 0 &&
        (table ? (
          <StackTable stack={stack} hourly={hourly} />
        ) : (
          <BarChart stack={stack} hourly={hourly} label={summaryOf(stack, hourly)} />
        ))}
    </Section>
  );
}

/** The answer to the split before stays until the next one is there. */
const isDivided = ({ points }: CostSeries, by: string | null): boolean =>
  by === null || points.every((point) => point.byRequests !== undefined);

function summaryOf(stack: CostStack, hourly: boolean): string {
  const total = stack.totals.reduce((sum, value) => sum + value, 0);
  const parts = stack.parts.map(
    (part) => `${part.name} ${usd(part.values.reduce((sum, value) => sum + value, 0))}`,
  );
  return words.chartSummary(hourly ? words.hour : words.day, usd(total), parts.join(', '));
}

function StackTable({ stack, hourly }: { readonly stack: CostStack; readonly hourly: boolean }): ReactNode {
  const rows = stack.times.map((time, index) => ({ time, index })).toReversed();
  return (
    <ScrollRegion className="max-h-72 overflow-auto" label={words.chartTable(words.chart)}>
      <table className="w-full">
        <thead className="sticky top-0 bg-surface">
          <tr>
            <th scope="col" className={headCell}>
              {hourly ? words.hour : words.day}
            </th>
            {stack.parts.map((part) => (
              <th key={part.name} scope="col" className={numHead}>
                {part.name}
              </th>
            ))}
            <th scope="col" className={numHead}>
              {words.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, index }) => {
            const at = new Date(time).toISOString();
            return (
              <tr key={time} className="border-t border-line/60">
                <th scope="row" className={`${cell} num font-normal`}>
                  {hourly ? dateTime(at) : day(at)}
                </th>
                {stack.parts.map((part) => (
                  <td key={part.name} className={numCell}>
                    {usd(part.values[index] ?? 0)}
                  </td>
                ))}
                <td className={`${numCell} font-semibold`}>{usd(stack.totals[index] ?? 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
