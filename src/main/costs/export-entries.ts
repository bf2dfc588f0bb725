import type { LedgerEntry } from '../../shared/model.ts';

/** The ledger for other programs: CSV as in RFC 4180, or JSON. Times are ISO 8601, money is US dollars, unrounded. */
export function exportEntries(entries: readonly LedgerEntry[], format: 'csv' | 'json'): string {
  if (format === 'json') return `${JSON.stringify(entries, null, 2)}\n`;
  const rows = entries.map((entry) => COLUMNS.map((column) => cell(entry[column])).join(','));
  return [COLUMNS.join(','), ...rows, ''].join('\r\n');
}

const COLUMNS = [
  'id',
  'deploymentId',
  'deploymentName',
  'resourceId',
  'kind',
  'startedAt',
  'endedAt',
  'usdPerHour',
  'usd',
  'estimated',
  'note',
] as const satisfies readonly (keyof LedgerEntry)[];

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // A spreadsheet would run a text that begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
