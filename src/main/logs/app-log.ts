import { pino } from 'pino';
import type { LogLine } from '../../shared/model.ts';
import type { Clock } from '../platform/clock.ts';
import type { Disposable, Unsubscribe } from '../platform/lifecycle.ts';
import type { Log } from './log.ts';
import { terminalLine, toLogLine, type LogLevel } from './log-line.ts';
import { LineRing, type FollowOptions } from './line-ring.ts';
import { redactFacts } from './redact.ts';
import { RotatingFile } from './rotating-file.ts';
import { createScrubber } from './scrubber.ts';

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** null = no file. */
  readonly file: { readonly path: string; readonly maxBytes: number; readonly keep: number } | null;
  /** Lines for people, such as stderr of the headless body; null = none. */
  readonly terminal: { readonly write: (text: string) => void; readonly colour: boolean } | null;
}

/** The app's own log (SPEC 7.2): one JSON object a line in a rotating file, the last lines in memory for the screen. */
export interface AppLog extends Disposable {
  readonly log: Log;
  setLevel(level: LogLevel): void;
  /** This value never appears in a line again, in whatever form. */
  addSecret(value: string): void;
  /** The same for a text that goes elsewhere, such as a crash report. */
  scrub(text: string): string;
  recent(limit: number): LogLine[];
  subscribe(listener: (line: LogLine) => void): Unsubscribe;
  /** The last lines and, when following, all later ones; ends with the signal or the log. */
  follow(options: FollowOptions, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Why nothing reaches the file, or null when all is well. */
  fileProblem(): string | null;
  /** Writes what waits; for the moment before a process ends. */
  flush(): void;
  dispose(): void;
}

const WEIGHTS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const RING_LINES = 5000;
const RING_CHARACTERS = 4_000_000;

export function createLog(options: LogOptions): AppLog {
  const { clock, terminal } = options;
  const scrubber = createScrubber();
  const ring = new LineRing<string>({
    maxItems: RING_LINES,
    maxSize: RING_CHARACTERS,
    sizeOf: (line) => line.length,
  });
  const state: { level: LogLevel; problem: string | null } = { level: options.level, problem: null };

  const logger = pino(
    {
      level: 'debug',
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors come as plain facts already; pino's own reading would lose their type and causes.
      serializers: { err: (value: unknown) => value },
    },
    {
      write: (raw: string) => {
        const line = scrubber.scrub(raw);
        file?.write(line, isUrgent(line));
        ring.push(line);
        if (terminal !== null) terminal.write(terminalLine(toLogLine(line), terminal.colour));
      },
    },
  );
  const log = filtered(logger, (level) => WEIGHTS[level] >= WEIGHTS[state.level]);

  // Set after the log exists: a file that cannot be opened is told on the terminal and in memory.
  let file: RotatingFile | null = null;
  if (options.file !== null) {
    file = new RotatingFile({
      ...options.file,
      clock,
      onProblem: (problem) => {
        state.problem = problem;
        log.error({ problem }, 'the log file cannot be written; lines are kept in memory only');
      },
      onRecovered: (lostLines) => {
        state.problem = null;
        log.warn({ lostLines }, 'the log file is written again');
      },
    });
  }

  return {
    log,
    setLevel: (level) => {
      state.level = level;
    },
    addSecret: (value) => scrubber.add(value),
    scrub: (text) => scrubber.scrub(text),
    recent: (limit) => ring.recent(limit).map(toLogLine),
    subscribe: (listener) => ring.subscribe((line) => listener(toLogLine(line))),
    follow: (follow, signal) => linesOf(ring.follow(follow, signal, (count) => skippedLine(clock, count))),
    fileProblem: () => state.problem,
    flush: () => file?.flush(),
    dispose: () => {
      file?.dispose();
      ring.dispose();
    },
  };
}

/** Warnings and errors may be the last words of a process. */
const isUrgent = (line: string): boolean =>
  line.startsWith('{"level":"warn"') || line.startsWith('{"level":"error"');

function filtered(logger: pino.Logger, passes: (level: LogLevel) => boolean): Log {
  const at =
    (level: LogLevel) =>
    (facts: object, message: string): void => {
      if (passes(level)) logger[level](safeFacts(facts), message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (facts) => filtered(logger.child(safeFacts(facts)), passes),
  };
}

/** A log call never fails its caller, whatever it was given. */
function safeFacts(facts: object): Record<string, unknown> {
  try {
    return redactFacts(facts);
  } catch (error) {
    return { unloggable: error instanceof Error ? error.message : String(error) };
  }
}

function skippedLine(clock: Clock, count: number): string {
  const time = new Date(clock.now()).toISOString();
  return JSON.stringify({
    level: 'warn',
    time,
    msg: `${count} lines skipped: they came faster than they were read`,
  });
}

async function* linesOf(stored: AsyncIterable<string>): AsyncGenerator<LogLine> {
  for await (const line of stored) yield toLogLine(line);
}
