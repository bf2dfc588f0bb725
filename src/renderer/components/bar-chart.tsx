import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, type ReactNode } from 'react';
import { stackedEdges, type CostStack } from '../view/cost-chart.ts';
import { day, minuteTime, usd } from '../view/format.ts';

const HEIGHT = 210;
const TOKENS = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-5'] as const;

/** Stacked bars. The parts differ by pattern as well as by colour; the table beside it says the same in words. */
export function BarChart({
  stack,
  label,
  hourly,
}: {
  readonly stack: CostStack;
  readonly label: string;
  readonly hourly: boolean;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let chart = draw(element, stack, hourly);
    const redraw = (): void => {
      chart.destroy();
      chart = draw(element, stack, hourly);
    };
    const resized = new ResizeObserver(() => {
      if (element.clientWidth !== chart.width) chart.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    // Colours are painted, not styled: another theme paints anew.
    const repainted = new MutationObserver(redraw);
    repainted.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      repainted.disconnect();
      chart.destroy();
    };
  }, [stack, hourly]);
  return (
    <div role="img" aria-label={label}>
      <div ref={box} className="w-full" aria-hidden />
      <ul className="flex flex-wrap gap-x-4 gap-y-1 pt-1 text-sm text-soft">
        {stack.parts.map((part, index) => (
          <li key={part.name} className="flex items-center gap-1.5">
            <svg viewBox="0 0 10 10" className="size-2.5" aria-hidden>
              <rect width="10" height="10" rx="2" className={LEGEND[index] ?? 'fill-chart-5'} />
            </svg>
            {part.name}
          </li>
        ))}
      </ul>
    </div>
  );
}

const LEGEND = ['fill-chart-1', 'fill-chart-2', 'fill-chart-3', 'fill-chart-4', 'fill-chart-5'];

function draw(element: HTMLElement, stack: CostStack, hourly: boolean): uPlot {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars?.({ size: [0.72, 48], gap: 0 });
  const edges = stackedEdges(stack);
  const axis = {
    stroke: token('--text-soft'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 4, 0, 0],
    scales: {
      x: { time: true, range: (_chart, low, high) => wider(stack, low, high) },
      y: { range: (_chart, _low, high) => [0, high <= 0 ? 1 : high * 1.05] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 64,
        values: (_chart, splits) => splits.map((split) => axisTime(split * 1000, hourly)),
      },
      { ...axis, size: 62, values: (_chart, splits) => splits.map((split) => usd(split)) },
    ],
    series: [
      {},
      ...edges.map(({ name, part }) => ({
        label: name,
        width: 0,
        points: { show: false },
        fill: patternFor(token(TOKENS[part] ?? '--chart-5'), part),
        ...(bars === undefined ? {} : { paths: bars }),
      })),
    ],
  };
  const data: uPlot.AlignedData = [stack.times.map((ms) => ms / 1000), ...edges.map(({ edge }) => [...edge])];
  return new uPlot(options, data, element);
}

const axisTime = (ms: number, hourly: boolean): string => {
  const iso = new Date(ms).toISOString();
  return hourly ? minuteTime(iso) : day(iso);
};

/** Half a bucket more at both ends, so that the outer bars are whole. */
function wider(stack: CostStack, low: number, high: number): [number, number] {
  const half = stack.times.length < 2 ? 1800 : ((stack.times[1] ?? 0) - (stack.times[0] ?? 0)) / 2000;
  return [low - half, high + half];
}

const SIZE = 8;

/** Plain for the first part; stripes of another lean or distance for the others. */
function patternFor(color: string, part: number): CanvasPattern | string {
  if (part === 0) return color;
  const tile = document.createElement('canvas');
  tile.width = SIZE;
  tile.height = SIZE;
  const pen = tile.getContext('2d');
  if (pen === null) return color;
  pen.fillStyle = color;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.fillStyle = 'rgb(255 255 255 / 0.35)';
  if (part === 1) pen.fillRect(0, 0, SIZE, 2);
  else if (part === 2) pen.fillRect(0, 0, 2, SIZE);
  else if (part === 3) pen.fillRect(2, 2, 3, 3);
  else for (let step = 0; step < SIZE; step++) pen.fillRect(step, step, 2, 2);
  return pen.createPattern(tile, 'repeat') ?? color;
}
