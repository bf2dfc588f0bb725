import { eventStream, type SimAnswer, type SimRequest } from '../http/message.ts';
import { Problem } from '../problem.ts';
import { waitForChange, type World } from '../world.ts';
import type { LogEntry } from './boot-lines.ts';

const MAX_TAIL = 5000;
const DEFAULT_TAIL = 100;
/** Longest wait without a look, so that a stream notices what nobody announces. */
const LOOK_MS = 60_000;

/** A pod's or worker's lines as of an instant, and when the next one is due. */
export interface LogSource {
  /** Announces changes under this id. */
  readonly id: string;
  /** null = it is gone: the stream ends. */
  lines(now: number): readonly LogEntry[] | null;
  nextAt(now: number): number | null;
}

interface Cursor {
  readonly source: 'container' | 'system' | null;
  readonly tail: number;
  readonly after: (entry: LogEntry) => boolean;
  readonly resumed: boolean;
}

/** Server-sent log lines, backfilled and then live until the caller leaves (FACTS 2.9). */
export function logAnswer(world: World, source: LogSource, request: SimRequest): SimAnswer {
  const cursor = readCursor(request);
  const lost = world.faults.take('lost-logs') !== null;
  return eventStream(lost ? silence(world, request) : stream(world, source, cursor, request.signal), {
    connection: 'keep-alive',
  });
}

async function* stream(
  world: World,
  source: LogSource,
  cursor: Cursor,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let lastSeq = -1;
  let first = true;
  while (!signal.aborted && !world.ended.aborted) {
    const now = world.clock.now();
    const all = source.lines(now);
    if (all === null) return;
    const fresh = all.filter(
      (entry) =>
        entry.seq > lastSeq &&
        (cursor.source === null || entry.source === cursor.source) &&
        (!first || cursor.after(entry)),
    );
    const shown =
      first && !cursor.resumed ? fresh.slice(fresh.length - Math.min(cursor.tail, fresh.length)) : fresh;
    lastSeq = Math.max(lastSeq, ...all.slice(-1).map((entry) => entry.seq));
    first = false;
    for (const entry of shown) yield frame(entry);
    const next = source.nextAt(now);
    await waitForChange(world, source.id, next === null ? LOOK_MS : Math.max(1, next - now), signal);
  }
}

async function* silence(world: World, request: SimRequest): AsyncGenerator<string> {
  while (!request.signal.aborted && !world.ended.aborted) {
    await waitForChange(world, '', LOOK_MS, request.signal);
  }
  yield '';
}

function frame(entry: LogEntry): string {
  const ts = new Date(entry.at).toISOString();
  const id = `${ts}/${String(entry.seq).padStart(12, '0')}`;
  return `id: ${id}\ndata: ${JSON.stringify({ ts, source: entry.source, line: entry.line })}\n\n`;
}

function readCursor(request: SimRequest): Cursor {
  const { query, headers } = request;
  const source = query.get('source');
  if (source !== null && source !== 'container' && source !== 'system') {
    throw invalid('source', "value must be one of 'container', 'system'");
  }
  const tail = Number(query.get('tail') ?? DEFAULT_TAIL);
  if (!Number.isInteger(tail) || tail < 0 || tail > MAX_TAIL)
    throw invalid('tail', 'must be between 0 and 5000');
  const after = headers['last-event-id'] ?? query.get('since');
  if (after === undefined || after === null) return { source, tail, after: () => true, resumed: false };
  const [stamp = '', seq] = after.split('/');
  const at = Date.parse(stamp);
  if (Number.isNaN(at))
    throw invalid(headers['last-event-id'] === undefined ? 'since' : 'Last-Event-ID', 'invalid date-time');
  if (seq !== undefined) return { source, tail, after: (entry) => entry.seq > Number(seq), resumed: true };
  const inclusive = headers['last-event-id'] === undefined;
  return { source, tail, after: (entry) => (inclusive ? entry.at >= at : entry.at > at), resumed: true };
}

function invalid(name: string, why: string): Problem {
  return new Problem(422, 'Request validation failed.', { errors: [`${name}: ${why}`] });
}
