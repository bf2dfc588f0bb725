import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import type {
  CostSummary,
  DeploymentView,
  EndpointView,
  HistoryEntry,
  Phase,
} from '../../../shared/model.ts';
import type { Paint } from './paint.ts';
import { safeText } from './safe-text.ts';
import { renderTable, type Column } from './table.ts';
import {
  contextSize,
  costNow,
  currentPhase,
  duration,
  gpuText,
  paintState,
  PHASE_WORDS,
  plural,
  restText,
  stateWords,
  stopwatch,
} from './words.ts';

export interface RenderOptions {
  readonly now: number;
  readonly width: number;
  readonly paint: Paint;
}

type Money = Pick<CostSummary, 'nowUsdPerHour' | 'todayUsd' | 'simulated' | 'restUsdPerMonth'>;

export function renderDeployments(
  views: readonly DeploymentView[],
  money: Money,
  options: RenderOptions,
): string {
  const { paint, now } = options;
  if (views.length === 0) {
    return 'No deployments: nothing of this app costs money. All that bills in the account: runpod-llm radar list\nDeploy a model with: runpod-llm deploy Qwen/Qwen3-8B --wait';
  }
  const table = renderTable(deploymentColumns(paint, now), views, options);
  return `${table}\n\n${moneyLine(money)}`;
}

function deploymentColumns(paint: Paint, now: number): readonly Column<DeploymentView>[] {
  return [
    { header: 'NAME', cell: (view) => view.name },
    {
      header: 'STATE',
      cell: (view) => stateText(view, now),
      shrinkTo: 18,
      style: (text, view) => paintState(paint, stateWords(view), text),
    },
    { header: 'MODEL', cell: (view) => view.spec.model, shrinkTo: 16, drop: 2 },
    { header: 'GPU', cell: hardwareText, drop: 3 },
    { header: 'COST', cell: costNow, align: 'right' },
    { header: 'TODAY', cell: (view) => formatUsd(view.cost.todayUsd), align: 'right', drop: 4 },
    { header: 'IDLE STOP', cell: (view) => idleText(view, now), drop: 1 },
  ];
}

function hardwareText({ pod, endpoint }: DeploymentView): string {
  if (pod !== null || endpoint == null) return gpuText(pod?.gpuTypeId ?? null, pod?.gpuCount ?? 0);
  const [first = null] = endpoint.gpuTypeIds;
  return `${endpoint.workers.running}/${endpoint.workers.max} × ${gpuText(first, endpoint.gpuCount)}`;
}

function stateText(view: DeploymentView, now: number): string {
  const { shape, text } = stateWords(view);
  const phase = currentPhase(view);
  return phase === null ? `${shape} ${text}` : `${shape} ${text} ${phaseTime(phase, now)}`;
}

/** `0:12`, or `0:12 of 0:45` where the usual time is known. */
function phaseTime(phase: Phase, now: number): string {
  const elapsed = stopwatch(
    (phase.endedAt === null ? now : Date.parse(phase.endedAt)) - Date.parse(phase.startedAt),
  );
  return phase.usualSeconds === null ? elapsed : `${elapsed} of ${stopwatch(phase.usualSeconds * 1000)}`;
}

function idleText(view: DeploymentView, now: number): string {
  if (view.idleStopsAt !== null) return `in ${duration(Date.parse(view.idleStopsAt) - now)}`;
  return view.spec.idle.policy === 'off' ? 'off' : '–';
}

function moneyLine(money: Money): string {
  const rest = money.restUsdPerMonth === 0 ? '' : `, storage at rest ${restText(money.restUsdPerMonth)}`;
  const simulated = money.simulated ? ' (simulated)' : '';
  return `Now ${formatUsdPerHour(money.nowUsdPerHour)}, today ${formatUsd(money.todayUsd)}${rest}${simulated}.`;
}

/** One deployment in full: facts, the phases of its last start, its history. */
export function renderDeployment(
  view: DeploymentView,
  history: readonly HistoryEntry[],
  options: RenderOptions,
): string {
  const { paint, now } = options;
  const words = stateWords(view);
  const title = `${paint.bold(view.name)}  ${paintState(paint, words, `${words.shape} ${words.text}`)} for ${duration(now - Date.parse(view.since))}`;
  const sections = [[title, ...problemLines(view, paint)], factLines(view, now, paint)];
  if (view.phases.length > 0) {
    // The last one of a start that failed is where it failed.
    const broken = view.state === 'failed' ? view.phases.at(-1) : undefined;
    sections.push(view.phases.map((phase) => phaseLine(phase, now, phase === broken)));
  }
  if (history.length > 0) {
    sections.push([
      paint.dim('HISTORY'),
      ...history.flatMap((entry) => [
        `  ${paint.dim(localTime(entry.at))}  ${safeText(entry.text, false)}`,
        ...evidenceOf(entry).map((line) => paint.dim(`      │ ${safeText(line, false)}`)),
      ]),
    ]);
  }
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

/** Lines of its log that are kept with a failure; all of them are in `--json`. */
const SHOWN_LOG_LINES = 8;

/** What the pod said last: its log goes with the pod. */
function evidenceOf({ data }: HistoryEntry): string[] {
  const { log } = data;
  return Array.isArray(log) ? log.filter((line) => typeof line === 'string').slice(-SHOWN_LOG_LINES) : [];
}

function problemLines(view: DeploymentView, paint: Paint): string[] {
  if (view.problem === null) return [];
  const id = view.problem.requestId === undefined ? '' : ` (RunPod request ${view.problem.requestId})`;
  return [`  ${paint.red(safeText(view.problem.message, false))}${id}`, `  ${view.problem.advice}`];
}

function factLines(view: DeploymentView, now: number, paint: Paint): string[] {
  const { spec, pod, cost } = view;
  const facts: [string, string][] = [
    ['Model', `${spec.model} on ${spec.backend}, context ${contextSize(spec.contextTokens)}`],
    ['Use as', view.models.join(', ')],
    ['Cost', `${costNow(view)}, today ${formatUsd(cost.todayUsd)}, in all ${formatUsd(cost.totalUsd)}`],
  ];
  if (view.auto != null) facts.push(['Mode', autoText(view.auto)]);
  if (pod !== null) {
    const place = [pod.cloud, pod.dataCenterId].filter((part) => part !== null).join(', ');
    facts.push(['Pod', `${pod.id}: ${gpuText(pod.gpuTypeId, pod.gpuCount)}, ${place}, ${pod.status}`]);
    facts.push(['Image', pod.image]);
    facts.push(['Watchdog', watchdogText(view, now)]);
    facts.push(['Unattended', unattendedText(view, now)]);
  }
  if (view.ownImage != null) facts.push(['Own image', `made because ${view.ownImage.reason}`]);
  if (view.endpoint != null) facts.push(...endpointFacts(view, view.endpoint, now));
  facts.push(['Idle', idleSentence(view, now)]);
  return facts.map(([name, value]) => `  ${paint.dim(name.padEnd(11))} ${value}`);
}

function endpointFacts(view: DeploymentView, endpoint: EndpointView, now: number): [string, string][] {
  const { type, workers, jobs, gpuTypeIds, gpuCount, workerUsdPerHour, why } = endpoint;
  const gpus = gpuTypeIds.map((id) => gpuText(id, gpuCount)).join(', ');
  const { first, most } = workerUsdPerHour;
  const price =
    first === most ? formatUsdPerHour(first) : `${formatUsdPerHour(first)} to ${formatUsdPerHour(most)}`;
  const waiting = jobs.waiting === 0 ? '' : `, ${plural(jobs.waiting, 'request')} in the queue`;
  return [
    [
      'Endpoint',
      `${endpoint.id}: ${type === 'QUEUE' ? 'queue' : 'load balancer'}${why === null ? '' : `, ${why}`}`,
    ],
    ['Workers', `${workers.running} of ${workers.max} running, ${workers.initializing} starting${waiting}`],
    ['Worker', `${gpus}: ${price} while it is up`],
    ['Image', endpoint.image],
    ['Unattended', unattendedText(view, now)],
  ];
}

const autoText = ({ mode, why }: NonNullable<DeploymentView['auto']>): string =>
  `auto, on ${mode === 'pod' ? 'a pod' : 'serverless'} now. ${why ?? 'Its requests have not been compared yet.'}`;

function watchdogText(view: DeploymentView, now: number): string {
  const { state, reason, deadlineAt } = view.watchdog;
  const deadline =
    deadlineAt === null ? '' : `; ends in ${duration(Date.parse(deadlineAt) - now)} at the latest`;
  return `${state}${reason === null ? '' : `: ${reason}`}${deadline}`;
}

function unattendedText(view: DeploymentView, now: number): string {
  const { usd, until, excludes } = view.unattended;
  const without = excludes.length === 0 ? '' : ` (without ${excludes.join(', ')})`;
  if (usd === null) return `no bound: it bills until somebody stops it${without}`;
  const end = until === null ? '' : `, ending in ${duration(Date.parse(until) - now)}`;
  return `costs at most ${formatUsd(usd)} if this computer dies now${end}${without}`;
}

function idleSentence(view: DeploymentView, now: number): string {
  if (view.spec.mode === 'serverless' && view.idleStopsAt === null) return workerIdle(view);
  const { policy, minutes } = view.spec.idle;
  const keep = view.spec.onStop === 'keep' ? 'the pod is kept' : 'the pod is terminated';
  const then = view.endpoint == null ? keep : 'its workers are ended and the endpoint is kept';
  const rule = {
    off: 'never stops by itself',
    fixed: `after ${minutes} min, ${then}`,
    computed: `computed, ${then}`,
  }[policy];
  return view.idleStopsAt === null
    ? rule
    : `${rule}; stops in ${duration(Date.parse(view.idleStopsAt) - now)}`;
}

function workerIdle({ spec, endpoint }: DeploymentView): string {
  const { minWorkers, idleTimeoutSeconds } = spec.serverless;
  if (minWorkers > 0) return `${plural(minWorkers, 'worker')} kept running`;
  const seconds = endpoint == null ? idleTimeoutSeconds : endpoint.idleTimeoutSeconds;
  if (seconds === null) return 'RunPod ends workers without work';
  return `a worker ends after ${seconds} s without work; the endpoint stays and costs nothing`;
}

function phaseLine(phase: Phase, now: number, isBroken: boolean): string {
  const shape = isBroken ? '✗' : phase.endedAt === null ? '◐' : '✓';
  const detail = phase.detail === null ? '' : `  ${safeText(phase.detail, false)}`;
  return `  ${shape} ${PHASE_WORDS[phase.phase].padEnd(15)}  ${phaseTime(phase, now)}${detail}`;
}

/** `24 Nov 09:00:00`, as the computer's clock shows it. */
export function localTime(iso: string): string {
  return clockFormat().format(Date.parse(iso)).replace(',', '');
}

let timeFormat: Intl.DateTimeFormat | null = null;

/** Made on first use: it costs a tenth of a command's start. */
function clockFormat(): Intl.DateTimeFormat {
  timeFormat ??= new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return timeFormat;
}
