import { create } from 'zustand';
import type { ChatMessage, RequestRecord } from '../../shared/model.ts';
import { EMPTY_PARAMS, type ChatParams } from '../view/code-samples.ts';
import type { Problem } from '../view/problem.ts';

export type Turn =
  | { readonly id: number; readonly role: 'user'; readonly text: string }
  | {
      readonly id: number;
      readonly role: 'assistant';
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
  system: '',
  params: EMPTY_PARAMS,
  turns: [],
  text: '',
  busy: false,
}));

let nextId = 1;

/** Adds the question and an empty answer; returns the answer's id. */
export function beginTurn(text: string): number {
  const question: Turn = { id: nextId++, role: 'user', text };
  const answer = emptyAnswer();
  useChat.setState((state) => ({ turns: [...state.turns, question, answer], text: '' }));
  return answer.id;
}

/** Throws the last answer away and begins it anew; null when there is none. */
export function beginAgain(): number | null {
  const { turns } = useChat.getState();
  if (turns.at(-1)?.role !== 'assistant') return null;
  const answer = emptyAnswer();
  useChat.setState({ turns: [...turns.slice(0, -1), answer] });
  return answer.id;
}

function emptyAnswer(): Answer {
  return {
    id: nextId++,
    role: 'assistant',
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

/** A failed question goes back into its field, so that nothing typed is lost (UX 3.4 G). */
export function giveBack(): void {
  useChat.setState((state) => {
    const question = state.turns.at(-2);
    const answer = state.turns.at(-1);
    if (question?.role !== 'user' || answer?.role !== 'assistant' || answer.text !== '') return state;
    return {
      turns: [...state.turns.slice(0, -2), answer],
      text: state.text === '' ? question.text : state.text,
    };
  });
}

export function messagesOf(state: Pick<ChatState, 'system' | 'turns'>): ChatMessage[] {
  const system: ChatMessage[] = state.system.trim() === '' ? [] : [{ role: 'system', content: state.system }];
  const turns = state.turns
    .filter((turn) => turn.role === 'user' || turn.text !== '')
    .map((turn): ChatMessage => ({ role: turn.role, content: turn.text }));
  return [...system, ...turns];
}

export const isRunning = (answer: Answer): boolean =>
  answer.state === 'waiting' || answer.state === 'streaming';
