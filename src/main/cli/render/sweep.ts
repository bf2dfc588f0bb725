import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import type { Sweep, SweepLoss, SweepPreview, SweepRefusal, SweepThing } from '../../../shared/model.ts';
import { countSweep } from '../../../shared/sweep.ts';
import type { Paint } from './paint.ts';
import { renderTable, type Column, type TableOptions } from './table.ts';
import { plural } from './words.ts';

const VERBS = {
  pod: { stop: 'stop', terminate: 'terminate' },
  endpoint: { stop: 'take its workers', terminate: 'delete' },
  'network-volume': { stop: 'delete', terminate: 'delete' },
} as const;

/** What a sweep would do, what it costs, what is lost by it and what it saves. */
export function renderPreview(preview: SweepPreview, options: TableOptions): string {
  const { things, refused, savesUsdPerMonth } = preview;
  const simulated = preview.simulated ? ' (simulated)' : '';
  return [
    renderTable(previewColumns, things, options),
    '',
    `${plural(things.length, 'thing')} to sweep, saves ${formatUsd(savesUsdPerMonth)} a month${simulated}.`,
    ...refusalLines(refused, options.paint),
  ].join('\n');
}

const named: readonly Column<SweepThing>[] = [
  { header: 'KIND', cell: ({ kind }) => kind },
  { header: 'ID', cell: ({ id }) => id },
  { header: 'NAME', cell: ({ name }) => name, shrinkTo: 12 },
];

const previewColumns: readonly Column<SweepThing>[] = [
  ...named,
  { header: 'DO', cell: ({ kind, act }) => VERBS[kind][act] },
  { header: 'WHOSE', cell: ({ ownership }) => OWNERS[ownership], drop: 2 },
  { header: 'NOW', cell: ({ usdPerHour }) => formatUsdPerHour(usdPerHour), align: 'right', drop: 1 },
  {
    header: 'AT REST',
    cell: ({ usdPerMonthAtRest }) => `${formatUsd(usdPerMonthAtRest)}/month`,
    align: 'right',
    drop: 1,
  },
  { header: 'SAVES', cell: ({ savesUsdPerMonth }) => `${formatUsd(savesUsdPerMonth)}/month`, align: 'right' },
  { header: 'LOST FOR EVER', cell: ({ loses }) => lossText(loses), shrinkTo: 10 },
];

const OWNERS = {
  known: 'a deployment’s',
  orphan: 'this computer’s',
  'other-machine': 'another computer’s',
  foreign: 'not this app’s',
} as const;

const LOSSES: Readonly<Record<SweepLoss['what'], string>> = {
  'container-disk': 'container disk',
  'volume-disk': 'volume disk',
  'network-volume': 'volume',
  pod: 'the pod',
  endpoint: 'its settings',
};

const lossText = (loses: readonly SweepLoss[]): string =>
  loses.map(({ what, gb }) => (gb === null ? LOSSES[what] : `${LOSSES[what]} of ${gb} GB`)).join(', ') ||
  'nothing';

const refusalLines = (refused: readonly SweepRefusal[], paint: Paint): string[] =>
  refused.map(
    ({ id, name, why }) => `${paint.yellow('left out')} ${name === id ? id : `${name} (${id})`}: ${why}`,
  );

export function sweepQuestion(things: readonly SweepThing[]): string {
  const gb = things.reduce((sum, { loses }) => sum + dataGb(loses), 0);
  const data = gb === 0 ? '' : ` and lose ${gb} GB of data for ever`;
  return `Sweep ${plural(things.length, 'thing')}${data}?`;
}

const dataGb = (loses: readonly SweepLoss[]): number =>
  loses.reduce((sum, { what, gb }) => sum + (what === 'container-disk' ? 0 : (gb ?? 0)), 0);

/** What is going on, in one line. */
export function countdownLine({ state, undoMsLeft, things }: Sweep): string {
  const { done, left } = countSweep(things);
  if (state !== 'pending') return `Sweeping: ${done + left} of ${plural(things.length, 'thing')} …`;
  return `Sweeping ${plural(things.length, 'thing')} in ${Math.ceil(undoMsLeft / 1000)} s. Ctrl-C undoes it.`;
}

const RESULTS = {
  planned: 'waits',
  working: 'under way',
  billing: 'still billing',
  done: 'done',
  left: 'left',
} as const;

const TONES = { planned: null, working: null, billing: 'red', done: 'green', left: 'yellow' } as const;

/** What came of a sweep. */
export function renderSweep(sweep: Sweep, options: TableOptions): string {
  if (sweep.state === 'undone') return 'It was undone. Nothing was sent to RunPod.';
  const { paint } = options;
  const columns: readonly Column<SweepThing>[] = [
    ...named,
    {
      header: 'RESULT',
      cell: ({ state }) => RESULTS[state],
      style: (text, { state }) => {
        const tone = TONES[state];
        return tone === null ? text : paint[tone](text);
      },
    },
    { header: 'WHY', cell: ({ why }) => why ?? '', shrinkTo: 10 },
  ];
  return [renderTable(columns, sweep.things, options), '', sumLine(sweep)].join('\n');
}

function sumLine({ things, simulated }: Sweep): string {
  const { done, left, billing, savesUsdPerMonth } = countSweep(things);
  const parts = [
    done === 0
      ? 'Nothing was swept.'
      : `${plural(done, 'thing')} done, saves ${formatUsd(savesUsdPerMonth)} a month${simulated ? ' (simulated)' : ''}.`,
    ...(left === 0 ? [] : [`${left} left as ${left === 1 ? 'it is' : 'they are'}.`]),
    ...(billing === 0 ? [] : [`${billing} may still be billing; the app keeps trying.`]),
  ];
  return parts.join(' ');
}

export function renderSweeps(sweeps: readonly Sweep[], options: TableOptions): string {
  if (sweeps.length === 0) return 'There was no sweep so far.';
  return sweeps
    .map(
      (sweep) =>
        `${options.paint.bold(sweep.id)}  ${sweep.madeAt}  ${sweep.state}\n${renderSweep(sweep, options)}`,
    )
    .join('\n\n');
}
