import { useCallback, useEffect, useRef, useState } from 'react';
import type { ChatItem } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { announce } from '../../stores/announcer.ts';
import { changeAnswer, giveBack, messagesOf, useChat, type Answer } from '../../stores/chat.ts';
import { requestParams } from '../../view/code-samples.ts';
import { problemOf, wasLeft } from '../../view/problem.ts';

/** Streams one answer at a time into the conversation; deltas of one frame are put down together. */
export function useAnswer(model: string | null): {
  readonly busy: boolean;
  readonly ask: (answerId: number) => void;
  readonly stop: () => void;
} {
  const { client } = useApp();
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const ask = useCallback(
    (id: number): void => {
      if (model === null) return;
      const leaving = new AbortController();
      running.current = leaving;
      setBusy(true);
      const state = useChat.getState();
      const messages = messagesOf({ ...state, turns: state.turns.filter((turn) => turn.id !== id) });
      const batch = batchDeltas(id);
      const run = async (): Promise<void> => {
        const stream = client.stream(
          'playground.chat',
          { model, messages, params: requestParams(state.params) },
          leaving.signal,
        );
        for await (const item of stream) batch.take(item);
        batch.flush();
        if (leaving.signal.aborted) changeAnswer(id, () => ({ state: 'stopped' }));
      };
      run()
        .catch((error: unknown) => {
          batch.flush();
          if (leaving.signal.aborted || wasLeft(error)) return changeAnswer(id, () => ({ state: 'stopped' }));
          changeAnswer(id, () => ({ state: 'failed', problem: problemOf(error) }));
          giveBack();
        })
        .finally(() => {
          setBusy(false);
          running.current = null;
        });
    },
    [client, model],
  );
  return { busy, ask, stop: useCallback(() => running.current?.abort(), []) };
}

function batchDeltas(id: number): { take: (item: ChatItem) => void; flush: () => void } {
  let text = '';
  let reasoning = '';
  let frame = 0;
  const flush = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (text === '' && reasoning === '') return;
    const more = { text, reasoning };
    text = '';
    reasoning = '';
    changeAnswer(id, (answer) => ({
      state: 'streaming',
      detail: null,
      text: answer.text + more.text,
      reasoning: answer.reasoning + more.reasoning,
    }));
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
          frame ||= requestAnimationFrame(flush);
          return;
        case 'done':
          flush();
          changeAnswer(id, () => ({ state: 'done', request: item.request, finishReason: item.finishReason }));
          announce('The answer is complete');
      }
    },
  };
}

export const isRunning = (answer: Answer): boolean =>
  answer.state === 'waiting' || answer.state === 'streaming';
