import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { LogOptions, PodLogLine } from './api.ts';
import type { Query } from './request-url.ts';
import type { WireStream } from './transport.ts';

/** A log line longer than this is no log line. */
const LARGEST_EVENT_CHARS = 1024 * 1024;
const LONGEST_TAIL = 5000;

/** The query of a log request (FACTS 2.9); a cursor makes `tail` and `since` meaningless. */
export function logQuery({ source, tail, since, lastEventId }: LogOptions): Query {
  if (lastEventId !== undefined) return { source };
  if (since !== undefined) return { source, since };
  return {
    source,
    tail: tail === undefined ? undefined : Math.min(LONGEST_TAIL, Math.max(0, Math.trunc(tail))),
  };
}

/** Ids are opaque and go back as they came, unless they could not stand in a header. */
export function logHeaders({ lastEventId }: LogOptions): Record<string, string> {
  return lastEventId !== undefined && /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/.test(lastEventId)
    ? { 'last-event-id': lastEventId }
    : {};
}

/**
 * The lines of one open log stream. An event cut off by the end of the connection is dropped: the next connection gets
 * it whole. What is not a log line (an unknown event, unreadable data) is skipped.
 *
 * RunPod's log streams never end and say nothing while nothing happens (FACTS 2.9), so silence is not an error here. A
 * caller that knows better (a booting pod ought to talk) aborts and opens anew with the last id. A connection that died
 * without a word (a laptop that slept) ends by the pool's `silenceMs`.
 * @throws AppError runpod_unreachable when the connection breaks, runpod_bad_answer for an endless event; AbortError
 */
export async function* readLogLines(stream: WireStream): AsyncGenerator<PodLogLine, void> {
  const decoder = new TextDecoder();
  let lines: PodLogLine[] = [];
  let lastId = '';
  let endless = false;
  const parser = createParser({
    maxBufferSize: LARGEST_EVENT_CHARS,
    onId: (id) => (lastId = id),
    onEvent: ({ data }) => {
      const line = parseLine(data, lastId);
      if (line !== null) lines.push(line);
    },
    onError: (error) => (endless ||= error.type === 'max-buffer-size-exceeded'),
  });
  try {
    for await (const chunk of stream.chunks()) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      yield* lines;
      lines = [];
      if (endless) throw new AppError('runpod_bad_answer', 'A line in RunPod’s log stream does not end.');
    }
  } finally {
    stream.close();
  }
}

const lineSchema = z.looseObject({
  line: z.string(),
  source: z.string().nullish(),
  ts: z.string().nullish(),
});

function parseLine(data: string, id: string): PodLogLine | null {
  const parsed = lineSchema.safeParse(parseJson(data));
  if (!parsed.success) return null;
  const { line, source, ts } = parsed.data;
  return { id, source: source === 'system' ? 'system' : 'container', line, ts: ts ?? '' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A line nobody can read is skipped, not the end of the log.
  }
}
