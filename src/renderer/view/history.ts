import type { HistoryEntry } from '../../shared/model.ts';

/** What was loaded and what was heard since, newest first, nothing twice. */
export function mergeHistory(
  loaded: readonly HistoryEntry[],
  heard: readonly HistoryEntry[],
): HistoryEntry[] {
  const byKey = new Map<string, HistoryEntry>();
  for (const entry of [...loaded, ...heard]) byKey.set(`${entry.at}|${entry.kind}|${entry.text}`, entry);
  return [...byKey.values()].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
