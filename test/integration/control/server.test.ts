import { describe, expect, it } from 'vitest';
import { AppError, ERRORS } from '../../../src/shared/errors.ts';
import { ask, post, raw, serveFake, until, type Served } from '../../support/control.ts';

const bearer = (served: Served) => ({ authorization: `Bearer ${served.token}` });

describe('calls', () => {
  it('answers with the method’s output as JSON', async () => {
    const served = await serveFake();
    const answer = await post(served, 'deployments.get', { deployment: 'tiny' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toMatchObject({ name: 'tiny', state: 'stopped' });
  });

  it('takes an empty body for no input', async () => {
    const served = await serveFake();
    const answer = await ask(`${served.url}/control/app.status`, {
      method: 'POST',
      headers: { ...bearer(served), 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
  });

  it('renders errors with the status of the table', async () => {
    const served = await serveFake();
    const answer = await post(served, 'deployments.get', { deployment: 'nope' });
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({
      error: {
        code: 'not_found',
        message: 'There is no deployment "nope".',
        advice: 'Deployments: qwen3-coder, gemma-3-12b, tiny, llama-70b.',
      },
    });
  });

  it.each(['no_gpu_capacity', 'rate_limited', 'name_taken', 'runpod_unavailable'] as const)(
    '%s keeps its details on the way',
    async (code) => {
      const served = await serveFake();
      served.fake.fail(
        'plan.make',
        new AppError(code, 'What happened.', {
          requestId: 'req-1',
          retryAfterSeconds: 2.5,
          details: { tried: ['A40'] },
        }),
      );
      const answer = await post(served, 'plan.make', { model: 'a/b' });
      expect(answer.status).toBe(ERRORS[code].status);
      expect(answer.headers['retry-after']).toBe('3');
      expect(answer.json()).toMatchObject({
        error: { code, requestId: 'req-1', retryAfterSeconds: 2.5, details: { tried: ['A40'] } },
      });
    },
  );

  it('hides what an unexpected failure says', async () => {
    const served = await serveFake();
    served.fake.reply('app.status', () => Promise.reject(new Error('canary /secret/path')));
    const answer = await post(served, 'app.status', {});
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('canary');
  });

  it('cancels the call when its caller leaves', async () => {
    const served = await serveFake();
    let signal: AbortSignal | null = null;
    served.fake.reply('app.doctor', (_input, given) => {
      signal = given;
      return new Promise((_resolve, reject) => {
        given.addEventListener('abort', () => reject(given.reason), { once: true });
      });
    });
    const leave = new AbortController();
    const call = fetch(`${served.url}/control/app.doctor`, {
      method: 'POST',
      headers: { ...bearer(served), 'content-type': 'application/json' },
      body: '{}',
      signal: leave.signal,
    });
    call.catch(() => undefined);
    await until(() => signal !== null, 'a running call');
    leave.abort();
    await expect(call).rejects.toThrow('aborted');
    await until(() => signal?.aborted === true, 'an aborted call');
  });

  it('lets a running call finish when the server ends, and gives up one that does not', async () => {
    const served = await serveFake({ limits: { graceMs: 300 } });
    let finish = (): void => {};
    served.fake.reply('app.shutdown', () => new Promise((resolve) => (finish = () => resolve({ ok: true }))));
    served.fake.reply(
      'app.doctor',
      (_input, signal) =>
        new Promise((_resolve, reject) => {
          const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });
          signal.addEventListener('abort', () => reject(aborted), { once: true });
        }),
    );
    const patient = post(served, 'app.shutdown', {});
    const stuck = post(served, 'app.doctor', {});
    await until(() => served.fake.calls.length === 2, 'two running calls');
    const ended = served.server.dispose();
    finish();
    expect((await patient).json()).toEqual({ ok: true });
    expect((await stuck).json()).toMatchObject({ error: { code: 'shutting_down' } });
    await ended;
    await expect(post(served, 'app.status', {})).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('bodies', () => {
  it.each([
    ['{"deployment":', 'the body is not JSON (unexpected end)'],
    ['{"value": "canary" oops', 'the body is not JSON (at position 19)'],
    ['[1,2]', 'deployments.get does not accept this input'],
    ['"text"', 'deployments.get does not accept this input'],
  ])('%s is refused', async (body, message) => {
    const served = await serveFake();
    const answer = await ask(`${served.url}/control/deployments.get`, {
      method: 'POST',
      headers: { ...bearer(served), 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: 'invalid_input' } });
    expect(answer.text.toLowerCase()).toContain(message.toLowerCase());
    expect(answer.text).not.toContain('canary');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'a body of type "%s" is refused before it is looked at',
    async (contentType) => {
      const served = await serveFake();
      const answer = await ask(`${served.url}/control/deployments.stopAll`, {
        method: 'POST',
        headers: { ...bearer(served), ...(contentType === '' ? {} : { 'content-type': contentType }) },
        body: '{}',
      });
      expect(answer.status).toBe(415);
      expect(served.fake.calls).toEqual([]);
    },
  );

  it('an announced body that is too large is refused unread', async () => {
    const served = await serveFake({ limits: { maxBodyBytes: 1000 } });
    const answer = await raw(
      served.port,
      `POST /control/app.status HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n` +
        `Authorization: Bearer ${served.token}\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toMatch(/connection: close/i);
  });

  it('a chunked body that grows too large is cut off', async () => {
    const served = await serveFake({ limits: { maxBodyBytes: 1000 } });
    const chunk = 'x'.repeat(600);
    const answer = await raw(
      served.port,
      `POST /control/app.status HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n` +
        `Authorization: Bearer ${served.token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `258\r\n${chunk}\r\n258\r\n${chunk}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('headers that never end are given up', async () => {
    const served = await serveFake({ limits: { headersMs: 50 } });
    const answer = await raw(served.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nX-Slow: `);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('headers beyond 16 KB are refused', async () => {
    const served = await serveFake();
    const answer = await raw(served.port, `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });
});

describe('starting', () => {
  it('names the port that is taken', async () => {
    const first = await serveFake();
    await expect(serveFake({ port: first.port })).rejects.toMatchObject({
      code: 'port_in_use',
      message: `Port ${first.port} on 127.0.0.1 is taken by another program.`,
    });
  });
});
