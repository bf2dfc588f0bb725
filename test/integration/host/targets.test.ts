import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MethodInput, MethodName, MethodOutput } from '../../../src/shared/api.ts';
import { createLocalApi } from '../../../src/main/control/local-api.ts';
import { Disposables } from '../../../src/main/platform/lifecycle.ts';
import { tempDir } from '../../support/temp.ts';
import { runHost } from './running-host.ts';

const KEY = 'sk-of-the-company-9f3a';

interface Running {
  call<N extends MethodName>(name: N, input: MethodInput<N>): Promise<MethodOutput<N>>;
  ask(model: string): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;
  get(path: string): Promise<number>;
}

let owned = new Disposables();

async function run(dataDir: string): Promise<Running> {
  const host = await runHost({ dataDir, sandboxSpeed: 60 }, owned);
  const api = createLocalApi(host, { checkOutputs: true });
  const { proxy } = await api.call('app.status', {});
  const { key } = await api.call('proxy.key', {});
  const origin = new URL(proxy.url).origin;
  return {
    call: (name, input) => api.call(name, input),
    async ask(model) {
      const response = await fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }] }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    get: async (path) => (await fetch(`${origin}${path}`)).status,
  };
}

/** A server of the user's own that wants its key and remembers which it was given. */
async function startCompany(): Promise<{ server: Server; baseUrl: string; heard: (string | undefined)[] }> {
  const heard: (string | undefined)[] = [];
  const server = createServer((req, res) => {
    heard.push(req.headers.authorization);
    const isAllowed = req.headers.authorization === `Bearer ${KEY}`;
    const body = req.url?.endsWith('/models')
      ? { object: 'list', data: [{ id: 'gpt-oss-120b' }] }
      : {
          id: 'c1',
          object: 'chat.completion',
          choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        };
    req.resume().on('end', () => {
      res.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
      res.end(JSON.stringify(isAllowed ? body : { error: { message: 'no' } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, baseUrl: `http://127.0.0.1:${port}/v1`, heard };
}

describe('what is set in the running app', () => {
  let company: Awaited<ReturnType<typeof startCompany>>;
  beforeAll(async () => {
    company = await startCompany();
  });
  afterAll(() => void company.server.close());
  afterEach(async () => {
    await owned.dispose();
    owned = new Disposables();
  });

  it('counts for the proxy at once: Ollama’s routes are open while they are on', async () => {
    const app = await run(tempDir());
    const settings = await app.call('settings.get', {});
    const turn = async (ollamaRoutes: boolean): Promise<void> => {
      await app.call('settings.set', { ...settings, proxy: { ...settings.proxy, ollamaRoutes } });
    };
    expect(await app.get('/api/version')).toBe(401);
    await turn(true);
    expect(await app.get('/api/version')).toBe(200);
    await turn(false);
    expect(await app.get('/api/version')).toBe(401);
  });

  it('adds a server with its key, asks it, and takes it out again', async () => {
    const dataDir = tempDir();
    const app = await run(dataDir);
    const target = { name: 'company', baseUrl: company.baseUrl, models: ['gpt-oss-120b'] };
    expect(await app.call('targets.test', { target })).toMatchObject({
      ok: false,
      problem: { message: 'It refuses the key (401).' },
    });
    expect(await app.call('targets.test', { target, apiKey: KEY })).toMatchObject({
      ok: true,
      models: ['gpt-oss-120b'],
    });
    const { targets } = await app.call('targets.save', { target, apiKey: KEY });
    expect(targets).toMatchObject([
      { target, source: 'app', keyFrom: expect.stringMatching(/keychain|memory/) },
    ]);
    expect(await app.ask('gpt-oss-120b')).toMatchObject({ status: 200 });
    expect(company.heard.at(-1)).toBe(`Bearer ${KEY}`);
    const { models } = await app.call('models.list', {});
    expect(models.map(({ id }) => id)).toContain('gpt-oss-120b');
    expect(readFileSync(join(dataDir, 'settings.json'), 'utf8')).not.toContain(KEY);
    // The key it has goes with it as long as it goes to the same server.
    const renamed = { ...target, name: 'office' };
    await app.call('targets.save', { target: renamed, before: 'company' });
    expect(await app.call('targets.test', { target: renamed, before: 'office' })).toMatchObject({ ok: true });
    expect((await app.call('targets.remove', { name: 'office' })).targets).toEqual([]);
    expect(await app.ask('gpt-oss-120b')).toMatchObject({ status: 404 });
  });

  it('sends a key to no other server than the one it was given for', async () => {
    const app = await run(tempDir());
    const other = await startCompany();
    try {
      const target = { name: 'company', baseUrl: company.baseUrl, models: ['m'] };
      await app.call('targets.save', { target, apiKey: KEY });
      const moved = { ...target, baseUrl: other.baseUrl };
      expect(await app.call('targets.test', { target: moved, before: 'company' })).toMatchObject({
        ok: false,
      });
      const { targets } = await app.call('targets.save', { target: moved, before: 'company' });
      expect(targets).toMatchObject([{ keyFrom: 'none' }]);
      await app.ask('m');
      expect(other.heard).toEqual([undefined, undefined]);
    } finally {
      other.server.close();
    }
  });

  it('turns a public endpoint on with its price, and lets it stand in', async () => {
    const app = await run(tempDir());
    const saved = await app.call('targets.save', { target: { publicEndpoint: 'kimi-k2.6' } });
    expect(saved.targets).toMatchObject([
      { keyFrom: 'account', price: { usdPerMillionInput: 0.95, usdPerMillionOutput: 4 }, problem: null },
    ]);
    expect(await app.ask('kimi-k2.6')).toMatchObject({ status: 200 });
    await app.call('targets.save', {
      target: { name: 'gone', baseUrl: 'http://127.0.0.1:9/v1', models: ['coder'] },
    });
    const routed = await app.call('targets.route', {
      fallbacks: { coder: ['kimi-k2.6'] },
      bridge: { model: 'kimi-k2.6', requestsPerDay: 20 },
    });
    expect(routed.fallbacks).toEqual([{ model: 'coder', standIns: ['kimi-k2.6'], source: 'app' }]);
    expect(routed.bridge).toEqual({ model: 'kimi-k2.6', requestsPerDay: 20, source: 'app' });
    const answer = await app.ask('coder');
    expect([answer.status, answer.headers.get('x-runpod-llm-target')]).toEqual([200, 'kimi-k2.6']);
  });

  it('refuses what cannot be, and leaves the file’s own to the file', async () => {
    const dataDir = tempDir();
    const inFile = [{ name: 'ollama', base_url: 'http://127.0.0.1:11434/v1', models: ['llama'] }];
    writeFileSync(join(dataDir, 'llm_config.json'), JSON.stringify({ proxy: { targets: inFile } }));
    const app = await run(dataDir);
    const base = { name: 'lab', baseUrl: 'https://lab.example.com/v1', models: ['m'] };
    const save = (target: MethodInput<'targets.save'>['target']): Promise<unknown> =>
      app.call('targets.save', { target });
    await expect(save({ ...base, baseUrl: 'http://192.168.1.9/v1' })).rejects.toThrow(/plain http only on/);
    await expect(save({ ...base, name: 'ollama' })).rejects.toMatchObject({ code: 'name_taken' });
    await expect(save({ ...base, models: [] })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(save({ publicEndpoint: 'no-such' })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(save({ ...base, apiKeyEnv: 'NOT_SET_ANYWHERE' })).rejects.toThrow(/NOT_SET_ANYWHERE/);
    await expect(app.call('targets.remove', { name: 'ollama' })).rejects.toMatchObject({
      code: 'not_allowed_now',
    });
    await expect(app.call('targets.remove', { name: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    expect((await app.call('targets.settings', {})).targets).toMatchObject([{ source: 'file' }]);
  });

  it('starts without a server whose key is gone, and says why', async () => {
    const dataDir = tempDir();
    const routing = {
      targets: [{ name: 'lost', baseUrl: company.baseUrl, models: ['m'], keyId: 'target_none' }],
    };
    writeFileSync(join(dataDir, 'settings.json'), JSON.stringify({ routing }));
    const app = await run(dataDir);
    expect((await app.call('targets.settings', {})).targets).toMatchObject([
      { problem: expect.stringMatching(/^Its key cannot be read/) },
    ]);
    expect(await app.ask('m')).toMatchObject({ status: 404 });
  });
});
