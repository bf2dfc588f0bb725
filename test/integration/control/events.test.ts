import { connect, type Socket } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { createFakeManager } from '../../support/fake-manager.ts';
import { sampleDeployment } from '../../support/samples.ts';
import { serveFake, until, type Served } from '../../support/control.ts';

interface Reader {
  readonly messages: readonly EventSourceMessage[];
  readonly comments: readonly string[];
  readonly socket: Socket;
  readonly ended: () => boolean;
}

/** A reader on a bare socket, which can be told to stop reading. */
function read(served: Served, request: string, body = ''): Reader {
  const messages: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (message) => messages.push(message),
    onComment: (comment) => comments.push(comment),
  });
  let ended = false;
  const socket = connect(served.port, '127.0.0.1', () =>
    socket.write(
      `${request} HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nAuthorization: Bearer ${served.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ),
  );
  // Chunk sizes stand on lines of their own, which the parser takes for unknown fields.
  socket.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk.replaceAll('\r\n', '\n')));
  socket.on('close', () => (ended = true));
  socket.on('error', () => (ended = true));
  onTestFinished(() => void socket.destroy());
  return { messages, comments, socket, ended: () => ended };
}

const events = (served: Served): Reader => read(served, 'GET /control/events');
const names = (reader: Reader): (string | undefined)[] => reader.messages.map((message) => message.event);
const dataOf = (message: EventSourceMessage | undefined): unknown => JSON.parse(message?.data ?? 'null');

describe('events', () => {
  it('begin with hello and come in order to every reader', async () => {
    const served = await serveFake();
    const readers = [events(served), events(served)];
    await until(() => served.fake.listeners === 2, 'two readers');
    served.fake.change('tiny', { state: 'placing' });
    served.fake.emit({ name: 'costs.changed', payload: { nowUsdPerHour: 0.44, todayUsd: 1 } });
    for (const reader of readers) {
      await until(() => reader.messages.length === 3, 'three messages');
      expect(names(reader)).toEqual(['hello', 'deployment.changed', 'costs.changed']);
      expect(dataOf(reader.messages[0])).toEqual({ version: '0.1.0' });
      expect(dataOf(reader.messages[1])).toMatchObject({ name: 'tiny', state: 'placing' });
    }
  });

  it('stop costing anything when the reader leaves', async () => {
    const clock = new ManualClock();
    const served = await serveFake({ clock });
    const reader = events(served);
    await until(() => reader.messages.length === 1, 'hello');
    expect(clock.pendingTimers).toBe(1);
    reader.socket.destroy();
    await until(() => served.fake.listeners === 0, 'nobody listening');
    expect(clock.pendingTimers).toBe(0);
  });

  it('carry a heartbeat', async () => {
    const clock = new ManualClock();
    const served = await serveFake({ clock });
    const reader = events(served);
    await until(() => reader.messages.length === 1, 'hello');
    await clock.advance(15_000);
    await until(() => reader.comments.length === 1, 'a heartbeat');
    expect(names(reader)).toEqual(['hello']);
  });

  it('do not pile up for a reader that stops reading; it is told what it missed', async () => {
    const served = await serveFake({ limits: { mostQueuedEvents: 10 } });
    const slow = events(served);
    const quick = events(served);
    await until(() => slow.messages.length === 1 && quick.messages.length === 1, 'two readers');
    slow.socket.pause();
    const bulky = sampleDeployment({ name: 'bulky', model: 'a/b', env: { BULK: 'x'.repeat(8000) } });
    const total = 3000;
    for (let count = 1; count <= total; count++) {
      served.fake.emit({ name: 'deployment.changed', payload: bulky });
      // Lets the socket of the quick reader drain, as events of a real core do not come all at once.
      if (count % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => quick.messages.length === total + 1, 'everything at the quick reader');
    expect(names(quick)).not.toContain('lagged');

    slow.socket.resume();
    await until(() => names(slow).includes('lagged'), 'the news of the loss');
    const received = names(slow).filter((name) => name === 'deployment.changed').length;
    const lost = slow.messages.filter((message) => message.event === 'lagged').map(dataOf);
    expect(received).toBeLessThan(total);
    expect(lost).toEqual([{ dropped: total - received }]);

    served.fake.change('tiny', { state: 'placing' });
    await until(
      () => dataOf(slow.messages.at(-1)) !== null && names(slow).at(-1) === 'deployment.changed',
      'life after',
    );
    expect(dataOf(slow.messages.at(-1))).toMatchObject({ name: 'tiny' });
  });

  it('end with bye when the server ends', async () => {
    const served = await serveFake();
    const reader = events(served);
    await until(() => reader.messages.length === 1, 'hello');
    await served.server.dispose();
    await until(reader.ended, 'the end');
    expect(names(reader)).toEqual(['hello', 'bye']);
  });
});

describe('streams', () => {
  const follow = (served: Served, input: object): Reader =>
    read(served, 'POST /control/stream/logs.follow', JSON.stringify(input));

  it('send the items and say that they are at their end', async () => {
    const served = await serveFake();
    const reader = follow(served, { deployment: 'tiny', follow: false, tail: 2 });
    await until(() => names(reader).includes('end'), 'the end');
    expect(names(reader)).toEqual([undefined, undefined, 'end']);
    expect(dataOf(reader.messages[1])).toMatchObject({ text: 'Application startup complete.' });
  });

  it('end at once when the reader leaves, whatever the source does', async () => {
    const served = await serveFake({ checkOutputs: false });
    let signal: AbortSignal | null = null;
    let released = false;
    served.fake.replyStream('logs.follow', (_input, given) => {
      signal = given;
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => {}),
          return: () => {
            released = true;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
    });
    const reader = follow(served, { deployment: 'tiny' });
    await until(() => signal !== null, 'a running stream');
    reader.socket.destroy();
    await until(() => released, 'a released source');
    expect(signal).toMatchObject({ aborted: true });
  });

  it('tell a failure as the last item', async () => {
    const served = await serveFake();
    served.fake.replyStream('logs.follow', async function* () {
      yield { at: '2026-11-24T09:00:00Z', source: 'system', level: null, text: 'one' };
      throw new AppError('runpod_not_found', 'The pod is gone.', { requestId: 'req-9' });
    });
    const reader = follow(served, { deployment: 'tiny' });
    await until(() => names(reader).includes('error'), 'the failure');
    expect(names(reader)).toEqual([undefined, 'error']);
    expect(dataOf(reader.messages[1])).toMatchObject({
      error: { code: 'runpod_not_found', message: 'The pod is gone.', requestId: 'req-9' },
    });
  });

  it('refuse bad input with a status, before anything is sent', async () => {
    const served = await serveFake();
    const answer = await fetch(`${served.url}/control/stream/logs.follow`, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' },
      body: '{"deployment":"tiny","tail":-1}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'invalid_input' } });
  });

  it('draw from the source no faster than the reader reads', async () => {
    const served = await serveFake();
    let drawn = 0;
    served.fake.replyStream('logs.follow', async function* () {
      for (; drawn < 20_000; drawn++) {
        yield { at: '2026-11-24T09:00:00Z', source: 'container', level: null, text: 'x'.repeat(4000) };
      }
    });
    const reader = follow(served, { deployment: 'tiny' });
    await until(() => reader.messages.length > 0, 'the first item');
    reader.socket.pause();
    let before = -1;
    await until(() => {
      const still = drawn === before;
      before = drawn;
      return still;
    }, 'a standstill');
    expect(drawn).toBeLessThan(10_000);
    const held = drawn;
    reader.socket.resume();
    await until(() => drawn > held, 'movement');
  });

  it('are told when the server ends', async () => {
    const served = await serveFake({ fake: createFakeManager() });
    const reader = follow(served, { deployment: 'tiny', tail: 1 });
    await until(() => reader.messages.length === 1, 'the first item');
    await served.server.dispose();
    await until(reader.ended, 'the end');
    expect(dataOf(reader.messages.at(-1))).toMatchObject({ error: { code: 'shutting_down' } });
  });
});
