import { formatUsd, formatUsdPerHour, upToCents } from '../../../shared/money.ts';
import { takenOf, type Plan, type PlanCandidate, type PlanRejection } from '../../../shared/model.ts';
import type { Paint } from './paint.ts';
import { renderTable, type Column, type TableOptions } from './table.ts';
import { duration } from './words.ts';

export interface PlanOptions extends TableOptions {
  readonly hoursPerDay: number;
  /** Shows every row; else the first and the most telling ones. */
  readonly all: boolean;
}

const MOST_CANDIDATES = 8;
const MOST_REJECTIONS = 8;

/** The ranking as a table, then what was cheaper and why it was not taken. */
export function renderPlan(plan: Plan, options: PlanOptions): string {
  const { paint, all } = options;
  const candidates = all ? plan.candidates : plan.candidates.slice(0, MOST_CANDIDATES);
  const rejected = all ? plan.rejected : mostTelling(plan.rejected, MOST_REJECTIONS);
  const sections = [planTitle(plan, paint)];
  sections.push(
    candidates.length === 0
      ? paint.red('Nothing that is offered fits.')
      : renderTable(candidateColumns(paint, options.hoursPerDay), candidates, options) +
          more(plan.candidates.length - candidates.length, paint),
  );
  if ((plan.takes ?? 0) > 0) sections.push(takesText(plan));
  const notes = noteLines(candidates);
  if (notes.length > 0) sections.push(notes.join('\n'));
  if (rejected.length > 0) {
    const title = candidates.length === 0 ? 'Rejected' : 'Cheaper, but rejected';
    const rows = renderTable(rejectionColumns(), rejected, options);
    sections.push(`${title}\n${rows}${more(plan.rejected.length - rejected.length, paint)}`);
  }
  if (plan.ownImage != null) sections.push(ownImageText(plan.ownImage));
  if (plan.warnings.length > 0) sections.push(warningLines(plan, paint).join('\n'));
  sections.push(paint.dim(closing(plan)));
  return sections.join('\n\n');
}

/** Mode `auto` weighs both kinds, and a deployment begins with one. */
const takesText = (plan: Plan): string => {
  const taken = takenOf(plan);
  const kind = taken?.kind === 'serverless' ? 'serverless' : 'a pod';
  return `A deployment begins as ${kind}: with #${taken?.rank}.`;
};

const ownImageText = (reason: string): string =>
  `Needs an image of its own, because ${reason}. It is built on this computer and sent to your registry before anything is rented; one that is there already is used.`;

function more(count: number, paint: Paint): string {
  return count > 0 ? `\n${paint.dim(`and ${count} more; show them with --all`)}` : '';
}

/** What a choice of the user's ruled out says more than what can never work; the order by price stays. */
function mostTelling(rejected: readonly PlanRejection[], most: number): readonly PlanRejection[] {
  const weight = ({ code }: PlanRejection): number => {
    if (code === 'heads' || code === 'architecture') return 2;
    return code === 'memory' ? 1 : 0;
  };
  const kept = new Set(rejected.toSorted((a, b) => weight(a) - weight(b)).slice(0, most));
  return rejected.filter((rejection) => kept.has(rejection));
}

/** Each note once, with the ranks it holds for. */
function noteLines(candidates: readonly PlanCandidate[]): string[] {
  const ranks = new Map<string, number[]>();
  for (const { rank, notes } of candidates) {
    for (const note of notes) ranks.set(note, [...(ranks.get(note) ?? []), rank]);
  }
  return Array.from(ranks, ([note, of]) =>
    of.length === candidates.length && of.length > 1
      ? `  all: ${note}`
      : `  ${of.map((rank) => `#${rank}`).join(', ')}: ${note}`,
  );
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
    { header: '$/H', cell: ({ usdPerHour }) => upToCent(usdPerHour), align: 'right' },
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

/** A price before it is agreed to is never below what is billed. */
const upToCent = (usd: number): string => formatUsd(upToCents(usd));

/** What a start will cost, in one line, before it starts. */
export function priceLine(
  name: string,
  candidate: PlanCandidate,
  simulated: boolean,
  limit: number | null,
): string {
  const gpu = `${candidate.gpuCount} × ${candidate.gpuName} (${cloudText(candidate)}, ${candidate.stock.toLowerCase()} stock)`;
  const money = simulated ? ', simulated money' : '';
  return `${name} on ${gpu}: ${priceText(candidate, limit)}${partsText(candidate)}${money}; first token in about ${waitText(candidate)}.`;
}

function partsText({ kind, parts: { gpuUsdPerHour, diskUsdPerHour } }: PlanCandidate): string {
  return kind === 'serverless'
    ? ''
    : ` (GPU ${formatUsd(gpuUsdPerHour)} + disk ${formatUsd(diskUsdPerHour)})`;
}

/** What the first choice costs, and what may be rented in its place; the limit of an endpoint is for all its workers. */
export function priceText({ usdPerHour, kind }: PlanCandidate, limit: number | null): string {
  const serverless = kind === 'serverless';
  const price = `${upToCent(usdPerHour)}/h${serverless ? ' while a worker runs' : ''}`;
  if (limit === null) return `${price}, with no limit ${serverless ? 'for all workers' : 'if that is taken'}`;
  if (limit <= usdPerHour) return price;
  const what = serverless ? 'for all workers together' : 'if that is taken';
  return `${price}, at most ${formatUsdPerHour(limit)} ${what}`;
}

function gib(value: number): string {
  return `${value.toFixed(1)} GiB`;
}
