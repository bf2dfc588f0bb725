import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createControlServer, type ControlServer } from '../../../src/main/control/server.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import type { Client, Connection } from '../../../src/renderer/api/client.ts';
import { createHttpClient } from '../../../src/renderer/api/http.ts';
import type { AppEvent } from '../../../src/shared/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { createFakeManager, type FakeManager } from '../../support/fake-manager.ts';

const TOKEN = 'rlm_control_test';

/** The page's own client against the real control port, with a token in place of the browser's cookie. */
describe('the contract client over HTTP', () => {
  let manager: FakeManager;
  let server: ControlServer;
  let client: Client;
  let url: string;

  const serve = async (port: number): Promise<void> => {
    server = createControlServer({
      api: manager,
      token: TOKEN,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      port,
      uiDir: '/nonexistent',
      version: '0.1.0',
      checkOutputs: true,
    });
    url = (await server.listen()).url;
  };
  const connect = (token: string): Client =>
    createHttpClient({
      origin: url,
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set('authorization', `Bearer ${token}`);
        return fetch(input, { ...init, headers });
      },
      delay: (_ms, signal) => systemClock.sleep(20, signal).catch(() => undefined),
      openPage: () => undefined,
    });

  beforeEach(async () => {
    manager = createFakeManager();
    await serve(0);
    client = connect(TOKEN);
  });
  afterEach(() => server.dispose());

  it('calls and gets what the contract promises', async () => {
    const { deployments } = await client.call('deployments.list', {});
    expect(deployments.map((view) => view.name)).toContain('qwen3-coder');
  });

  it('throws problems as they were, advice and request id included', async () => {
    manager.fail(
      'radar.scan',
      new AppError('runpod_unavailable', 'Down.', { requestId: 'req-1', retryAfterSeconds: 3 }),
    );
    await expect(client.call('radar.scan', {})).rejects.toMatchObject({
      code: 'runpod_unavailable',
      requestId: 'req-1',
      retryAfterSeconds: 3,
    });
    await expect(client.call('deployments.get', { deployment: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('gives a call up', async () => {
    const leaving = new AbortController();
    manager.reply(
      'app.status',
      (_input, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        ),
    );
    const call = client.call('app.status', {}, leaving.signal);
    leaving.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('streams items to the end and throws what ended it early', async () => {
    const texts: string[] = [];
    for await (const item of client.stream(
      'playground.chat',
      { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
      new AbortController().signal,
    )) {
      if (item.type === 'delta') texts.push(item.text);
    }
    expect(texts.join('')).toBe('You said: hi');
    manager.replyStream('logs.app', async function* () {
      yield { at: '2026-11-24T09:00:00.000Z', source: 'app', level: 'info', text: 'first' };
      throw new AppError('disk_full', 'No room.');
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const line of client.stream('logs.app', {}, new AbortController().signal))
        seen.push(line.text);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'disk_full' });
    expect(seen).toEqual(['first']);
  });

  it('leaves a stream at its source', async () => {
    const left = Promise.withResolvers<void>();
    manager.replyStream('logs.app', async function* (_input, signal) {
      yield { at: '2026-11-24T09:00:00.000Z', source: 'app', level: 'info', text: 'first' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      left.resolve();
    });
    const leaving = new AbortController();
    for await (const line of client.stream('logs.app', {}, leaving.signal)) {
      expect(line.text).toBe('first');
      break;
    }
    leaving.abort();
    await expect(left.promise).resolves.toBeUndefined();
  });

  it('hears events, and opens the feed again after the app came back', async () => {
    const seen: AppEvent['name'][] = [];
    const states: Connection[] = [];
    const off = client.subscribe((event) => seen.push(event.name));
    const offConnection = client.onConnection((connection) => states.push(connection));
    await expect.poll(() => states).toEqual(['connecting', 'live']);
    manager.change('tiny', { state: 'ready' });
    await expect.poll(() => seen).toEqual(['deployment.changed']);
    const port = Number(new URL(url).port);
    await server.dispose();
    await expect.poll(() => states.at(-1)).toBe('lost');
    await serve(port);
    await expect.poll(() => states.at(-1)).toBe('live');
    manager.change('tiny', { state: 'stopped' });
    await expect.poll(() => seen).toHaveLength(2);
    off();
    offConnection();
    await expect.poll(() => manager.listeners).toBe(0);
  });

  it('says when it is not let in', async () => {
    const stranger = connect('wrong');
    await expect(stranger.call('app.status', {})).rejects.toMatchObject({ status: 401 });
    const states: Connection[] = [];
    stranger.onConnection((connection) => states.push(connection));
    const off = stranger.subscribe(() => undefined);
    await expect.poll(() => states.at(-1)).toBe('refused');
    off();
  });

  it('says so when nobody answers', async () => {
    await server.dispose();
    await expect(client.call('app.status', {})).rejects.toMatchObject({ code: 'instance_unreachable' });
  });
});
