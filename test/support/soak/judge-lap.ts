import type { RequestRecord } from '../../../src/shared/activity.ts';
import { readTag, wholeLongText, wholeText } from './faulty-server.ts';
import type { Sight, Visit } from './soak-client.ts';

/** One request as it was asked and as its client saw it. */
export interface Seen {
  readonly asked: Visit;
  readonly sight: Sight;
  /** Nothing was wrong with the model server from beginning to end. */
  readonly healthy: boolean;
}

/** One try and as many repeats as are set (`retries`). */
const MOST_ATTEMPTS = 3;

/**
 * What clients saw, what the model server was asked and what the request log says, held against each other. Pure.
 * @returns everything that must never happen
 */
export function judgeLap(
  seen: readonly Seen[],
  records: readonly RequestRecord[],
  attempts: ReadonlyMap<string, number>,
): string[] {
  const byId = Map.groupBy(records, ({ id }) => id);
  const problems: string[] = [];
  for (const one of seen) {
    const { id } = one.asked;
    const found = [
      ...judgeAnswer(one),
      ...judgeAttempts(one, attempts.get(id) ?? 0),
      ...judgeRecords(one, byId.get(id) ?? []),
    ];
    problems.push(...found.map((problem) => `${id}: ${problem}`));
  }
  const asked = new Set(seen.map(({ asked: { id } }) => id));
  for (const id of byId.keys()) if (!asked.has(id)) problems.push(`${id}: in the log, but never asked`);
  return problems;
}

/** An answer is whole and of one piece, or the client is told why not. */
function judgeAnswer({ asked, sight, healthy }: Seen): string[] {
  const { kind, text, said } = sight;
  if (kind === 'left') return [];
  if (kind === 'broken') return [`neither whole nor told: ${said}`];
  const problems: string[] = [];
  if (kind === 'told' && healthy) problems.push(`failed although all was well: ${said}`);
  if (kind === 'told' && text === '') return problems;
  const tag = readTag(`${text} `);
  if (tag === null) return [...problems, `an answer nobody gave: "${text.slice(0, 80)}"`];
  if (tag.question !== asked.question) problems.push(`the answer to another question: ${tag.tag}`);
  const possible = [wholeText(tag.tag), wholeLongText(tag.tag)];
  const fits = kind === 'whole' ? possible.includes(text) : possible.some((whole) => whole.startsWith(text));
  if (!fits) problems.push(`not what ${tag.tag} said: "${text.slice(0, 80)}"`);
  return problems;
}

/** Nothing is asked again once a byte of an answer has reached the client. */
function judgeAttempts({ asked, sight }: Seen, attempts: number): string[] {
  const problems: string[] = [];
  if (attempts > MOST_ATTEMPTS) problems.push(`the model server was asked ${attempts} times`);
  const tag = readTag(`${sight.text} `);
  if (tag !== null && tag.id === asked.id && tag.attempt !== attempts) {
    problems.push(`read attempt ${tag.attempt}, but the model server was asked ${attempts} times`);
  }
  // Headers that went out before the answer came cannot say whose it is.
  if (tag !== null && tag.id !== asked.id && !['hit', 'coalesced', ''].includes(sight.cache)) {
    problems.push(`the answer to ${tag.id}, under x-cache: ${sight.cache}`);
  }
  return problems;
}

/** Once each in the log, with the outcome the client saw. Who left may have left before its request had arrived. */
function judgeRecords({ sight }: Seen, records: readonly RequestRecord[]): string[] {
  const [record] = records;
  if (record === undefined) return sight.kind === 'left' ? [] : ['not in the request log'];
  if (records.length > 1) return [`${records.length} times in the request log`];
  if (sight.kind === 'left') return [];
  const outcome = sight.kind === 'whole' ? 'ok' : 'error';
  return record.outcome === outcome ? [] : [`logged as ${record.outcome}, but the client saw: ${sight.kind}`];
}
