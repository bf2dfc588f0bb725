import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client, Connection } from '../../src/renderer/api/client.ts';
import { createChatSession, type ChatSession } from '../../src/renderer/app/chat-session.ts';
import { startEffects } from '../../src/renderer/app/effects.ts';
import { useAnnouncer } from '../../src/renderer/stores/announcer.ts';
import { useAppStatus } from '../../src/renderer/stores/app-status.ts';
import { beginTurn, roundsOf, useChat } from '../../src/renderer/stores/chat.ts';
import { useCosts } from '../../src/renderer/stores/costs.ts';
import { useDeployments } from '../../src/renderer/stores/deployments.ts';
import { useNotices } from '../../src/renderer/stores/notices.ts';
import { useQuotes } from '../../src/renderer/stores/quotes.ts';
import { useTraffic } from '../../src/renderer/stores/traffic.ts';
import type { ChatRequest } from '../../src/shared/model.ts';
import { AppError } from '../../src/shared/errors.ts';
import { createFakeManager, type FakeManager } from '../support/fake-manager.ts';
import { sampleCosts, sampleRequest } from '../support/samples.ts';
import { putTranslation } from '../../src/renderer/words/catalogue.ts';
import { de } from '../../src/renderer/words/de.ts';

/** The double of the core as a client whose connection a test commands. */
function clientOf(manager: FakeManager): { client: Client; connect: (connection: Connection) => void } {
  const watchers = new Set<(connection: Connection) => void>();
  const client: Client = {
    ...manager.api,
    call: (name, input, signal) => manager.api.call(name, input, signal),
    stream: (name, input, signal) => manager.api.stream(name, input, signal),
    subscribe: (listener) => manager.api.subscribe(listener),
    body: 'browser',
    onConnection(watcher) {
      watchers.add(watcher);
      watcher('connecting');
      return () => watchers.delete(watcher);
    },
    openPage: () => undefined,
    onShowPage: () => () => undefined,
  };
  return { client, connect: (connection) => watchers.forEach((watcher) => watcher(connection)) };
}

describe('the edge between core and stores', () => {
  let manager: FakeManager;
  let end: () => void;
  let connect: (connection: Connection) => void;
  const views = () => useDeployments.getState().byId;

  beforeEach(async () => {
    useAppStatus.setState(useAppStatus.getInitialState(), true);
    useCosts.setState(useCosts.getInitialState(), true);
    useDeployments.setState(useDeployments.getInitialState(), true);
    useNotices.setState(useNotices.getInitialState(), true);
    useQuotes.setState(useQuotes.getInitialState(), true);
    useTraffic.setState(useTraffic.getInitialState(), true);
    useAnnouncer.setState(useAnnouncer.getInitialState(), true);
    manager = createFakeManager();
    const made = clientOf(manager);
    connect = made.connect;
    end = startEffects(made.client);
  });
  afterEach(() => end());

  it('loads everything when connected, and again after a loss', async () => {
    expect(useDeployments.getState().loaded).toBe(false);
    connect('live');
    await expect.poll(() => Object.keys(views())).toHaveLength(4);
    await expect.poll(() => useCosts.getState().summary?.todayUsd).toBe(2.14);
    await expect.poll(() => useTraffic.getState().recent).toHaveLength(1);
    connect('lost');
    expect(useAppStatus.getState().lostAt).not.toBeNull();
    end();
    manager.change('tiny', { state: 'ready' });
    expect(views()['dep_tiny']?.state).toBe('stopped');
  });

  it('reads the sums anew when a deployment begins to cost something', async () => {
    connect('live');
    await expect.poll(() => useCosts.getState().summary?.todayUsd).toBe(2.14);
    const unattended = { usd: 0.62, until: '2026-11-24T12:00:00.000Z', excludes: [] };
    manager.reply('costs.summary', async () => ({ ...sampleCosts(), nowUsdPerHour: 0.41, unattended }));
    // The state stays: only the pod's price came to be known.
    const loading = manager.deployments().find((view) => view.name === 'gemma-3-12b');
    manager.change('gemma-3-12b', {
      cost: { nowUsdPerHour: 0.41, restUsdPerMonth: 0, todayUsd: 0, totalUsd: 0 },
    });
    expect(views()['dep_gemma-3-12b']?.state).toBe(loading?.state);
    await expect.poll(() => useCosts.getState().summary?.unattended.usd).toBe(0.62);
    expect(useCosts.getState().readAt).not.toBeNull();
  });

  it('reads the sums anew when the rate of an event is another than theirs, once for many', async () => {
    connect('live');
    await expect.poll(() => useCosts.getState().summary?.todayUsd).toBe(2.14);
    const asked = (): number => manager.calls.filter((call) => call.name === 'costs.summary').length;
    const before = asked();
    manager.reply('costs.summary', async () => ({
      ...sampleCosts(),
      nowUsdPerHour: 9,
      forecastMonthUsd: 99,
    }));
    for (let event = 0; event < 20; event++) {
      manager.emit({ name: 'costs.changed', payload: { nowUsdPerHour: event, todayUsd: 3 } });
    }
    await expect.poll(() => useCosts.getState().summary?.forecastMonthUsd).toBe(99);
    expect(asked() - before).toBeLessThanOrEqual(2);
    manager.emit({ name: 'costs.changed', payload: { nowUsdPerHour: 9, todayUsd: 4 } });
    expect(useCosts.getState().summary?.todayUsd).toBe(4);
    expect(asked() - before).toBeLessThanOrEqual(2);
  });

  it('follows events', async () => {
    connect('live');
    await expect.poll(() => Object.keys(views())).toHaveLength(4);
    manager.change('tiny', { state: 'ready' });
    expect(views()['dep_tiny']?.state).toBe('ready');
    expect(useAnnouncer.getState().waiting).toEqual(['tiny is ready']);
    manager.emit({ name: 'request.finished', payload: { ...sampleRequest(), id: 'fresh' } });
    await expect.poll(() => useTraffic.getState().recent?.[0]?.id).toBe('fresh');
    manager.emit({ name: 'costs.changed', payload: { nowUsdPerHour: 9, todayUsd: 3 } });
    manager.remove('tiny');
    expect(views()['dep_tiny']).toBeUndefined();
  });

  it('tells what people must know, money at once', () => {
    manager.emit({
      name: 'notification',
      payload: {
        id: 'n',
        at: '2026-11-24T09:00:00.000Z',
        kind: 'still-billing',
        title: 'tiny may still be billing',
        body: 'Not confirmed.',
        deployment: 'tiny',
      },
    });
    expect(useNotices.getState().toasts).toMatchObject([
      { tone: 'bad', action: { href: '#/deployments/tiny' } },
    ]);
    expect(useAnnouncer.getState().urgent).toBe('tiny may still be billing. Not confirmed.');
  });

  it('words news in the language on the screen', () => {
    putTranslation('de', de);
    try {
      manager.emit({
        name: 'notification',
        payload: {
          id: 'n',
          at: '2026-11-24T09:00:00.000Z',
          kind: 'budget',
          title: 'Today’s budget is used up',
          body: '$5.00 of $5.00 spent.',
          facts: { what: 'budget', of: 'day', spentUsd: 5, limitUsd: 5, isReached: true },
          deployment: null,
        },
      });
    } finally {
      putTranslation('en', null);
    }
    expect(useNotices.getState().toasts).toMatchObject([{ title: 'Das heutige Budget ist aufgebraucht' }]);
    expect(useAnnouncer.getState().urgent).toMatch(/^Das heutige Budget ist aufgebraucht\. /);
  });

  it('in quiet hours keeps in the list what is neither money nor loss', () => {
    const at = new Date();
    const hour = (change: number): string =>
      `${String((at.getHours() + 24 + change) % 24).padStart(2, '0')}:00`;
    useNotices.setState({ quietHours: { from: hour(-1), to: hour(2) } });
    const news = { at: at.toISOString(), title: 'A title', body: 'A body.', deployment: 'tiny' };
    manager.emit({ name: 'notification', payload: { ...news, id: 'n1', kind: 'ready' } });
    expect(useNotices.getState()).toMatchObject({ toasts: [], past: [{ id: 'n1' }], unread: 1 });
    manager.emit({ name: 'notification', payload: { ...news, id: 'n2', kind: 'budget' } });
    expect(useNotices.getState().toasts).toMatchObject([{ id: 'n2' }]);
  });

  it('asks the price of every start that is possible, and says why there is none', async () => {
    connect('live');
    await expect
      .poll(() => useQuotes.getState().byId['dep_tiny']?.quote)
      .toMatchObject({ state: 'known', usdPerHour: 0.26 });
    expect(useQuotes.getState().byId['dep_qwen3-coder']).toBeUndefined();
  });

  it('keeps a price that cannot be had from looking like one', async () => {
    manager.fail('plan.make', new AppError('runpod_unavailable', 'RunPod is down.'));
    connect('live');
    await expect
      .poll(() => useQuotes.getState().byId['dep_tiny']?.quote)
      .toEqual({ state: 'unknown', reason: 'RunPod is down.' });
  });

  it('says why when nothing could be loaded at all', async () => {
    manager.fail('app.status', new AppError('internal', 'Broken.'));
    connect('lost');
    await expect.poll(() => useAppStatus.getState().problem?.title).toBe('Broken.');
  });
});

/** As the page does: a question, then each model its answer. */
function ask(session: ChatSession, text: string, ...models: string[]): void {
  beginTurn(text, models).forEach((id, side) => session.ask(models[side] ?? '', id));
}

describe('a chat session', () => {
  beforeEach(() => {
    useChat.setState(useChat.getInitialState(), true);
    // The test has no screen: a frame is the next turn of the loop.
    let frames = 0;
    globalThis.requestAnimationFrame = (callback) => {
      queueMicrotask(() => callback(0));
      return ++frames;
    };
    globalThis.cancelAnimationFrame = () => undefined;
  });

  it('writes an answer with its figures', async () => {
    const session = createChatSession(clientOf(createFakeManager()).client);
    ask(session, 'hello', 'qwen3-coder');
    expect(useChat.getState().busy).toBe(true);
    await expect.poll(() => useChat.getState().busy).toBe(false);
    expect(useChat.getState().turns.at(-1)).toMatchObject({
      text: 'You said: hello',
      state: 'done',
      finishReason: 'stop',
    });
  });

  it('marks a stopped answer and takes the next question', async () => {
    const manager = createFakeManager();
    manager.replyStream('playground.chat', async function* (_input, signal) {
      yield { type: 'delta', text: 'Once', reasoning: '' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    });
    const session = createChatSession(clientOf(manager).client);
    ask(session, 'hello', 'qwen3-coder');
    await expect.poll(() => useChat.getState().turns.at(-1)).toMatchObject({ text: 'Once' });
    session.stop();
    await expect.poll(() => useChat.getState()).toMatchObject({ busy: false });
    expect(useChat.getState().turns.at(-1)).toMatchObject({ text: 'Once', state: 'stopped' });
  });

  it('asks two models side by side, each with its own past', async () => {
    const manager = createFakeManager();
    const asked: ChatRequest[] = [];
    manager.replyStream('playground.chat', async function* (request) {
      asked.push(request);
      yield { type: 'delta', text: `${request.model} ${request.messages.length}`, reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    const session = createChatSession(clientOf(manager).client);
    ask(session, 'first', 'qwen3-coder', 'tiny');
    await expect.poll(() => useChat.getState().busy).toBe(false);
    ask(session, 'second', 'qwen3-coder', 'tiny');
    await expect.poll(() => useChat.getState().busy).toBe(false);
    expect(roundsOf(useChat.getState().turns).at(-1)?.answers).toMatchObject([
      { model: 'qwen3-coder', side: 0, text: 'qwen3-coder 3', state: 'done' },
      { model: 'tiny', side: 1, text: 'tiny 3', state: 'done' },
    ]);
    expect(asked.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      ['first'],
      ['first'],
      ['first', 'qwen3-coder 1', 'second'],
      ['first', 'tiny 1', 'second'],
    ]);
  });

  it('keeps the question where one of two answered', async () => {
    const manager = createFakeManager();
    manager.replyStream('playground.chat', async function* ({ model }) {
      if (model === 'tiny') throw new AppError('no_gpu_capacity', 'No GPU free.');
      yield { type: 'delta', text: 'here', reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    ask(createChatSession(clientOf(manager).client), 'hello', 'qwen3-coder', 'tiny');
    await expect.poll(() => useChat.getState().busy).toBe(false);
    expect(useChat.getState()).toMatchObject({
      text: '',
      turns: [{ text: 'hello' }, { state: 'done' }, { state: 'failed' }],
    });
  });

  it('gives the question back with the problem', async () => {
    const manager = createFakeManager();
    manager.replyStream('playground.chat', async function* () {
      yield { type: 'waiting', detail: 'Loading weights' };
      throw new AppError('no_gpu_capacity', 'No GPU free.');
    });
    ask(createChatSession(clientOf(manager).client), 'precious', 'tiny');
    await expect.poll(() => useChat.getState().text).toBe('precious');
    expect(useChat.getState().turns.at(-1)).toMatchObject({
      state: 'failed',
      problem: { code: 'no_gpu_capacity' },
    });
  });
});
