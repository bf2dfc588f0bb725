import { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import type { Cli } from './cli.ts';
import { COMMANDS, type Define } from './commands.ts';
import { completionScript, SHELLS, type Shell } from './completion-script.ts';
import { examples } from './help.ts';

/** What a shell asks with while somebody types; nothing for people. */
const ASKED_BY_SHELL = 'words';
const MOST_WAIT_MS = 1_000;

export const define: Define = (command, run) => {
  command
    .argument('<shell>', SHELLS.join(', '))
    .argument('[words...]')
    .description('Print a script that completes commands, options and names of deployments in your shell.')
    .addHelpText(
      'after',
      `${examples('completion bash', 'completion zsh', 'completion fish')}

bash: add to ~/.bashrc                     source <(runpod-llm completion bash)
zsh:  add to ~/.zshrc after compinit       source <(runpod-llm completion zsh)
fish: add to ~/.config/fish/config.fish    runpod-llm completion fish | source`,
    )
    .action(
      run(async (cli, invocation) => {
        const [shell = '', ...words] = invocation.args;
        if (shell === ASKED_BY_SHELL) {
          const found = await completions(cli, words);
          if (found.length > 0) cli.terminal.out(found.join('\n'));
          return;
        }
        const script = completionScript(shellOf(shell));
        cli.print({ shell, script }, () => script.trimEnd());
      }),
    );
};

function shellOf(word: string): Shell {
  const found = SHELLS.find((shell) => shell === word);
  if (found !== undefined) return found;
  throw new AppError('invalid_input', `"${word}" is no shell that is known here.`, {
    advice: `Shells: ${SHELLS.join(', ')}.`,
  });
}

/** What may stand in place of the last word, which is being typed. */
export async function completions(cli: Cli, words: readonly string[]): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const found = await candidates(cli, before, typed.startsWith('-'));
  return [...new Set(found)].filter((word) => word.startsWith(typed)).sort();
}

async function candidates(
  cli: Cli,
  before: readonly string[],
  wantsOption: boolean,
): Promise<readonly string[]> {
  const entries = COMMANDS.flatMap((group) => group.entries);
  const entry = entries.find(({ name }) => name === before[0]);
  if (entry === undefined) {
    return before.length > 0
      ? []
      : wantsOption
        ? ['--help', '--json', '--data-dir']
        : entries.map(({ name }) => name);
  }
  const root = new Command(entry.name);
  (await entry.load()).define(root, () => () => Promise.resolve());
  const { command, words } = descend(root, before.slice(1));
  if (wantsOption) return optionsOf(command);
  const last = words.at(-1);
  // The value of an option: only the option knows.
  if (last !== undefined && takesValue(command, last)) return [];
  if (command.commands.length > 0) return command.commands.map((each) => each.name());
  const given = words.filter((word, at) => !word.startsWith('-') && !takesValue(command, words[at - 1]));
  const wanted = command.registeredArguments[given.length]?.name();
  return wanted === undefined ? [] : namesOf(cli, entry.name, wanted);
}

function descend(root: Command, words: readonly string[]): { command: Command; words: readonly string[] } {
  const [first] = words;
  const below = root.commands.find((each) => each.name() === first);
  return below === undefined ? { command: root, words } : descend(below, words.slice(1));
}

const optionsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ long }) => (long == null ? [] : [long])),
  '--help',
  '--json',
  '--data-dir',
];

function takesValue(command: Command, word: string | undefined): boolean {
  if (word === undefined || !word.startsWith('-')) return false;
  if (word === '--data-dir') return true;
  const option = command.options.find(({ long, short }) => word === long || word === short);
  return option !== undefined && (option.required || option.optional);
}

/** Names that the running instance knows; none where there is none. */
async function namesOf(cli: Cli, command: string, argument: string): Promise<readonly string[]> {
  if (command === 'completion') return SHELLS;
  if (argument === 'client')
    return (await import('../../shared/clients/clients.ts')).CLIENTS.map(({ id }) => id);
  const asksModels = command === 'chat' && argument === 'model';
  if (argument !== 'deployment' && !asksModels) return [];
  // Somebody waits with a finger on the key.
  const hurry = new AbortController();
  const stop = cli.clock.after(MOST_WAIT_MS, () => hurry.abort());
  try {
    const api = await cli.connect();
    if (asksModels) {
      return (await api.call('models.list', {}, hurry.signal)).models.map(({ id }) => id);
    }
    return (await api.call('deployments.list', {}, hurry.signal)).deployments.map(({ name }) => name);
  } catch {
    return []; // An error has no place in a completion; the command itself will tell it.
  } finally {
    stop();
  }
}
