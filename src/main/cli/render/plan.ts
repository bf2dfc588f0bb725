import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import type { Plan, PlanCandidate, PlanRejection } from '../../../shared/model.ts';
import type { Paint } from './paint.ts';
import { renderTable, type Column, type TableOptions } from './table.ts';
import { duration } from './words.ts';

/** The ranking as a table, then what was cheaper and why it was not taken. */
export function renderPlan(plan: Plan, options: TableOptions & { readonly hoursPerDay: number }): string {
  const { paint } = options;
  const sections = [planTitle(plan, paint)];
  sections.push(
    plan.candidates.length === 0
      ? paint.red('Nothing that is offered fits.')
      : renderTable(candidateColumns(paint, options.hoursPerDay), plan.candidates, options),
  );
  const notes = plan.candidates.flatMap((candidate) =>
    candidate.notes.map((note) => `  #${candidate.rank} ${note}`),
  );
  if (notes.length > 0) sections.push(notes.join('\n'));
  if (plan.rejected.length > 0) {
    const title = plan.candidates.length === 0 ? 'Rejected' : 'Cheaper, but rejected';
    sections.push(`${title}\n${renderTable(rejectionColumns(), plan.rejected, options)}`);
  }
  if (plan.warnings.length > 0) sections.push(warningLines(plan, paint).join('\n'));
  sections.push(paint.dim(closing(plan)));
  return sections.join('\n\n');
}

export function warningLines(plan: Plan, paint: Paint): string[] {
  return plan.warnings.map((warning) => `${paint.yellow('warning:')} ${warning}`);
}

function planTitle(plan: Plan, paint: Paint): string {
  const { memory } = plan;
  const revision = plan.revision === null ? '' : ` at ${plan.revision.slice(0, 12)}`;
  const parts = `weights ${gib(memory.weightsGiB)}, context ${gib(memory.kvGiB)}, overhead ${gib(memory.overheadGiB)}`;
  const estimate = plan.factsComplete
    ? ''
    : `\n${paint.yellow('Estimated:')} the model’s facts could not all be had.`;
  return `${paint.bold(plan.model)}${revision}: needs ${gib(memory.needGiB)} (${parts})${estimate}`;
}

function candidateColumns(paint: Paint, hoursPerDay: number): readonly Column<PlanCandidate>[] {
  return [
    { header: '#', cell: ({ rank }) => String(rank), align: 'right' },
    { header: 'GPU', cell: ({ gpuName }) => gpuName, shrinkTo: 10 },
    { header: 'COUNT', cell: ({ gpuCount }) => String(gpuCount), align: 'right' },
    { header: 'CLOUD', cell: cloudText, drop: 3 },
    { header: '$/H', cell: ({ usdPerHour }) => formatUsd(usdPerHour), align: 'right' },
    {
      header: `$/DAY (${hoursPerDay} H)`,
      cell: ({ usdPerDay }) => formatUsd(usdPerDay),
      align: 'right',
      drop: 4,
    },
    {
      header: 'NEED/USABLE GIB',
      cell: ({ needGiB, usableGiB }) => `${needGiB.toFixed(1)}/${usableGiB.toFixed(1)}`,
      align: 'right',
      drop: 1,
    },
    {
      header: 'HEADROOM',
      cell: ({ headroomPercent, tight }) => `${Math.round(headroomPercent)} %${tight ? ' tight' : ''}`,
      align: 'right',
      style: (text, { tight }) => (tight ? paint.yellow(text) : text),
    },
    { header: 'STOCK', cell: ({ stock }) => stock.toLowerCase(), drop: 2 },
    { header: 'FIRST TOKEN', cell: waitText, align: 'right', drop: 5 },
  ];
}

function cloudText({ kind, cloud }: PlanCandidate): string {
  return kind === 'serverless' ? 'serverless' : cloud.toLowerCase();
}

/** `4-8 min`; the range is what people have seen, or a table says. */
export function waitText({ secondsToFirstToken: { low, high } }: PlanCandidate): string {
  const [from, to] = [duration(low * 1000), duration(high * 1000)];
  if (from === to) return to;
  const [fromParts, toParts] = [from.split(' '), to.split(' ')];
  const sameUnit = fromParts.length === 2 && toParts.length === 2 && fromParts[1] === toParts[1];
  return sameUnit ? `${fromParts[0]}-${to}` : `${from} - ${to}`;
}

function rejectionColumns(): readonly Column<PlanRejection>[] {
  return [
    { header: 'GPU', cell: ({ gpuName }) => gpuName, shrinkTo: 10 },
    { header: 'COUNT', cell: ({ gpuCount }) => String(gpuCount), align: 'right', drop: 1 },
    { header: 'CLOUD', cell: ({ cloud }) => cloud.toLowerCase(), drop: 2 },
    { header: '$/H', cell: ({ usdPerHour }) => formatUsd(usdPerHour), align: 'right' },
    { header: 'REASON', cell: ({ reason }) => reason, shrinkTo: 24 },
  ];
}

function closing(plan: Plan): string {
  const cloud = plan.simulated ? 'Simulated prices (sandbox cloud)' : 'RunPod’s prices';
  return `${cloud} as of ${plan.pricesAsOf}. Nothing was rented.`;
}

/** What a start will cost, in one line, before it starts. */
export function priceLine(name: string, candidate: PlanCandidate, simulated: boolean): string {
  const gpu = `${candidate.gpuCount} × ${candidate.gpuName} (${cloudText(candidate)}, ${candidate.stock.toLowerCase()} stock)`;
  const money = simulated ? ', simulated money' : '';
  const when = candidate.kind === 'serverless' ? ' while a worker runs' : '';
  return `${name} on ${gpu}: ${formatUsdPerHour(candidate.usdPerHour)}${when}${money}; first token in about ${waitText(candidate)}.`;
}

function gib(value: number): string {
  return `${value.toFixed(1)} GiB`;
}
