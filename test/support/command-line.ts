import { runCommandLine } from '../../src/main/cli/run.ts';
import type { Terminal } from '../../src/main/cli/terminal.ts';
import { writeControlFile } from '../../src/main/control/control-file.ts';
import { systemClock, type Clock } from '../../src/main/platform/clock.ts';
import { serveFake, type Served } from './control.ts';
import { tempDir } from './temp.ts';

/** A data directory whose instance is a double of the core behind a real control port. */
export async function fakeInstance(
  options: Parameters<typeof serveFake>[0] = {},
): Promise<Served & { dataDir: string }> {
  const served = await serveFake(options);
  const dataDir = tempDir();
  writeControlFile(dataDir, { url: served.url, token: served.token, pid: process.pid, version: '0.1.0' });
  return { ...served, dataDir };
}

export interface CommandLineOptions {
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Answers to questions in their order; a keyboard is there when there are any. */
  readonly answers?: readonly string[];
  /** What standard input holds. */
  readonly input?: string;
  /** Somebody watches the progress. */
  readonly interactive?: boolean;
  readonly signal?: AbortSignal;
}

export interface CommandLineResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly questions: readonly string[];
  json(): unknown;
}

/** The command line in this process, at a terminal that keeps what it is told. */
export async function commandLine(
  argv: readonly string[],
  options: CommandLineOptions = {},
): Promise<CommandLineResult> {
  let out = '';
  let err = '';
  const questions: string[] = [];
  const answers = [...(options.answers ?? [])];
  const answer = (question: string): Promise<string> => {
    questions.push(question);
    return Promise.resolve(answers.shift() ?? '');
  };
  const terminal: Terminal = {
    out: (text) => (out += `${text}\n`),
    err: (text) => (err += `${text}\n`),
    outRaw: (text) => (out += text),
    errRaw: (text) => (err += text),
    interactive: options.interactive ?? false,
    columns: Number.POSITIVE_INFINITY,
    errColumns: 120,
    outColor: false,
    errColor: false,
    keyboard: options.answers !== undefined,
    ask: answer,
    converse: async (_prompt, onLine, signal) => {
      while (answers.length > 0) if (!(await onLine(await answer('> '), signal))) return;
    },
    askSecret: answer,
    readInput: () => Promise.resolve(options.input ?? ''),
  };
  const code = await runCommandLine(argv, {
    terminal,
    env: {
      ...(options.dataDir === undefined ? {} : { RUNPOD_LLM_DATA_DIR: options.dataDir }),
      ...options.env,
    },
    clock: options.clock ?? systemClock,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out, err, questions, json: (): unknown => JSON.parse(out) };
}
