import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../..');
export const cliPath = resolve(repository, 'src/main/cli/main.ts');

/** A program of this repository run as its users run it; every line it prints is kept. */
export interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** Resolves with the first line, past or future, that matches; rejects when the program ends or time runs out. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Resolves with the exit code once the program has ended. */
  readonly ended: Promise<number | null>;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Signals go to the program and all it started, as Ctrl-C in a terminal does. */
  readonly asGroup?: boolean;
}

/** An environment without this machine's own keys and settings, so that tests mean the same everywhere. */
export function cleanEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_V8_COVERAGE'];
  const env: NodeJS.ProcessEnv = { NO_COLOR: '1' };
  for (const name of kept) if (process.env[name] !== undefined) env[name] = process.env[name];
  return { ...env, ...extra };
}

export function run(program: string, args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(program, args, {
    cwd: options.cwd ?? repository,
    env: cleanEnv(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.asGroup === true,
  });
  child.stdin.end(options.input ?? '');
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const heard = (line: string): void => {
    lines.push(line);
    for (const wake of waiting) wake();
  };
  createInterface({ input: child.stdout }).on('line', heard);
  createInterface({ input: child.stderr }).on('line', heard);
  let finished = false;
  const ended = new Promise<number | null>((done) => {
    child.once('close', (code) => {
      finished = true;
      for (const wake of waiting) wake();
      done(code);
    });
  });

  const line = (pattern: RegExp, timeoutMs = 30_000): Promise<RegExpMatchArray> =>
    new Promise((found, failed) => {
      let seen = 0;
      const stop = (): void => {
        waiting.delete(look);
        clearTimeout(timer);
      };
      const giveUp = (why: string): void => {
        stop();
        failed(new Error(`${why} before a line matched ${String(pattern)}:\n${lines.slice(-40).join('\n')}`));
      };
      const look = (): void => {
        for (; seen < lines.length; seen++) {
          const match = lines[seen]?.match(pattern);
          if (match) {
            stop();
            found(match);
            return;
          }
        }
        if (finished) giveUp('The program ended');
      };
      const timer = setTimeout(() => giveUp(`${timeoutMs} ms passed`), timeoutMs);
      waiting.add(look);
      look();
    });

  const kill = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (!finished && child.pid !== undefined)
      process.kill(options.asGroup === true ? -child.pid : child.pid, signal);
    return ended;
  };
  return { child, lines, line, ended, kill };
}

/** Runs the command line to its end. */
export async function cli(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number | null; text: string; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [cliPath, ...args], {
    cwd: options.cwd ?? repository,
    env: cleanEnv(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, text: stdout + stderr, stdout, stderr };
}

export function startCli(args: readonly string[], options: RunOptions = {}): Running {
  return run(process.execPath, [cliPath, ...args], options);
}
