import { createInterface } from 'node:readline/promises';
import { AppError } from '../../shared/errors.ts';
import { abortError } from '../platform/clock.ts';
import { converse } from './converse.ts';

/** Where a command reads and writes. Results go to `out`; progress, questions and errors to `err`. */
export interface Terminal {
  /** Writes text and a line break. */
  out(text: string): void;
  err(text: string): void;
  /** Writes without a line break, for text that comes in pieces. */
  outRaw(text: string): void;
  /** Writes without a line break, for a line that is redrawn. */
  errRaw(text: string): void;
  /** Somebody watches: lines may be redrawn, questions may be asked. */
  readonly interactive: boolean;
  /** Characters a line of results may take; no bound where they go to a file or a pipe. */
  readonly columns: number;
  /** The same for progress. */
  readonly errColumns: number;
  readonly outColor: boolean;
  readonly errColor: boolean;
  /** Whether standard input is a person's keyboard. */
  readonly keyboard: boolean;
  ask(question: string, signal: AbortSignal): Promise<string>;
  /**
   * Gives every line that is typed to `onLine`, until that says `false`, the input ends or somebody presses Ctrl-C at the
   * prompt. Ctrl-C while a line is worked on aborts that line's signal only.
   */
  converse(
    prompt: string,
    onLine: (line: string, signal: AbortSignal) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Asks without showing what is typed. */
  askSecret(question: string, signal: AbortSignal): Promise<string>;
  /**
   * All of standard input.
   * @throws AppError invalid_input: it holds more than `mostBytes`
   */
  readInput(mostBytes: number): Promise<string>;
}

/** The parts of a process's streams that are used; what only terminals have is absent elsewhere. */
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };
type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface TerminalStreams {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function nodeTerminal({ stdin, stdout, stderr, env }: TerminalStreams): Terminal {
  const keyboard = stdin.isTTY === true;
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    outRaw: (text) => void stdout.write(text),
    errRaw: (text) => void stderr.write(text),
    interactive: stderr.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined,
    columns: widthOf(stdout, env),
    errColumns: widthOf(stderr, env),
    outColor: hasColor(stdout, env),
    errColor: hasColor(stderr, env),
    keyboard,
    ask: (question, signal) => askLine(stdin, stderr, question, signal),
    converse: (prompt, onLine, signal) =>
      converse(createInterface({ input: stdin, output: stderr, prompt }), onLine, signal),
    askSecret: (question, signal) => readHidden(stdin, stderr, question, signal),
    readInput: (mostBytes) => readAll(stdin, mostBytes),
  };
}

/** https://no-color.org: any value but an empty one turns colours off. */
function hasColor(stream: Output, env: TerminalStreams['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

function widthOf(stream: Output, env: TerminalStreams['env']): number {
  const told = Number(env['COLUMNS']);
  if (Number.isInteger(told) && told >= 20) return told;
  const columns = stream.isTTY === true ? (stream.columns ?? 0) : 0;
  return columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

/** An end of input counts as an empty answer. */
async function askLine(stdin: Input, stderr: Output, question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  // While it reads, the terminal gives Ctrl-C to it instead of making a signal, and it settles nothing when it closes.
  const left = new Promise<string>((resolve, reject) => {
    lines.once('SIGINT', () => reject(abortError(signal)));
    lines.once('close', () => resolve(''));
  });
  try {
    return await Promise.race([lines.question(question, { signal }), left]);
  } finally {
    lines.close();
  }
}

async function readAll(stdin: Input, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    size += bytes.length;
    if (size > mostBytes) {
      throw new AppError('invalid_input', `Standard input holds more than ${mostBytes} bytes.`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const ENTER = /[\r\n]/;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACES = new Set(['\u007f', '\b']);

function readHidden(stdin: Input, stderr: Output, question: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void): void => {
      stdin.off('data', onData);
      signal.removeEventListener('abort', onAbort);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const onAbort = (): void => finish(() => reject(abortError(signal)));
    const onData = (data: string | Buffer): void => {
      for (const character of String(data)) {
        if (ENTER.test(character) || character === CTRL_D) return finish(() => resolve(typed));
        // In raw mode the terminal makes no signal of it.
        if (character === CTRL_C) return finish(() => reject(abortError(signal)));
        typed = BACKSPACES.has(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    stderr.write(question);
    stdin.setEncoding('utf8');
    stdin.setRawMode?.(true);
    stdin.resume();
    stdin.on('data', onData);
  });
}
