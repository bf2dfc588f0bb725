import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppEvent, ManagerApi } from '../../../src/shared/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { createControlClient, type ControlClient } from '../../../src/main/control/client.ts';
import { ManualClock, systemClock, type Clock } from '../../../src/main/platform/clock.ts';
import { createHttpPool } from '../../../src/main/platform/http.ts';
import { createFakeManager } from '../../support/fake-manager.ts';
import { serveFake, until, type Served } from '../../support/control.ts';
import { managerApiSuite } from '../../support/manager-api-suite.ts';

function clientOf(served: Pick<Served, 'url' | 'token'>, clock: Clock = systemClock): ControlClient {
  const pool = createHttpPool({ silenceMs: 0 });
  const client = createControlClient({
    url: served.url,
    token: served.token,
    fetch: pool.fetch,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(async () => {
    await client.dispose();
    await pool.close();
  });
  return client;
}

managerApiSuite('over the control port', async (fake) => clientOf(await serveFake({ fake })));
managerApiSuite('in the same process', async (fake): Promise<ManagerApi> => fake.api);

describe('control client', () => {
  it('tells that nothing answers', async () => {
    const served = await serveFake();
    await served.server.dispose();
    await expect(clientOf(served).call('app.status', {})).rejects.toMatchObject({
      code: 'instance_unreachable',
      message: `The instance that should answer at ${served.url} does not.`,
    });
  });

  it('tells that something else answers', async () => {
    const other = createServer((_req, res) => res.writeHead(404).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const client = clientOf({ url: `http://127.0.0.1:${port}`, token: 'secret' });
    await expect(client.call('app.status', {})).rejects.toMatchObject({ code: 'instance_unreachable' });
  });

  it('does not send the token on to where a redirect points', async () => {
    const seen: unknown[] = [];
    const served = await serveFake();
    const other = createServer((req, res) => {
      seen.push(req.url);
      res.writeHead(307, { location: `${served.url}/control/app.status` }).end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const client = clientOf({ url: `http://127.0.0.1:${port}`, token: served.token });
    await expect(client.call('app.status', {})).rejects.toMatchObject({ code: 'instance_unreachable' });
    expect(seen).toEqual(['/control/app.status']);
    expect(served.fake.calls).toEqual([]);
  });

  it('gives a call up that gets no answer in time, and says so to the instance', async () => {
    const clock = new ManualClock();
    const served = await serveFake();
    let signal: AbortSignal | null = null;
    served.fake.reply('costs.summary', (_input, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const call = clientOf(served, clock).call('costs.summary', {});
    call.catch(() => undefined);
    await until(() => signal !== null, 'a running call');
    await clock.advance(60_000);
    await expect(call).rejects.toMatchObject({ code: 'wait_timeout' });
    await until(() => signal?.aborted === true, 'an aborted call');
  });

  it('waits longer for a wait than the wait itself', async () => {
    const clock = new ManualClock();
    const served = await serveFake();
    const call = clientOf(served, clock).call('deployments.wait', {
      deployment: 'gemma-3-12b',
      until: 'ready',
      timeoutSeconds: 600,
    });
    await until(() => served.fake.calls.length === 1, 'a running wait');
    await clock.advance(620_000);
    served.fake.change('gemma-3-12b', { state: 'ready' });
    expect((await call).state).toBe('ready');
  });

  it('names a version that answers strangely', async () => {
    const served = await serveFake({ checkOutputs: false });
    served.fake.reply('proxy.key', () => Promise.resolve(JSON.parse('{"renamed":"x"}')));
    await expect(clientOf(served).call('proxy.key', {})).rejects.toMatchObject({
      code: 'internal',
      advice: expect.stringContaining('same version'),
    });
  });

  it('makes links to the browser UI', async () => {
    const served = await serveFake();
    expect(await clientOf(served).uiLink()).toMatch(
      new RegExp(`^${served.url}/ui/login\\?code=[0-9a-f]{64}$`),
    );
  });

  it('refuses with a wrong token', async () => {
    const served = await serveFake();
    const client = clientOf({ url: served.url, token: 'wrong' });
    await expect(client.call('app.status', {})).rejects.toMatchObject({ code: 'invalid_api_key' });
  });

  it('notices that a stream was cut off', async () => {
    const served = await serveFake();
    const client = clientOf(served);
    const stream = client.stream(
      'logs.follow',
      { deployment: 'tiny', tail: 1 },
      new AbortController().signal,
    );
    const lines = stream[Symbol.asyncIterator]();
    await lines.next();
    const next = lines.next();
    next.catch(() => undefined);
    await served.server.dispose();
    await expect(next).rejects.toMatchObject({ code: 'shutting_down' });
  });

  it('connects again after a loss and makes good what it missed', async () => {
    const fake = createFakeManager();
    const first = await serveFake({ fake });
    const client = clientOf(first);
    const heard: AppEvent[] = [];
    const unsubscribe = client.subscribe((event) => heard.push(event));
    await until(() => heard.some((event) => event.name === 'app.changed'), 'the state at the start');
    expect(heard.filter((event) => event.name === 'deployment.changed')).toHaveLength(4);

    await first.server.dispose();
    fake.remove('tiny');
    fake.change('gemma-3-12b', { state: 'warming' });
    heard.length = 0;
    await serveFake({ fake, port: first.port, token: first.token });
    await until(() => heard.some((event) => event.name === 'app.changed'), 'the state after the loss');
    expect(heard).toContainEqual({ name: 'deployment.removed', payload: { id: 'dep_tiny', name: 'tiny' } });
    expect(heard).toContainEqual({
      name: 'deployment.changed',
      payload: expect.objectContaining({ name: 'gemma-3-12b', state: 'warming' }),
    });
    unsubscribe();
    await until(() => fake.listeners === 0, 'nobody listening');
  });
});

describe('errors', () => {
  it('arrive as they were thrown', async () => {
    const fake = createFakeManager();
    const thrown = new AppError('no_gpu_capacity', 'No A40 free.', {
      advice: 'Try L40S.',
      requestId: 'req-7',
      retryAfterSeconds: 30,
      details: { tried: ['NVIDIA A40'] },
    });
    fake.fail('deployments.start', thrown);
    const client = clientOf(await serveFake({ fake }));
    await expect(client.call('deployments.start', { deployment: 'tiny' })).rejects.toEqual(thrown);
  });
});
