import { create } from 'zustand';
import type { ChatItem, ChatMessage, RequestRecord } from '../../shared/model.ts';
import { EMPTY_TOOLS, type ToolDraft } from '../view/chat-tools.ts';
import { EMPTY_PARAMS, type ChatParams } from '../view/code-samples.ts';
import type { Problem } from '../view/problem.ts';

/** Which of two models compared side by side; the first is the only one otherwise. */
export type Side = 0 | 1;

/** A function the model wants called. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as far as it has come. */
  readonly arguments: string;
  /** What the function answered, as the user gives it. */
  readonly result: string;
}

/** A part of an answer that ended with calls, whose results were given. */
export interface Step {
  readonly text: string;
  readonly reasoning: string;
  /** How long it thought before it spoke; null = it does still, or never did. */
  readonly thoughtMs: number | null;
  readonly calls: readonly ToolCall[];
}

/** A picture that goes with a question. */
export interface ChatImage {
  readonly name: string;
  /** A data URL. */
  readonly url: string;
}

export type Turn =
  | {
      readonly id: number;
      readonly role: 'user';
      readonly text: string;
      readonly images: readonly ChatImage[];
    }
  | {
      readonly id: number;
      readonly role: 'assistant';
      readonly side: Side;
      readonly model: string;
      /** What came before the last results. */
      readonly past: readonly Step[];
      readonly text: string;
      readonly reasoning: string;
      readonly thoughtMs: number | null;
      readonly calls: readonly ToolCall[];
      readonly state: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';
      /** While waiting: what for. */
      readonly detail: string | null;
      readonly request: RequestRecord | null;
      readonly finishReason: string | null;
      readonly problem: Problem | null;
    };

export type Answer = Extract<Turn, { role: 'assistant' }>;

interface ChatState {
  readonly model: string | null;
  /** Answers beside `model`; null = nothing is compared. */
  readonly rival: string | null;
  readonly system: string;
  readonly params: ChatParams;
  readonly tools: ToolDraft;
  readonly turns: readonly Turn[];
  readonly text: string;
  /** Go with the question that is being written. */
  readonly images: readonly ChatImage[];
  /** An answer is being written. */
  readonly busy: boolean;
}

/** The conversation in the playground; it survives a look at another page and ends with the window. */
export const useChat = create<ChatState>(() => ({
  model: null,
  rival: null,
  system: '',
  params: EMPTY_PARAMS,
  tools: EMPTY_TOOLS,
  turns: [],
  text: '',
  images: [],
  busy: false,
}));

let nextId = 1;

/** Adds the question and an empty answer for each model; returns the answers' ids in the models' order. */
export function beginTurn(text: string, models: readonly string[]): number[] {
  const { images } = useChat.getState();
  const question: Turn = { id: nextId++, role: 'user', text, images };
  const answers = models.slice(0, 2).map((model, side) => emptyAnswer(model, side === 0 ? 0 : 1));
  useChat.setState((state) => ({ turns: [...state.turns, question, ...answers], text: '', images: [] }));
  return answers.map(({ id }) => id);
}

/** Throws an answer of the last round away and begins it anew; null when it is none. */
export function beginAgain(id: number, model: string): number | null {
  const { turns } = useChat.getState();
  const old = lastAnswers(turns).find((answer) => answer.id === id);
  if (old === undefined) return null;
  const answer = emptyAnswer(model, old.side);
  useChat.setState({ turns: turns.map((turn) => (turn.id === id ? answer : turn)) });
  return answer.id;
}

/** Takes the last question with its answers out and puts it back where it is written; false when there is none. */
export function editLast(): boolean {
  const { turns, text, images } = useChat.getState();
  const at = turns.findLastIndex((turn) => turn.role === 'user');
  const question = turns[at];
  // What is being written is not overwritten.
  if (question?.role !== 'user' || text.trim() !== '' || images.length > 0) return false;
  useChat.setState({ turns: turns.slice(0, at), text: question.text, images: question.images });
  return true;
}

/** Answers to the last question. */
export function lastAnswers(turns: readonly Turn[]): Answer[] {
  return [...(roundsOf(turns).at(-1)?.answers ?? [])];
}

const NOTHING_YET = {
  text: '',
  reasoning: '',
  thoughtMs: null,
  calls: [],
  state: 'waiting',
  detail: null,
  request: null,
  finishReason: null,
  problem: null,
} as const;

function emptyAnswer(model: string, side: Side): Answer {
  return {
    id: nextId++,
    role: 'assistant',
    side,
    model,
    past: [],
    ...NOTHING_YET,
  };
}

/** Gives the results of its calls to an answer, which then goes on; false when it is not the last or lacks one. */
export function beginNext(id: number): boolean {
  const answer = lastAnswers(useChat.getState().turns).find((known) => known.id === id);
  if (answer === undefined || isRunning(answer) || answer.calls.length === 0) return false;
  if (answer.calls.some(({ result }) => result.trim() === '')) return false;
  const { text, reasoning, thoughtMs, calls } = answer;
  changeAnswer(id, ({ past }) => ({
    past: [...past, { text, reasoning, thoughtMs, calls }],
    ...NOTHING_YET,
  }));
  return true;
}

/** An answer that could not go on stands again where its results were given, so that they can be sent once more. */
export function takeBack(id: number): void {
  changeAnswer(id, (answer) => {
    const last = answer.past.at(-1);
    const empty = answer.text === '' && answer.reasoning === '' && answer.calls.length === 0;
    return last === undefined || !empty ? {} : { ...last, past: answer.past.slice(0, -1) };
  });
}

export function giveResult(answerId: number, callId: string, result: string): void {
  changeAnswer(answerId, ({ calls }) => ({
    calls: calls.map((call) => (call.id === callId ? { ...call, result } : call)),
  }));
}

/** Puts pieces of calls where they belong. */
export function withPieces(
  calls: readonly ToolCall[],
  pieces: readonly Extract<ChatItem, { type: 'call' }>[],
): readonly ToolCall[] {
  const next = [...calls];
  for (const { index, id, name, arguments: text } of pieces) {
    // Calls come in their order; a gap would be a call that nobody made.
    if (index > next.length) continue;
    const known = next[index] ?? { id: `call_${index}`, name: '', arguments: '', result: '' };
    next[index] = {
      ...known,
      id: id ?? known.id,
      name: name ?? known.name,
      arguments: known.arguments + text,
    };
  }
  return next;
}

export function changeAnswer(id: number, change: (answer: Answer) => Partial<Answer>): void {
  useChat.setState((state) => ({
    turns: state.turns.map((turn) =>
      turn.id === id && turn.role === 'assistant' ? { ...turn, ...change(turn) } : turn,
    ),
  }));
}

/** A question that nobody answered goes back into its field, so that nothing typed is lost (UX 3.4 G). */
export function giveBack(): void {
  useChat.setState((state) => {
    const answers = lastAnswers(state.turns);
    const at = state.turns.length - answers.length - 1;
    const question = state.turns[at];
    const lost =
      answers.length > 0 &&
      answers.every((answer) => answer.state === 'failed' && answer.text === '' && answer.calls.length === 0);
    if (question?.role !== 'user' || !lost) return state;
    return {
      turns: state.turns.toSpliced(at, 1),
      text: state.text === '' ? question.text : state.text,
      images: state.images.length === 0 ? question.images : state.images,
    };
  });
}

/** The conversation as one of two models has it; where it gave no answer of its own, the other's stands. */
export function messagesOf(state: Pick<ChatState, 'system' | 'turns'>, side: Side = 0): ChatMessage[] {
  const system: ChatMessage[] = state.system.trim() === '' ? [] : [{ role: 'system', content: state.system }];
  const rounds = roundsOf(state.turns).flatMap(({ question, answers }): ChatMessage[] => {
    const given = answers.filter((known) => answerMessages(known).length > 0);
    const answer = given.find((known) => known.side === side) ?? given[0];
    return [
      ...(question === null ? [] : [questionMessage(question)]),
      ...(answer === undefined ? [] : answerMessages(answer)),
    ];
  });
  return [...system, ...rounds];
}

function questionMessage({ text, images }: Extract<Turn, { role: 'user' }>): ChatMessage {
  const urls = images.map(({ url }) => url);
  return { role: 'user', content: text, ...(urls.length === 0 ? {} : { images: urls }) };
}

/** An answer as the model sees it later: its calls with their results; calls that nobody answered are left out. */
export function answerMessages(answer: Pick<Answer, 'past' | 'text'>): ChatMessage[] {
  const past = answer.past.flatMap(({ text, calls }): ChatMessage[] => [
    {
      role: 'assistant',
      content: text,
      toolCalls: calls.map(({ id, name, arguments: written }) => ({
        id,
        name: name === '' ? 'unnamed' : name,
        arguments: written,
      })),
    },
    ...calls.map(({ id, result }): ChatMessage => ({ role: 'tool', toolCallId: id, content: result })),
  ]);
  return answer.text === '' ? past : [...past, { role: 'assistant', content: answer.text }];
}

export interface Round {
  /** null = it was given back to be asked again. */
  readonly question: Extract<Turn, { role: 'user' }> | null;
  readonly answers: readonly Answer[];
}

export function roundsOf(turns: readonly Turn[]): Round[] {
  const rounds: { question: Round['question']; answers: Answer[] }[] = [];
  for (const turn of turns) {
    const last = rounds.at(-1);
    if (turn.role === 'user') rounds.push({ question: turn, answers: [] });
    // A second answer of one side belongs to a question that was given back.
    else if (last === undefined || last.answers.some(({ side }) => side === turn.side))
      rounds.push({ question: null, answers: [turn] });
    else last.answers.push(turn);
  }
  return rounds;
}

export const isRunning = (answer: Answer): boolean =>
  answer.state === 'waiting' || answer.state === 'streaming';
