import type { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { ControlClient } from '../control/client.ts';
import { readControlFile } from '../control/control-file.ts';
import { createPaint, type Paint } from './render/paint.ts';
import type { Terminal } from './terminal.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What every command works with. */
export interface Cli {
  readonly terminal: Terminal;
  readonly env: Env;
  readonly clock: Clock;
  /** Results as one JSON document on standard output, errors as JSON on standard error. */
  readonly json: boolean;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Colours of results and of progress. */
  readonly paint: Paint;
  readonly errPaint: Paint;
  /** Folder of the instance that is meant. */
  readonly dataDir: string;
  /** The same as it was given on the command line; absent where environment or system decide. */
  readonly dataDirFlag: string | undefined;
  /**
   * The running instance.
   * @throws AppError instance_unreachable
   */
  connect(): Promise<ControlClient>;
  /** The running instance, or null where none runs: for commands that can do without. */
  connectIfRunning(): Promise<ControlClient | null>;
  /** Prints a result: the value itself with --json, else what `text` makes of it. */
  print(value: unknown, text: () => string): void;
  /** Tells what is going on; nothing with --json. */
  say(text: string): void;
}

/**
 * Wraps a command's body as a commander action: gives it its surroundings, ends what it opened, keeps its exit code.
 * The body reads its words and options from the invocation.
 */
export type Run = (
  body: (cli: Cli, invocation: Command) => Promise<number | void>,
) => (...parameters: unknown[]) => Promise<void>;

export interface CliParts {
  readonly terminal: Terminal;
  readonly env: Env;
  readonly clock: Clock;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly dataDir: string;
  readonly dataDirFlag: string | undefined;
  /** Called when the command has ended. */
  readonly onEnd: (close: () => Promise<void>) => void;
}

export function createCli(parts: CliParts): Cli {
  const { terminal, json, dataDir } = parts;
  const connect = async (): Promise<ControlClient> => {
    const { url, token } = readControlFile(dataDir);
    const [{ createControlClient }, { createHttpPool }] = await Promise.all([
      import('../control/client.ts'),
      import('../platform/http.ts'),
    ]);
    const pool = createHttpPool({ silenceMs: 0 });
    const client = createControlClient({
      url,
      token,
      fetch: pool.fetch,
      clock: parts.clock,
      onError: (error) => terminal.err(`error: ${String(error)}`),
    });
    parts.onEnd(async () => {
      await client.dispose();
      await pool.close();
    });
    return client;
  };
  return {
    terminal,
    env: parts.env,
    clock: parts.clock,
    json,
    signal: parts.signal,
    paint: createPaint(terminal.outColor && !json),
    errPaint: createPaint(terminal.errColor),
    dataDir,
    dataDirFlag: parts.dataDirFlag,
    connect,
    connectIfRunning: async () => {
      try {
        const client = await connect();
        await client.call('app.status', {}, parts.signal);
        return client;
      } catch (error) {
        if (error instanceof AppError && error.code === 'instance_unreachable') return null;
        throw error;
      }
    },
    print: (value, text) => terminal.out(json ? JSON.stringify(value, null, 2) : text()),
    say: (text) => {
      if (!json) terminal.err(text);
    },
  };
}
