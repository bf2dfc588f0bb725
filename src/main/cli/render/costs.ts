import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import type { CostShare, CostShares, CostSummary, LedgerEntry } from '../../../shared/model.ts';
import type { VolumeView } from '../../../shared/volumes.ts';
import { localTime } from './deployments.ts';
import { renderTable, type TableOptions } from './table.ts';
import { duration, plural, restText } from './words.ts';

interface CostsOptions extends TableOptions {
  readonly now: number;
  /** The network volumes in the account; null = they cannot be told now. */
  readonly volumes: readonly VolumeView[] | null;
}

export function renderCosts(costs: CostSummary, options: CostsOptions): string {
  const sections = [totals(costs, options)];
  if (costs.byDeployment.length > 0) {
    sections.push(
      renderTable(
        [
          { header: 'DEPLOYMENT', cell: (line) => line.name, shrinkTo: 12 },
          { header: 'NOW', cell: (line) => formatUsdPerHour(line.nowUsdPerHour), align: 'right' },
          { header: 'TODAY', cell: (line) => formatUsd(line.todayUsd), align: 'right' },
          { header: 'MONTH', cell: (line) => formatUsd(line.monthUsd), align: 'right' },
          { header: 'IN ALL', cell: (line) => formatUsd(line.totalUsd), align: 'right', drop: 1 },
        ],
        costs.byDeployment,
        options,
      ),
    );
  }
  const kinds = Object.entries(costs.byKind).filter(([, usd]) => usd !== 0);
  if (kinds.length > 0) {
    sections.push(`By kind: ${kinds.map(([kind, usd]) => `${kind} ${formatUsd(usd)}`).join(', ')}`);
  }
  sections.push(options.paint.dim(sources(costs)));
  return sections.join('\n\n');
}

function totals(costs: CostSummary, { now, volumes }: CostsOptions): string {
  const { unattended } = costs;
  const lines = [
    ['Now', `${formatUsdPerHour(costs.nowUsdPerHour)}, storage at rest ${restText(costs.restUsdPerMonth)}`],
    ...volumeLines(volumes),
    ['Today', formatUsd(costs.todayUsd)],
    ['This month', `${formatUsd(costs.monthUsd)}, at this pace ${formatUsd(costs.forecastMonthUsd)}`],
    ['In all', formatUsd(costs.totalUsd)],
    ['Balance', balanceText(costs)],
    ['Unattended', unattendedText(unattended, now)],
  ];
  return lines.map(([name = '', value]) => `${name.padEnd(11)} ${value}`).join('\n');
}

function volumeLines(volumes: CostsOptions['volumes']): string[][] {
  if (volumes === null) return [['Volumes', 'cannot be told now']];
  if (volumes.length === 0) return [];
  const usd = volumes.reduce((sum, volume) => sum + volume.usdPerMonth, 0);
  const count = plural(volumes.length, 'network volume');
  return [['Volumes', `${formatUsd(usd)}/month for ${count}, used or not`]];
}

function balanceText({ balanceUsd, runwayHours }: CostSummary): string {
  if (balanceUsd === null) return 'not told by this key';
  const runway = runwayHours === null ? '' : `, ${duration(runwayHours * 3_600_000)} at what runs now`;
  return `${formatUsd(balanceUsd)}${runway}`;
}

function unattendedText(unattended: CostSummary['unattended'], now: number): string {
  const without = unattended.excludes.length === 0 ? '' : ` (without ${unattended.excludes.join(', ')})`;
  if (unattended.usd === null) return `no bound: something bills until somebody stops it${without}`;
  const end =
    unattended.until === null ? '' : `, until ${duration(Date.parse(unattended.until) - now)} from now`;
  return `at most ${formatUsd(unattended.usd)} if this computer dies now${end}${without}`;
}

function sources({ simulated, reconciliation }: CostSummary): string {
  if (simulated) return 'Simulated money: the sandbox cloud costs nothing.';
  if (reconciliation === null) return 'Measured by this app; RunPod’s bill has not been asked for yet.';
  const { asOf, billedUsd, ledgerUsd, gapUsd } = reconciliation;
  const measured = `measured ${formatUsd(ledgerUsd)}, difference ${formatUsd(gapUsd)}`;
  return `RunPod’s bill up to ${localTime(asOf)}: ${formatUsd(billedUsd)}; ${measured}.`;
}

const NOBODY = '(nobody: starts by hand, idle before a request, storage)';

/** Whom the money was spent for, and how much of the paid time was idle. */
export function renderShares(shares: CostShares, options: TableOptions): string {
  if (shares.rows.length === 0) return 'Nothing was spent in this time.';
  const usd = (header: string, cell: (row: CostShare) => number | null, drop = 0) => ({
    header,
    cell: (row: CostShare) => formatUsd(cell(row)),
    align: 'right' as const,
    ...(drop === 0 ? {} : { drop }),
  });
  const table = renderTable(
    [
      { header: shares.by.toUpperCase(), cell: ({ name }) => name ?? NOBODY, shrinkTo: 16 },
      { header: 'REQUESTS', cell: ({ requests }) => String(requests), align: 'right', drop: 1 },
      usd('SERVING', (row) => row.busyUsd, 4),
      usd('STARTS', (row) => row.bootUsd, 3),
      usd('IDLE', (row) => row.idleUsd, 2),
      usd('IN ALL', (row) => row.usd),
      usd('PER 1M TOKENS', (row) => row.usdPerMillionTokens, 5),
      usd('SAME TOKENS, PUBLIC', (row) => row.publicUsd, 6),
    ],
    shares.rows,
    options,
  );
  const { busy, boot, idle, nobody } = shares.hours;
  const hours = busy + boot + idle + nobody;
  const share = (part: number): string => `${Math.round((part / hours) * 100)} %`;
  const use = `serving ${share(busy)}, starting ${share(boot)}, idle behind a request ${share(idle)}, for nobody ${share(nobody)}`;
  const paid = hours === 0 ? '' : ` ${hours.toFixed(1)} h of hardware: ${use}.`;
  const simulated = shares.simulated ? ' (simulated)' : '';
  return `${table}\n\n${options.paint.dim(`Since ${localTime(shares.from)}: ${formatUsd(shares.usd)}${simulated}.${paid}`)}`;
}

export function renderEntries(entries: readonly LedgerEntry[], options: TableOptions): string {
  if (entries.length === 0) return 'The ledger is empty.';
  return renderTable(
    [
      { header: 'FROM', cell: (entry) => localTime(entry.startedAt) },
      { header: 'TO', cell: (entry) => (entry.endedAt === null ? 'still open' : localTime(entry.endedAt)) },
      { header: 'DEPLOYMENT', cell: (entry) => entry.deploymentName ?? '–', shrinkTo: 12 },
      { header: 'KIND', cell: (entry) => entry.kind },
      { header: 'RESOURCE', cell: (entry) => entry.resourceId, drop: 2 },
      { header: '$/H', cell: (entry) => formatUsd(entry.usdPerHour), align: 'right', drop: 1 },
      {
        header: '$',
        cell: (entry) => `${entry.estimated ? '~' : ''}${formatUsd(entry.usd)}`,
        align: 'right',
      },
    ],
    entries,
    options,
  );
}
