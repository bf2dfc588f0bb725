import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataOf, Harness, LOCAL_KEY, textOf } from '../../support/proxy-harness.ts';
import { FakeTarget, upstreamAt } from '../../support/proxy-targets.ts';
import { answerChat, sendEvents, sendJson, chatJson, USAGE } from '../../support/proxy-upstream.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

describe('local routes', () => {
  it('lists models from local state, sleeping ones included, under every usual base URL', async () => {
    h.targets.set(h.target, new FakeTarget('sleepy', null));
    for (const path of ['/v1/models', '/models', '/v1/v1/models', '/v1/models/']) {
      const res = await h.get(path);
      expect(res.status).toBe(200);
      const body = (await res.json()) as { data: { id: string; status: string }[]; models: unknown[] };
      expect(body.data.map((model) => [model.id, model.status])).toEqual([
        ['m', 'ready'],
        ['alias', 'ready'],
        ['Qwen/Qwen3-8B', 'ready'],
        ['sleepy', 'sleeping'],
      ]);
      expect(body.models).toHaveLength(4);
    }
    expect(h.upstream.received).toHaveLength(0);
  });

  it('gives one model, also by an id with a slash, encoded or not', async () => {
    for (const id of ['m', 'Qwen/Qwen3-8B', 'Qwen%2FQwen3-8B']) {
      const res = await h.get(`/v1/models/${id}`);
      expect(res.status).toBe(200);
      expect(await res.json()).toMatchObject({
        object: 'model',
        id: decodeURIComponent(id),
        context_length: 32768,
      });
    }
    expect((await h.get('/v1/models/nope')).status).toBe(404);
  });

  it('answers HEAD /, GET / and GET /health without a key and without facts', async () => {
    const head = await fetch(h.url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const root = await (await fetch(h.url)).text();
    expect(root).toContain('running');
    expect(root).not.toContain(LOCAL_KEY);
    expect(await (await fetch(`${h.url}/health`)).json()).toEqual({ status: 'ok' });
  });
});

describe('a chat request', () => {
  it('streams the answer under the name the client used, with the key of the model server', async () => {
    const res = await h.chat({ model: 'alias', stream: true });
    expect(res.status).toBe(200);
    expect(res.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const text = await res.text();
    expect(textOf(text)).toBe('Hello there');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(
      new Set(
        dataOf(text)
          .slice(0, -1)
          .map((data) => (JSON.parse(data) as { model: string }).model),
      ),
    ).toEqual(new Set(['alias']));
    const [sent] = h.upstream.received;
    expect(sent?.json).toMatchObject({
      model: 'served',
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(sent?.headers['authorization']).toBe('Bearer pod-key');
    expect(h.target.leasesEnded).toBe(1);
  });

  it('trap 9: drops the usage chunk only the proxy asked for, and keeps the one the client asked for', async () => {
    const silent = await (await h.chat({ stream: true })).text();
    expect(silent).not.toContain('"usage"');
    const asked = await (await h.chat({ stream: true, stream_options: { include_usage: true } })).text();
    const last = dataOf(asked).at(-2) ?? '';
    expect(JSON.parse(last)).toMatchObject({ choices: [], usage: USAGE });
    expect(h.records.map((record) => record.usage.tokensOut)).toEqual([3, 3]);
  });

  it('RunPod trap 12: answers a plain call with one JSON body although the model server is asked for a stream', async () => {
    const res = await h.chat({ temperature: 0.5 });
    expect(res.headers.get('content-type')).toBe('application/json');
    expect(await res.json()).toEqual({ ...chatJson('Hello there', 'm') });
    expect(h.upstream.received[0]?.json['stream']).toBe(true);
    expect(h.records[0]).toMatchObject({
      outcome: 'ok',
      status: 200,
      stream: false,
      model: 'm',
      servedModel: 'served',
    });
  });

  it('passes a plain call through untouched where nothing cuts silent connections', async () => {
    h.target.wakeUp(upstreamAt(h.upstream.url, { cutsSilence: false, servedModel: 'm' }));
    h.upstream.script = (_request, res) => sendJson(res, 200, { ...chatJson('x', 'm'), odd: [1.5] });
    const body =
      '{ "messages": [ {"role":"user","content":"\\u00e9 \\"model\\": 1"} ],\n "model" : "m", "n":1.0 }';
    const res = await h.post('/v1/chat/completions', body);
    expect(await res.json()).toMatchObject({ odd: [1.5] });
    expect(h.upstream.received[0]?.body).toBe(body);
  });

  it('trap 39: edits only the values that must differ', async () => {
    h.target.wakeUp(upstreamAt(h.upstream.url, { cutsSilence: false }));
    const body =
      '{"x":{"model":"m"},"messages":[{"role":"user","content":"\\"model\\":\\"m\\""}],"model":"m","y":1.0}';
    await h.post('/v1/chat/completions', body);
    expect(h.upstream.received[0]?.body).toBe(body.replace('"model":"m","y"', '"model":"served","y"'));
  });

  it('answers an unknown model with 404 and what exists, and no model with the only one', async () => {
    h.targets.set(h.target, new FakeTarget('second', upstreamAt(h.upstream.url)));
    const res = await h.chat({ model: 'gpt-9' });
    expect(res.status).toBe(404);
    const { error } = (await res.json()) as { error: { code: string; type: string; message: string } };
    expect(error).toMatchObject({ code: 'model_not_found', type: 'runpod_llm_error' });
    expect(error.message).toContain('m, alias, Qwen/Qwen3-8B, second');
    h.targets.set(h.target);
    expect((await h.chat({ model: undefined })).status).toBe(200);
    expect(h.upstream.received.at(-1)?.json['model']).toBe('served');
  });

  it('routes name:variant to name', async () => {
    expect((await h.chat({ model: 'm:latest' })).status).toBe(200);
  });
});

describe('other routes', () => {
  it('passes embeddings and unknown POST routes to the target, model renamed both ways', async () => {
    h.upstream.script = (request, res) =>
      sendJson(res, 200, {
        object: 'list',
        model: request.json['model'],
        data: [{ embedding: [0.25] }],
        usage: { prompt_tokens: 4, total_tokens: 4 },
      });
    const embedding = await h.post('/v1/embeddings', { model: 'm', input: 'x' });
    expect(await embedding.json()).toMatchObject({ model: 'm', data: [{ embedding: [0.25] }] });
    const rerank = await h.post('/rerank', { model: 'm' });
    expect(rerank.status).toBe(404);
    expect((await h.post('/v1/rerank?x=1', { model: 'm' })).status).toBe(200);
    expect(h.upstream.received.map((request) => request.path)).toEqual(['/v1/embeddings', '/v1/rerank?x=1']);
    expect(h.records[0]?.usage.tokensIn).toBe(4);
  });

  it('never forwards a path that climbs out of /v1', async () => {
    for (const path of ['/v1/../admin', '/v1/%2e%2e/admin', '/v1/a/..%2fb', '/v1//x']) {
      const answer = await h.raw(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${h.port}\r\nAuthorization: Bearer ${LOCAL_KEY}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 404/);
    }
    expect(h.upstream.received).toHaveLength(0);
  });

  it('streams completions and keeps text', async () => {
    h.upstream.script = (_request, res) =>
      sendEvents(res, [
        `data: ${JSON.stringify({ id: 'c', object: 'text_completion', created: 1, model: 'served', choices: [{ index: 0, text: 'ab', finish_reason: null }] })}\n\n`,
        `data: ${JSON.stringify({ id: 'c', object: 'text_completion', created: 1, model: 'served', choices: [{ index: 0, text: 'cd', finish_reason: 'length' }] })}\n\n`,
        'data: [DONE]\n\n',
      ]);
    const res = await h.post('/v1/completions', { model: 'm', prompt: 'x' });
    expect(await res.json()).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'abcd', finish_reason: 'length' }],
    });
  });
});

describe('concurrency', () => {
  it('serves many streams at once and ends every lease', async () => {
    h.upstream.script = (request, res) => answerChat(String(request.json['seed']))(request, res);
    const texts = await Promise.all(
      Array.from({ length: 40 }, async (_, i) =>
        textOf(await (await h.chat({ stream: true, seed: i })).text()),
      ),
    );
    expect(texts).toEqual(Array.from({ length: 40 }, (_, i) => String(i)));
    expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([40, 40]);
  });
});
