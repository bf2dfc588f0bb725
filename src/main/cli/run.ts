import { Command, CommanderError } from 'commander';
import { AppError, asAppError, EXIT, isAbort } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { resolveDataDir } from '../settings/folders.ts';
import { COMMANDS, type Entry } from './commands.ts';
import { createCli, type Env, type Run } from './cli.ts';
import { thisMachine } from './machine.ts';
import { createPaint } from './render/paint.ts';
import { renderError, renderErrorJson, renderNotice } from './render/errors.ts';
import type { Terminal } from './terminal.ts';

/** Of shells, for a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

export interface RunParts {
  readonly terminal: Terminal;
  readonly env: Env;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly dataDir?: string;
}

/** Runs the command line to its end and returns the exit code (SPEC 10). */
export async function runCommandLine(argv: readonly string[], parts: RunParts): Promise<number> {
  let code: number = EXIT.done;
  const ends: (() => Promise<void>)[] = [];
  const run: Run =
    (body) =>
    async (...parameters) => {
      const command = parameters.findLast((parameter) => parameter instanceof Command);
      if (command === undefined) throw new AppError('internal', 'A command was run without its options.');
      const options = command.optsWithGlobals<GlobalOptions>();
      const cli = createCli({
        ...parts,
        json: options.json === true,
        dataDir: resolveDataDir(options.dataDir, thisMachine(parts.env)),
        dataDirFlag: options.dataDir,
        onEnd: (close) => ends.push(close),
      });
      code = (await body(cli, command)) ?? EXIT.done;
    };
  try {
    const program = await buildProgram(argv, run, parts.terminal);
    await program.parseAsync(withFallback(argv), { from: 'user' });
    return code;
  } catch (error) {
    return report(error, argv, parts);
  } finally {
    for (const end of ends) await end();
  }
}

/** The program with every command's name, and the definition of the one that is asked for. */
async function buildProgram(argv: readonly string[], run: Run, terminal: Terminal): Promise<Command> {
  const wanted = wantedCommand(argv);
  const program = new Command('runpod-llm')
    .description('Deploy LLMs on RunPod GPUs and use them from every tool through one local endpoint.')
    .usage('<command> [options]')
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(' '),
    })
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      // Errors are told once, by `report`.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(terminal.columns, 100),
      getOutHasColors: () => terminal.outColor,
    })
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', HELP_END);
  addCommonOptions(program);
  for (const { heading, entries } of COMMANDS) {
    for (const { name, summary, load } of entries) {
      const command = program
        .command(name)
        .summary(summary)
        .description(capitalised(summary))
        .helpGroup(`${heading}:`);
      if (name === wanted) (await load()).define(command, run);
      for (const leaf of leavesOf(command)) addCommonOptions(leaf);
    }
  }
  return program;
}

const HELP_END = `
A first session:
  $ runpod-llm serve                          start it; without a key it uses a simulated cloud
  $ runpod-llm deploy Qwen/Qwen3-8B --wait    in another terminal
  $ runpod-llm chat                           ask it something
  $ runpod-llm connect                        point your tools at it

Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 refused, 5 timed out.`;

function addCommonOptions(command: Command): void {
  command.option('--json', 'print one JSON document, and errors as JSON on standard error');
  command.option('--data-dir <folder>', 'folder of the instance that is meant (RUNPOD_LLM_DATA_DIR)');
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** The first word that is neither an option nor the value of one that may stand before the command. */
export function wantedCommand(argv: readonly string[]): string | undefined {
  const words = wordsOf(argv);
  return words[0] === 'help' ? words[1] : words[0];
}

function wordsOf(argv: readonly string[]): readonly string[] {
  return argv.filter((word, index) => !word.startsWith('-') && argv[index - 1] !== '--data-dir');
}

/** `radar` alone means `radar list`. */
function withFallback(argv: readonly string[]): readonly string[] {
  const words = wordsOf(argv);
  const entry = entryOf(words[0]);
  const asksForHelp = argv.some((word) => word === '--help' || word === '-h');
  if (entry?.fallback === undefined || words.length > 1 || asksForHelp) return argv;
  return argv.flatMap((word) => (word === entry.name ? [word, entry.fallback ?? ''] : [word]));
}

function entryOf(name: string | undefined): Entry | undefined {
  return COMMANDS.flatMap((group) => group.entries).find((entry) => entry.name === name);
}

function report(error: unknown, argv: readonly string[], { terminal, signal }: RunParts): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  const known = error instanceof CommanderError ? usageError(error, argv) : asAppError(error);
  // At a question Ctrl-C is a key like others, and makes no signal.
  const interrupted = isAbort(error) || (known.code === 'client_closed' && signal.aborted);
  const json = argv.includes('--json');
  if (json) terminal.err(renderErrorJson(known));
  else if (!interrupted) terminal.err(renderError(known, createPaint(terminal.errColor)));
  // A command that has something to say to who interrupts it throws an error of its own.
  else if (error === known) terminal.err(renderNotice(known));
  if (known.code === 'internal' && known.cause instanceof Error && !json)
    terminal.err(known.cause.stack ?? '');
  return interrupted ? EXIT_INTERRUPTED : known.exit;
}

function usageError(error: CommanderError, argv: readonly string[]): AppError {
  if (error.code === 'commander.help') {
    const message = argv.length === 0 ? 'No command was given.' : 'The command is incomplete.';
    return new AppError('invalid_input', message, { advice: helpAdvice(argv) });
  }
  const message = error.message.replace(/^error: /, '');
  return new AppError('invalid_input', capitalised(message), { advice: helpAdvice(argv), cause: error });
}

function helpAdvice(argv: readonly string[]): string {
  const known = COMMANDS.flatMap((group) => group.entries).find(
    (entry) => entry.name === wantedCommand(argv),
  );
  return `See: runpod-llm ${known === undefined ? '' : `${known.name} `}--help`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
