import type { ChatItem } from '../../shared/model.ts';
import type { Client } from '../api/client.ts';
import { announce } from '../stores/announcer.ts';
import {
  answerMessages,
  changeAnswer,
  giveBack,
  messagesOf,
  takeBack,
  useChat,
  withPieces,
  type Side,
  type Turn,
} from '../stores/chat.ts';
import { toolRequest } from '../view/chat-tools.ts';
import { requestParams } from '../view/code-samples.ts';
import { problemOf, wasLeft } from '../view/problem.ts';
import { now } from './clock.ts';
import { shell } from './messages.ts';

/** Writes answers into the conversation, one for each side at a time. It outlives the page: a look elsewhere ends no answer and no start. */
export interface ChatSession {
  /** Answers the conversation so far into the turn with this id. */
  ask(model: string, answerId: number): void;
  stop(): void;
}

export function createChatSession(client: Client): ChatSession {
  const running = new Map<Side, AbortController>();

  async function answer(model: string, id: number, side: Side, signal: AbortSignal): Promise<void> {
    const state = useChat.getState();
    const messages = [
      ...messagesOf({ ...state, turns: before(state.turns, id) }, side),
      ...state.turns.flatMap((turn) =>
        turn.id === id && turn.role === 'assistant' ? answerMessages(turn) : [],
      ),
    ];
    const batch = batchDeltas(id);
    try {
      const asked = { model, messages, params: requestParams(state.params), ...toolRequest(state.tools) };
      for await (const item of client.stream('playground.chat', asked, signal)) batch.take(item);
      batch.flush();
      if (signal.aborted) {
        changeAnswer(id, () => ({ state: 'stopped' }));
        takeBack(id);
      }
    } catch (error) {
      batch.flush();
      if (signal.aborted || wasLeft(error)) {
        changeAnswer(id, () => ({ state: 'stopped' }));
        takeBack(id);
        return;
      }
      changeAnswer(id, () => ({ state: 'failed', problem: problemOf(error) }));
      takeBack(id);
      giveBack();
    }
  }

  return {
    ask(model, id) {
      const side = sideOf(useChat.getState().turns, id);
      running.get(side)?.abort();
      const leaving = new AbortController();
      running.set(side, leaving);
      useChat.setState({ busy: true });
      void answer(model, id, side, leaving.signal).finally(() => {
        if (running.get(side) !== leaving) return;
        running.delete(side);
        useChat.setState({ busy: running.size > 0 });
      });
    },
    stop: () => running.forEach((leaving) => leaving.abort()),
  };
}

const sideOf = (turns: readonly Turn[], id: number): Side => {
  const turn = turns.find((known) => known.id === id);
  return turn?.role === 'assistant' ? turn.side : 0;
};

/** What was said up to an answer: neither it nor what its rival says to the same question. */
function before(turns: readonly Turn[], id: number): Turn[] {
  const at = turns.findIndex((turn) => turn.id === id);
  const question = turns.slice(0, at).findLastIndex((turn) => turn.role === 'user');
  return turns.slice(0, question + 1);
}

/** Deltas of one frame are put down together. */
function batchDeltas(id: number): { take: (item: ChatItem) => void; flush: () => void } {
  let text = '';
  let reasoning = '';
  let pieces: Extract<ChatItem, { type: 'call' }>[] = [];
  let thinkingSince: number | null = null;
  let thoughtMs: number | null = null;
  let frame = 0;
  const flush = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (text === '' && reasoning === '' && pieces.length === 0) return;
    const more = { text, reasoning, pieces, thoughtMs };
    text = '';
    reasoning = '';
    pieces = [];
    changeAnswer(id, (answer) => ({
      state: 'streaming',
      detail: null,
      text: answer.text + more.text,
      reasoning: answer.reasoning + more.reasoning,
      thoughtMs: more.thoughtMs,
      calls: withPieces(answer.calls, more.pieces),
    }));
  };
  const spoke = (): void => {
    if (thinkingSince !== null) thoughtMs ??= now() - thinkingSince;
  };
  return {
    flush,
    take(item) {
      switch (item.type) {
        case 'waiting':
          return changeAnswer(id, () => ({ detail: item.detail }));
        case 'delta':
          text += item.text;
          reasoning += item.reasoning;
          if (item.reasoning !== '') thinkingSince ??= now();
          if (item.text !== '') spoke();
          frame ||= requestAnimationFrame(flush);
          return;
        case 'call':
          pieces.push(item);
          spoke();
          frame ||= requestAnimationFrame(flush);
          return;
        case 'done':
          flush();
          changeAnswer(id, () => ({ state: 'done', request: item.request, finishReason: item.finishReason }));
          announce(shell.answerComplete);
      }
    },
  };
}
