import { beforeEach, describe, expect, it } from 'vitest';
import { announce, flushAnnouncements, useAnnouncer } from '../../src/renderer/stores/announcer.ts';
import { putConnection, useAppStatus } from '../../src/renderer/stores/app-status.ts';
import {
  beginAgain,
  beginTurn,
  changeAnswer,
  giveBack,
  messagesOf,
  roundsOf,
  type Side,
  useChat,
} from '../../src/renderer/stores/chat.ts';
import { confirm, useConfirm } from '../../src/renderer/stores/confirm.ts';
import {
  addHistory,
  putDeployment,
  removeDeployment,
  replaceDeployments,
  useDeployments,
} from '../../src/renderer/stores/deployments.ts';
import { dismiss, notify, useNotices } from '../../src/renderer/stores/notices.ts';
import { preferencesSchema } from '../../src/renderer/stores/preferences.ts';
import { addRequest, MOST_RECENT, putRecent, useTraffic } from '../../src/renderer/stores/traffic.ts';
import { EMPTY_PARAMS } from '../../src/renderer/view/code-samples.ts';
import { sampleDeployments, sampleRequest } from '../support/samples.ts';

describe('notices', () => {
  beforeEach(() => useNotices.setState({ toasts: [], past: [], unread: 0 }));
  const notice = (title: string) => ({ at: 0, tone: 'good' as const, title, body: null, action: null });

  it('shows three at most and keeps the rest in the list', () => {
    for (const title of ['a', 'b', 'c', 'd']) notify(notice(title));
    expect(useNotices.getState().toasts.map((toast) => toast.title)).toEqual(['b', 'c', 'd']);
    expect(useNotices.getState().past.map((known) => known.title)).toEqual(['d', 'c', 'b', 'a']);
    expect(useNotices.getState().unread).toBe(4);
  });

  it('tells the same event once', () => {
    notify({ ...notice('a'), id: 'x' });
    notify({ ...notice('a'), id: 'x' });
    expect(useNotices.getState().past).toHaveLength(1);
    dismiss('x');
    expect(useNotices.getState()).toMatchObject({ toasts: [], unread: 1 });
  });
});

describe('deployments', () => {
  it('follow events, and what is gone leaves nothing behind', () => {
    const [first, second] = sampleDeployments();
    if (first === undefined || second === undefined) throw new Error('two samples are needed');
    replaceDeployments([first]);
    putDeployment({ ...second, state: 'ready' });
    addHistory(second.id, { at: '2026-11-24T09:00:00Z', kind: 'ready', text: 'Ready', data: {} });
    expect(useDeployments.getState().byId[second.id]?.state).toBe('ready');
    removeDeployment(second.id);
    expect(Object.keys(useDeployments.getState().byId)).toEqual([first.id]);
    expect(useDeployments.getState().news).toEqual({});
  });
});

describe('requests', () => {
  it('are bounded and never twice', () => {
    putRecent([]);
    for (let index = 0; index < MOST_RECENT + 10; index++)
      addRequest({ ...sampleRequest(), id: String(index) });
    addRequest({ ...sampleRequest(), id: String(MOST_RECENT + 9) });
    expect(useTraffic.getState().recent).toHaveLength(MOST_RECENT);
    expect(useTraffic.getState().recent?.[0]?.id).toBe(String(MOST_RECENT + 9));
  });
});

describe('what is spoken', () => {
  it('is merged and said once', () => {
    announce('a is ready');
    announce('a is ready');
    announce('b is stopping');
    expect(flushAnnouncements()).toBe(true);
    expect(useAnnouncer.getState().polite).toBe('a is ready. b is stopping');
    expect(flushAnnouncements()).toBe(false);
  });
});

describe('the connection', () => {
  it('remembers since when it is lost', () => {
    putConnection('live', 1);
    putConnection('lost', 5);
    putConnection('lost', 9);
    expect(useAppStatus.getState()).toMatchObject({ connection: 'lost', lostAt: 5 });
    putConnection('live', 12);
    expect(useAppStatus.getState()).toMatchObject({ connection: 'live', lostAt: null, heardAt: 12 });
  });
});

describe('questions', () => {
  const question = (title: string) => ({ title, effects: [], verb: 'Do', tone: 'normal' as const });

  it('are answered once, and a newer one answers the older with no', async () => {
    const first = confirm(question('a'));
    const second = confirm(question('b'));
    await expect(first).resolves.toBe(false);
    expect(useConfirm.getState().request?.title).toBe('b');
    useConfirm.getState().answer?.(true);
    await expect(second).resolves.toBe(true);
    expect(useConfirm.getState().request).toBeNull();
  });
});

describe('a conversation', () => {
  beforeEach(() =>
    useChat.setState({ model: null, system: '', params: EMPTY_PARAMS, turns: [], text: '', busy: false }),
  );

  it('becomes messages without empty answers', () => {
    useChat.setState({ system: 'Be brief.' });
    const [id = 0] = beginTurn('Hello', ['m']);
    expect(messagesOf(useChat.getState())).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ]);
    changeAnswer(id, (answer) => ({ text: `${answer.text}Hi`, state: 'done' }));
    expect(messagesOf(useChat.getState()).at(-1)).toEqual({ role: 'assistant', content: 'Hi' });
  });

  it('gives a question back when its answer failed, but not what was answered in part', () => {
    const [id = 0] = beginTurn('Long question', ['m']);
    changeAnswer(id, () => ({ state: 'failed' }));
    giveBack();
    expect(useChat.getState().text).toBe('Long question');
    expect(useChat.getState().turns).toHaveLength(1);
    const [next = 0] = beginTurn('Another', ['m']);
    changeAnswer(next, () => ({ text: 'half', state: 'failed' }));
    giveBack();
    expect(useChat.getState().text).toBe('');
    // What failed before stands alone, not beside the answer to another question.
    expect(
      roundsOf(useChat.getState().turns).map(({ question, answers }) => [question?.text, answers.length]),
    ).toEqual([
      [undefined, 1],
      ['Another', 1],
    ]);
  });

  it('goes on with the other model’s answer where one gave none', () => {
    const [first = 0] = beginTurn('Hello', ['a']);
    changeAnswer(first, () => ({ text: 'from a', state: 'done' }));
    const [, second = 0] = beginTurn('And now?', ['a', 'b']);
    changeAnswer(second, () => ({ text: 'from b', state: 'done' }));
    const said = (side: Side): string[] => messagesOf(useChat.getState(), side).map(({ content }) => content);
    expect(said(1)).toEqual(['Hello', 'from a', 'And now?', 'from b']);
    expect(beginAgain(first, 'a')).toBeNull();
  });

  it('answers again in place of the last answer', () => {
    const [id = 0] = beginTurn('Hello', ['m']);
    changeAnswer(id, () => ({ text: 'Hi', state: 'done' }));
    const again = beginAgain(id, 'm');
    expect(again).not.toBe(id);
    expect(useChat.getState().turns.map((turn) => turn.role)).toEqual(['user', 'assistant']);
    expect(useChat.getState().turns.at(-1)).toMatchObject({ text: '', state: 'waiting' });
  });
});

describe('preferences', () => {
  it('survive damage field by field', () => {
    expect(preferencesSchema.parse({ theme: 'plaid', density: 'compact', recentCommands: 'x' })).toEqual({
      theme: 'system',
      language: 'system',
      density: 'compact',
      singleKeys: true,
      welcomed: false,
      recentCommands: [],
    });
  });
});
