import type { LedgerEntry } from '../../shared/model.ts';

const COLUMNS = [
  'id',
  'deploymentName',
  'resourceId',
  'kind',
  'startedAt',
  'endedAt',
  'usdPerHour',
  'usd',
  'estimated',
  'note',
] as const;

/** Ledger entries as RFC 4180 with a header; a cell that a spreadsheet could take for a formula is disarmed. */
export function entriesAsCsv(entries: readonly LedgerEntry[]): string {
  const rows = entries.map((entry) => COLUMNS.map((column) => csvCell(entry[column])).join(','));
  return [COLUMNS.join(','), ...rows].join('\r\n') + '\r\n';
}

function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
