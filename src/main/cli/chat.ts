import type { ChatItem, ChatMessage, RequestRecord } from '../../shared/activity.ts';
import type { MethodOutput } from '../../shared/api.ts';
import { AppError } from '../../shared/errors.ts';
import type { DeploymentView } from '../../shared/model.ts';
import type { ControlClient } from '../control/client.ts';
import { nearest } from '../control/nearest.ts';
import type { Cli } from './cli.ts';
import type { Define } from './commands.ts';
import { examples } from './help.ts';
import { announceStart } from './price.ts';
import { AnswerText, requestLine } from './render/answer.ts';
import { renderError } from './render/errors.ts';
import { showProgress } from './wait.ts';
import { given, wholeNumber } from './wish.ts';

interface ChatOptions {
  readonly system?: string;
  readonly maxTokens?: number;
  readonly yes?: boolean;
}

type Served = MethodOutput<'models.list'>['models'][number];

/** As much as a message may hold. */
const MOST_INPUT_BYTES = 2_000_000;

export const define: Define = (command, run) => {
  command
    .argument('[model]', 'a name that "models" lists; may be left out while only one is served')
    .argument('[text...]', 'what to ask; - stands for standard input; without it a conversation begins')
    .option('--system <text>', 'instruction that stands before the conversation')
    .option('--max-tokens <n>', 'longest answer', wholeNumber(1, 1_000_000))
    .option('--yes', 'do not ask about the price of waking it')
    .description(
      'Ask a model, through the proxy as every tool does. A model that sleeps is woken, at the price told before.',
    )
    .addHelpText(
      'after',
      examples(
        'chat',
        'chat coder "Why is the sky blue?"',
        'chat coder "Review this change:" - < change.diff',
        'chat coder "One word: yes or no?" --json',
      ),
    )
    .action(
      run(async (cli, invocation) => {
        const [name, ...words] = invocation.args;
        const options = invocation.opts<ChatOptions>();
        const api = await cli.connect();
        const model = await modelOf(cli, api, name);
        const text = await textOf(cli, words);
        const { simulated } = await api.call('app.status', {}, cli.signal);
        const talk = new Talk({ cli, api, model, simulated, options });
        if (text !== null) await talk.ask(text, cli.signal);
        else await converse(cli, talk, model);
      }),
    );
};

/** @throws AppError not_found: nothing is served, or not by that name; invalid_input: several are, and none was named */
async function modelOf(cli: Cli, api: ControlClient, name: string | undefined): Promise<Served> {
  const { models } = await api.call('models.list', {}, cli.signal);
  const names = models.map(({ id }) => id);
  const [first] = models;
  if (first === undefined) {
    throw new AppError('not_found', 'Nothing is served yet.', {
      advice: 'Deploy a model: runpod-llm deploy Qwen/Qwen3-8B --wait',
    });
  }
  if (name !== undefined) {
    const known = models.find(({ id }) => id === name) ?? models.find(({ id }) => name.startsWith(`${id}:`));
    // A variant of a model is asked for by its whole name.
    if (known !== undefined) return { ...known, id: name };
    const near = nearest(name, names);
    throw new AppError('not_found', `No model "${name}" is served.`, {
      advice: `${near === null ? '' : `Did you mean ${near}? `}Served: ${names.join(', ')}.`,
    });
  }
  const others = models.some(({ deployment }) => deployment === null || deployment !== first.deployment);
  if (!others || models.length === 1) return first;
  throw new AppError('invalid_input', `Which model? Served: ${names.join(', ')}.`, {
    advice: `Name one: runpod-llm chat ${first.id}`,
  });
}

/** null = somebody sits at the keyboard and wants to talk. */
async function textOf({ terminal, json }: Cli, words: readonly string[]): Promise<string | null> {
  if (words.length === 0 && terminal.keyboard) {
    if (!json) return null;
    throw new AppError('invalid_input', 'With --json there is no conversation: say what to ask.', {
      advice: 'Such as: runpod-llm chat coder "Why is the sky blue?" --json',
    });
  }
  const takesInput = words.length === 0 || words.includes('-');
  const input = takesInput ? (await terminal.readInput(MOST_INPUT_BYTES)).trim() : '';
  const said = words.filter((word) => word !== '-').join(' ');
  const text = [said, input].filter((part) => part !== '').join('\n\n');
  if (text !== '') return text;
  throw new AppError(
    'invalid_input',
    'There is nothing to ask: no text was given and standard input is empty.',
  );
}

async function converse(cli: Cli, talk: Talk, model: Served): Promise<void> {
  cli.say(`Talking to ${model.id}. Ctrl-C stops an answer; /bye or Ctrl-D ends it.`);
  const onLine = async (line: string, signal: AbortSignal): Promise<boolean> => {
    if (line.trim() === '/bye') return false;
    if (line.trim() === '') return true;
    try {
      await talk.ask(line, signal);
    } catch (error) {
      if (cli.signal.aborted) throw error;
      // What went wrong with one question, or was stopped, is no reason to lose the conversation.
      if (signal.aborted) cli.say('Stopped.');
      else if (error instanceof AppError && error.code !== 'instance_unreachable')
        cli.terminal.err(renderError(error, cli.errPaint));
      else throw error;
    }
    return true;
  };
  await cli.terminal.converse('> ', onLine, cli.signal);
}

interface TalkParts {
  readonly cli: Cli;
  readonly api: ControlClient;
  readonly model: Served;
  readonly simulated: boolean;
  readonly options: ChatOptions;
}

/** One conversation: what was said so far goes along with every question. */
class Talk {
  readonly #parts: TalkParts;
  readonly #messages: ChatMessage[];

  constructor(parts: TalkParts) {
    const { system } = parts.options;
    this.#parts = parts;
    this.#messages = system === undefined ? [] : [{ role: 'system', content: system }];
  }

  /** @throws AppError what went wrong; the question is then not part of the conversation */
  async ask(text: string, signal: AbortSignal): Promise<void> {
    const { cli, api, model, options } = this.#parts;
    const start = await this.#start(signal);
    const request = {
      model: model.id,
      messages: [...this.#messages, { role: 'user' as const, content: text }],
      params: given({ maxTokens: options.maxTokens }),
    };
    const answer = new AnswerText(cli);
    let done: Extract<ChatItem, { type: 'done' }> | null = null;
    try {
      for await (const item of api.stream('playground.chat', request, signal)) {
        if (item.type === 'delta') {
          start.end();
          answer.add(item);
        }
        if (item.type === 'done') done = item;
      }
    } finally {
      start.end();
      answer.end();
    }
    this.#messages.push(...request.messages.slice(-1), { role: 'assistant', content: answer.text });
    this.#tell(answer, done?.request ?? null, done?.finishReason ?? null);
  }

  #tell(answer: AnswerText, request: RequestRecord | null, finishReason: string | null): void {
    const { cli, model, simulated } = this.#parts;
    const { json, terminal, errPaint } = cli;
    if (json) {
      const { text, reasoning } = answer;
      cli.print({ model: model.id, text, reasoning, finishReason, request }, () => text);
      return;
    }
    if (finishReason === 'length') terminal.err(errPaint.yellow('The answer was cut off at its longest.'));
    if (request !== null) terminal.err(errPaint.dim(requestLine(request, simulated)));
  }

  /** Says what waking it costs before it is woken, and shows what happens meanwhile. */
  async #start(signal: AbortSignal): Promise<{ end(): void }> {
    const { cli, api, model, options } = this.#parts;
    const { deployment } = model;
    if (deployment === null) return NOTHING_TO_SHOW;
    const view = await api.call('deployments.get', { deployment }, signal);
    if (view.state === 'ready') return NOTHING_TO_SHOW;
    if (RESTING.has(view.state)) await announceStart(cli, api, view, options.yes === true);
    return showProgress(cli, api, view);
  }
}

const RESTING: ReadonlySet<DeploymentView['state']> = new Set(['stopped', 'sleeping', 'failed']);
const NOTHING_TO_SHOW = { end: () => {} };
