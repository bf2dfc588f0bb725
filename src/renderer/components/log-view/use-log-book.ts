import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogLine } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { delay, now } from '../../app/clock.ts';
import type { Client } from '../../api/client.ts';
import { adviceFor, type LogAdvice } from '../../view/log-advice.ts';
import { LogBook, type LevelFilter } from '../../view/log-book.ts';
import { problemOf, wasLeft, type Problem } from '../../view/problem.ts';

export type LogSource = { readonly kind: 'app' } | { readonly kind: 'deployment'; readonly name: string };

const MOST_LINES = 100_000;
const FIRST_TAIL = 2000;
const RETRY_MS = 2000;

export interface LogState {
  readonly book: LogBook;
  /** Changes whenever the book did; what depends on the book depends on it. */
  readonly version: number;
  readonly problem: Problem | null;
  readonly live: boolean;
  /** The last known error that a line matched. */
  readonly advice: LogAdvice | null;
  readonly setLevel: (level: LevelFilter) => void;
  readonly clear: () => void;
  readonly dismissAdvice: () => void;
}

/** Follows a log into a book. Lines that come in one frame are shown with one render. */
export function useLogBook(source: LogSource, part: 'all' | 'system' | 'container'): LogState {
  const { client } = useApp();
  const bookRef = useRef<LogBook>(null);
  bookRef.current ??= new LogBook(MOST_LINES);
  const book = bookRef.current;
  const [version, setVersion] = useState(0);
  const [state, setState] = useState<{ problem: Problem | null; live: boolean }>({
    problem: null,
    live: false,
  });
  const [advice, setAdvice] = useState<LogAdvice | null>(null);
  const name = source.kind === 'app' ? null : source.name;

  useEffect(() => {
    const leaving = new AbortController();
    let waiting: LogLine[] = [];
    let frame = 0;
    const flush = (): void => {
      frame = 0;
      const lines = waiting;
      waiting = [];
      if (book.push(lines) === 0) return;
      const known = lines.map((line) => adviceFor(line.text)).findLast((entry) => entry !== null);
      if (known !== undefined) setAdvice(known);
      setVersion((before) => before + 1);
    };
    book.clear();
    setVersion((before) => before + 1);
    void follow(open(client, name, part), leaving.signal, {
      line(line) {
        waiting.push(line);
        frame ||= requestAnimationFrame(flush);
      },
      live: () => setState({ problem: null, live: true }),
      lost(error) {
        setState({ problem: problemOf(error), live: false });
        book.reconnected();
      },
      gap(seconds) {
        flush();
        book.remark(new Date(now()).toISOString(), `${seconds} s without connection, lines may be missing`);
      },
    });
    return () => {
      leaving.abort();
      cancelAnimationFrame(frame);
    };
  }, [client, book, name, part]);

  const touch = useCallback((change: () => void) => {
    change();
    setVersion((before) => before + 1);
  }, []);
  return {
    book,
    version,
    ...state,
    advice,
    setLevel: useCallback((level) => touch(() => book.setLevel(level)), [book, touch]),
    clear: useCallback(() => touch(() => book.clear()), [book, touch]),
    dismissAdvice: useCallback(() => setAdvice(null), []),
  };
}

type Open = (tail: number, signal: AbortSignal) => AsyncIterable<LogLine>;

function open(client: Client, name: string | null, part: 'all' | 'system' | 'container'): Open {
  return (tail, signal) =>
    name === null
      ? client.stream('logs.app', { tail }, signal)
      : client.stream(
          'logs.follow',
          { deployment: name, tail, ...(part === 'all' ? {} : { source: part }) },
          signal,
        );
}

interface Hearer {
  line(line: LogLine): void;
  live(): void;
  lost(error: unknown): void;
  gap(seconds: number): void;
}

/** Opens the stream again whenever it breaks, until left; a source that ends by itself is not opened again. */
async function follow(openStream: Open, signal: AbortSignal, hearer: Hearer): Promise<void> {
  let lostAt: number | null = null;
  while (!signal.aborted) {
    try {
      hearer.live();
      for await (const line of openStream(FIRST_TAIL, signal)) {
        if (lostAt !== null) hearer.gap(Math.round((now() - lostAt) / 1000));
        lostAt = null;
        hearer.line(line);
      }
      return;
    } catch (error) {
      if (signal.aborted || wasLeft(error)) return;
      lostAt ??= now();
      hearer.lost(error);
      const problem = problemOf(error);
      if (problem.code === 'not_found') return;
    }
    await delay(RETRY_MS, signal);
  }
}
