import { create } from 'zustand';
import type { ChatMessage, RequestRecord } from '../../shared/model.ts';
import { EMPTY_PARAMS, type ChatParams } from '../view/code-samples.ts';
import type { Problem } from '../view/problem.ts';

/** Which of two models compared side by side; the first is the only one otherwise. */
export type Side = 0 | 1;

export type Turn =
  | { readonly id: number; readonly role: 'user'; readonly text: string }
  | {
      readonly id: number;
      readonly role: 'assistant';
      readonly side: Side;
      readonly model: string;
      readonly text: string;
      readonly reasoning: string;
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
  readonly turns: readonly Turn[];
  readonly text: string;
  /** An answer is being written. */
  readonly busy: boolean;
}

/** The conversation in the playground; it survives a look at another page and ends with the window. */
export const useChat = create<ChatState>(() => ({
  model: null,
  rival: null,
  system: '',
  params: EMPTY_PARAMS,
  turns: [],
  text: '',
  busy: false,
}));

let nextId = 1;

/** Adds the question and an empty answer for each model; returns the answers' ids in the models' order. */
export function beginTurn(text: string, models: readonly string[]): number[] {
  const question: Turn = { id: nextId++, role: 'user', text };
  const answers = models.slice(0, 2).map((model, side) => emptyAnswer(model, side === 0 ? 0 : 1));
  useChat.setState((state) => ({ turns: [...state.turns, question, ...answers], text: '' }));
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

/** Answers to the last question. */
function lastAnswers(turns: readonly Turn[]): Answer[] {
  return [...(roundsOf(turns).at(-1)?.answers ?? [])];
}

function emptyAnswer(model: string, side: Side): Answer {
  return {
    id: nextId++,
    role: 'assistant',
    side,
    model,
    text: '',
    reasoning: '',
    state: 'waiting',
    detail: null,
    request: null,
    finishReason: null,
    problem: null,
  };
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
      answers.length > 0 && answers.every((answer) => answer.state === 'failed' && answer.text === '');
    if (question?.role !== 'user' || !lost) return state;
    return {
      turns: state.turns.toSpliced(at, 1),
      text: state.text === '' ? question.text : state.text,
    };
  });
}

/** The conversation as one of two models has it; where it gave no answer of its own, the other's stands. */
export function messagesOf(state: Pick<ChatState, 'system' | 'turns'>, side: Side = 0): ChatMessage[] {
  const system: ChatMessage[] = state.system.trim() === '' ? [] : [{ role: 'system', content: state.system }];
  const rounds = roundsOf(state.turns).flatMap(({ question, answers }): ChatMessage[] => {
    const given = answers.filter((answer) => answer.text !== '');
    const answer = given.find((known) => known.side === side) ?? given[0];
    return [
      ...(question === null ? [] : [{ role: 'user' as const, content: question.text }]),
      ...(answer === undefined ? [] : [{ role: 'assistant' as const, content: answer.text }]),
    ];
  });
  return [...system, ...rounds];
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
