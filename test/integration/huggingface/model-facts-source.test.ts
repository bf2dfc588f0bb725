import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createModelFactsSource,
  type ModelDirectory,
  type ModelFactsSourceOptions,
} from '../../../src/main/huggingface/model-facts-source.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { plan } from '../../../src/main/planner/plan.ts';
import { ManualClock, systemClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { createHttpPool } from '../../../src/main/platform/http.ts';
import type { AppError } from '../../../src/shared/errors.ts';
import { inputOf } from '../../unit/planner/facts.ts';
import { deny, startFakeHub, usual, type FakeHub } from './fake-hub.ts';

const SHA = 'b968826d9c46dd6066d109eabc6255188de91218';
const MODEL = 'Qwen/Qwen3-8B';

const config = {
  model_type: 'qwen3',
  num_hidden_layers: 36,
  hidden_size: 4096,
  intermediate_size: 12_288,
  vocab_size: 151_936,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 40_960,
  torch_dtype: 'bfloat16',
};

const qwen = {
  sha: SHA,
  info: {
    gated: false,
    pipeline_tag: 'text-generation',
    safetensors: { parameters: { BF16: 8_190_735_360 }, total: 8_190_735_360 },
  },
  files: [
    { path: 'README.md', size: 10 },
    { path: 'config.json', size: 728 },
    { path: 'model-00001-of-00002.safetensors', size: 10_000_000_000, lfs: true },
    { path: 'model-00002-of-00002.safetensors', size: 6_381_470_720, lfs: true },
    { path: 'model.safetensors.index.json', size: 32_000 },
    { path: 'original/consolidated.00.pth', size: 16_000_000_000, lfs: true },
  ],
  contents: {
    'config.json': config,
    'model.safetensors.index.json': {
      weight_map: {
        a: 'model-00001-of-00002.safetensors',
        b: 'model-00002-of-00002.safetensors',
        c: 'model-00001-of-00002.safetensors',
      },
    },
  },
};

interface Setting {
  readonly hub: FakeHub;
  readonly clock: ManualClock;
  readonly source: ModelDirectory;
  /** Another source on the same database: the app started again. */
  readonly again: (options?: Partial<ModelFactsSourceOptions>) => ModelDirectory;
}

async function setUp(options: Partial<ModelFactsSourceOptions> = {}): Promise<Setting> {
  const hub = await startFakeHub();
  hub.repos.set(MODEL, qwen);
  const pool = createHttpPool({ silenceMs: 10_000 });
  onTestFinished(() => pool.close());
  const db = openDb(':memory:');
  onTestFinished(() => db.close());
  const clock = new ManualClock();
  const make = (more: Partial<ModelFactsSourceOptions> = {}): ModelDirectory =>
    createModelFactsSource({
      fetch: pool.fetch,
      endpoint: `${hub.endpoint}/`,
      token: () => Promise.resolve(null),
      db,
      clock,
      log: silentLog,
      ...options,
      ...more,
    });
  return { hub, clock, source: make(), again: make };
}

const never = new AbortController().signal;
const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: AppError) => error,
  );

/** Polls until the condition holds; the vitest timeout bounds it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(2);
}

describe('facts from the hub', () => {
  it('are exact, with the commit they belong to, and make a complete plan', async () => {
    const { source, hub } = await setUp();
    const facts = await source.facts(MODEL, null, never);
    expect(facts).toMatchObject({
      model: MODEL,
      revision: SHA,
      gated: false,
      pipeline: 'text-generation',
      weightBytes: { value: 16_381_470_720, provenance: 'exact', source: '2 files of the safetensors index' },
      parameters: { value: 8_190_735_360, provenance: 'exact' },
      quantization: { value: 'none', provenance: 'exact', source: 'config.json' },
      layers: { value: 36 },
      maxContextTokens: { value: 40_960 },
      toolCallParser: 'hermes',
      reasoningParser: 'qwen3',
    });
    expect(hub.requests[0]).toMatch(/^GET \/api\/models\/Qwen\/Qwen3-8B\?expand\[\]=sha/);
    expect(plan(inputOf({ model: MODEL, concurrency: 1 }, facts))).toMatchObject({
      factsComplete: true,
      revision: SHA,
    });
  });

  it('read a file list of many pages', async () => {
    const { source, hub } = await setUp();
    hub.pageSize = 2;
    expect((await source.facts(MODEL, null, never))?.weightBytes.value).toBe(16_381_470_720);
    expect(hub.requests.filter((line) => line.includes('/tree/'))).toHaveLength(3);
  });

  it('belong to the revision asked for', async () => {
    const { source, hub } = await setUp();
    expect((await source.facts(MODEL, SHA, never))?.revision).toBe(SHA);
    expect(hub.requests[0]).toContain(`/revision/${SHA}?`);
    const error = await failure(source.facts(MODEL, 'v9', never));
    expect(error).toMatchObject({ code: 'invalid_input', details: { field: 'revision', value: 'v9' } });
  });

  it('send the token, and not to where a list of files points elsewhere', async () => {
    const elsewhere = await startFakeHub();
    const { source, hub } = await setUp({ token: () => Promise.resolve('hf_secret') });
    hub.misbehave = (request, response) => {
      if (!request.url?.includes('/tree/')) return usual;
      response.setHeader('link', `<${elsewhere.endpoint}${request.url}>; rel="next"`);
      return response.end(JSON.stringify([{ type: 'file', path: 'model.safetensors', size: 7 }]));
    };
    expect((await source.facts(MODEL, null, never))?.weightBytes.value).toBe(7);
    expect(new Set(hub.authorizations)).toEqual(new Set(['Bearer hf_secret']));
    expect(elsewhere.requests).toEqual([]);
  });

  it('follow a model that was renamed', async () => {
    const { source, hub } = await setUp();
    hub.misbehave = (request, response) => {
      const url = request.url ?? '';
      if (!url.includes('old/name')) return usual;
      return response.writeHead(307, { location: url.replace('old/name', MODEL) }).end();
    };
    expect(await source.facts('old/name', null, never)).toMatchObject({ model: 'old/name', revision: SHA });
  });

  it('read the one GGUF that the name asks for, also under Ollama’s prefix', async () => {
    const { source, hub } = await setUp();
    hub.repos.set('unsloth/Qwen3-8B-GGUF', {
      sha: SHA,
      info: { gguf: { total: 8_190_735_360, context_length: 40_960 } },
      files: [
        { path: 'Qwen3-8B-Q4_K_M.gguf', size: 5_027_783_488, lfs: true },
        { path: 'Qwen3-8B-Q8_0.gguf', size: 8_709_518_112, lfs: true },
      ],
    });
    const facts = await source.facts('hf.co/unsloth/Qwen3-8B-GGUF:Q8_0', null, never);
    expect(facts).toMatchObject({
      weightBytes: { value: 8_709_518_112, provenance: 'exact', source: 'Qwen3-8B-Q8_0.gguf' },
      quantization: { value: 'gguf' },
      maxContextTokens: { value: 40_960 },
    });
    expect((await source.facts('unsloth/Qwen3-8B-GGUF', null, never))?.weightBytes.value).toBe(5_027_783_488);
  });

  it('take the architecture from the table where a repository has no config.json', async () => {
    const { source, hub } = await setUp();
    hub.repos.set(MODEL, { ...qwen, contents: {}, files: qwen.files.slice(0, 4) });
    expect(await source.facts(MODEL, null, never)).toMatchObject({
      revision: SHA,
      weightBytes: { value: 16_381_470_720, provenance: 'exact' },
      layers: { value: 36, provenance: 'derived', source: expect.stringContaining('table shipped') },
    });
  });
});

describe('models the hub does not show', () => {
  it('are unknown, with the ids that were probably meant', async () => {
    const { source } = await setUp();
    const error = await failure(source.facts('Qwen/Qwen3-8', null, never));
    expect(error.code).toBe('model_unknown');
    expect(error.details?.['nearest']).toContain('Qwen/Qwen3-8B');
    expect(error.advice).toContain('Qwen/Qwen3-8B');
  });

  it.each([
    [401, 'GatedRepo', 'model_gated'],
    [403, 'GatedRepo', 'model_gated'],
    [401, null, 'model_gated'],
    [403, null, 'model_gated'],
    [404, null, 'model_unknown'],
    [401, 'RepoNotFound', 'model_unknown'],
  ])('%d %s is %s', async (status, header, code) => {
    const { source, hub } = await setUp();
    hub.misbehave = deny(status, header);
    expect((await failure(source.facts(MODEL, null, never))).code).toBe(code);
  });

  it('are gated until a token is given', async () => {
    const gated = { ...qwen, info: { ...qwen.info, gated: 'manual' }, token: 'hf_right' };
    const { source, hub, again } = await setUp();
    hub.repos.set('meta-llama/Llama-3.1-8B', gated);
    expect((await failure(source.facts('meta-llama/Llama-3.1-8B', null, never))).code).toBe('model_gated');
    const wrong = again({ token: () => Promise.resolve('hf_wrong') });
    expect((await failure(wrong.facts('meta-llama/Llama-3.1-8B', null, never))).code).toBe('model_gated');
    const right = again({ token: () => Promise.resolve('hf_right') });
    expect(await right.facts('meta-llama/Llama-3.1-8B', null, never)).toMatchObject({ gated: true });
  });

  it('may be hidden by a token that is no longer valid, which is said without showing it', async () => {
    const { source, hub } = await setUp({ token: () => Promise.resolve('hf_old') });
    hub.misbehave = deny(401, null);
    const error = await failure(source.facts(MODEL, null, never));
    expect(error.message).toBe('Hugging Face refuses the token (HF_TOKEN).');
    expect(JSON.stringify([error.message, error.advice, error.details])).not.toContain('hf_old');
  });
});

describe('when the hub cannot be asked', () => {
  it.each([
    ['fails', deny(500, null)],
    ['limits', deny(429, null)],
    ['answers HTML', (_: unknown, response: ServerResponse) => response.end('<html>')],
    ['answers another form', (_: unknown, response: ServerResponse) => response.end('[]')],
    ['drops the line', (request: IncomingMessage) => request.socket.destroy()],
    [
      'never stops talking',
      (_: unknown, response: ServerResponse) => {
        const chunk = Buffer.alloc(65_536, 32);
        const pump = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', pump);
        pump();
      },
    ],
  ])('the table answers: it %s', async (_, handler) => {
    const { source, hub } = await setUp();
    hub.misbehave = handler;
    const facts = await source.facts(MODEL, null, never);
    expect(facts).toMatchObject({
      revision: null,
      weightBytes: {
        value: 16_381_470_720,
        provenance: 'derived',
        source: expect.stringContaining('table shipped'),
      },
    });
  });

  it('answers null for what the table does not know', async () => {
    const { source, hub } = await setUp();
    hub.misbehave = deny(503, null);
    expect(await source.facts('nobody/new-model-9B', null, never)).toBeNull();
  });

  it('does not wait longer than its limit, and leaves the hub alone for a while after', async () => {
    const { source, hub, clock } = await setUp({ limitMs: 4000 });
    let closed = false;
    hub.misbehave = (request) => request.socket.on('close', () => (closed = true));
    const waiting = source.facts(MODEL, null, never);
    await until(() => hub.requests.length === 1);
    await clock.advance(4000);
    expect(await waiting).toMatchObject({ revision: null });
    await until(() => closed);
    hub.misbehave = null;
    await source.facts(MODEL, null, never);
    expect(hub.requests).toHaveLength(1);
    await clock.advance(60_000);
    expect(await source.facts(MODEL, null, never)).toMatchObject({ revision: SHA });
    expect(clock.pendingTimers).toBe(0);
  });

  it('stops at once when the caller leaves, and blames nobody', async () => {
    const { source, hub } = await setUp();
    let closed = false;
    hub.misbehave = (request) => request.socket.on('close', () => (closed = true));
    const caller = new AbortController();
    const waiting = failure(source.facts(MODEL, null, caller.signal));
    await until(() => hub.requests.length === 1);
    caller.abort();
    expect((await waiting).name).toBe('AbortError');
    await until(() => closed);
    hub.misbehave = null;
    expect(await source.facts(MODEL, null, never)).toMatchObject({ revision: SHA });
  });

  it('does not give the hub up for one strange repository', async () => {
    const { source, hub } = await setUp();
    hub.repos.set('org/strange', { sha: SHA, files: [], info: { sha: 7 } });
    expect(await source.facts('org/strange', null, never)).toBeNull();
    expect(await source.facts(MODEL, null, never)).toMatchObject({ revision: SHA });
  });

  it('never asks when told to stay offline', async () => {
    const { source, hub } = await setUp({ offline: true });
    expect(await source.facts(MODEL, null, never)).toMatchObject({ revision: null });
    expect(hub.requests).toEqual([]);
  });
});

describe('the cache', () => {
  it('answers for ten minutes, then asks only whether the commit is still the same', async () => {
    const { source, hub, clock, again } = await setUp();
    const first = await source.facts(MODEL, null, never);
    const asked = hub.requests.length;
    expect(await again().facts(MODEL, null, never)).toEqual(first);
    expect(hub.requests).toHaveLength(asked);
    await clock.advance(10 * 60_000);
    expect(await again().facts(MODEL, null, never)).toEqual(first);
    expect(hub.requests).toHaveLength(asked + 1);
  });

  it('keeps commits apart, and never asks again for one', async () => {
    const { source, hub, clock } = await setUp();
    await source.facts(MODEL, SHA, never);
    const asked = hub.requests.length;
    await clock.advance(24 * 3_600_000);
    await source.facts(MODEL, SHA, never);
    expect(hub.requests).toHaveLength(asked);
    const moved = 'c'.repeat(40);
    hub.repos.set(MODEL, { ...qwen, sha: moved });
    expect(await source.facts(MODEL, null, never)).toMatchObject({ revision: moved });
  });

  it('stands in for the hub, before the table does', async () => {
    const { source, hub, clock } = await setUp();
    await source.facts(MODEL, null, never);
    await clock.advance(3_600_000);
    hub.misbehave = deny(500, null);
    expect(await source.facts(MODEL, null, never)).toMatchObject({
      revision: SHA,
      weightBytes: { provenance: 'exact' },
    });
  });

  it('is bounded', async () => {
    const db = openDb(':memory:');
    onTestFinished(() => db.close());
    const { again, hub } = await setUp();
    const source = again({ db });
    const facts = await source.facts(MODEL, null, never);
    db.transaction(() => {
      for (let i = 0; i < 600; i++) {
        db.run('INSERT INTO hf_facts VALUES (?, ?, ?, ?)', `org/m${i}`, SHA, JSON.stringify(facts), i);
      }
    });
    hub.repos.set('org/one-more', qwen);
    await source.facts('org/one-more', null, never);
    expect(db.get('SELECT count(*) AS n FROM hf_facts')?.['n']).toBe(500);
    expect(db.get('SELECT count(*) AS n FROM hf_facts WHERE model = ?', 'org/one-more')?.['n']).toBe(1);
  });

  it('asks again for what an older version stored in another form', async () => {
    const db = openDb(':memory:');
    onTestFinished(() => db.close());
    const { again } = await setUp();
    const source = again({ db });
    await source.facts(MODEL, null, never);
    db.run(`UPDATE hf_facts SET facts = '{"model":"x"}'`);
    expect(await source.facts(MODEL, null, never)).toMatchObject({ revision: SHA });
  });
});

describe('Ollama names', () => {
  it('are answered from the table, without asking anybody', async () => {
    const { source, hub } = await setUp();
    expect(await source.facts('llama3.2:3b', null, never)).toMatchObject({ weightBytes: { value: 2e9 } });
    expect(await source.facts('my-own-model', null, never)).toBeNull();
    expect(hub.requests).toEqual([]);
  });
});

describe('siblings and search', () => {
  it('name other forms of a model', async () => {
    const { source } = await setUp();
    const names = (await source.siblings(MODEL)).map((facts) => facts.model);
    expect(names).toEqual(['Qwen/Qwen3-8B-FP8', 'Qwen/Qwen3-8B-AWQ']);
    expect(await source.siblings('llama3.2:3b')).toEqual([]);
  });

  it('add the hub’s models to the app’s own, each once', async () => {
    const { source, hub } = await setUp();
    hub.searchAnswer = [
      { id: MODEL, downloads: 9 },
      { id: 'someone/Qwen3-8B-tuned', downloads: 5, gated: 'auto', safetensors: { total: 1 } },
      { id: 'someone/Qwen3-8B-GGUF' },
    ];
    const found = await source.search({ query: 'qwen3-8b', backend: 'vllm', limit: 10 }, never);
    expect(found.filter((hit) => hit.id === MODEL)).toHaveLength(1);
    expect(found.at(-1)).toEqual({
      id: 'someone/Qwen3-8B-tuned',
      source: 'huggingface',
      backend: 'vllm',
      parametersB: 8,
      contextTokens: null,
      downloads: 5,
      gated: true,
      note: null,
    });
    expect(hub.requests[0]).toMatch(/search=qwen3-8b/);
  });

  it('keep to the app’s own when the hub is away, for Ollama and without a query', async () => {
    const { source, hub } = await setUp();
    hub.misbehave = deny(500, null);
    expect(
      (await source.search({ query: 'qwen3-8b', backend: 'vllm', limit: 10 }, never)).length,
    ).toBeGreaterThan(0);
    const before = hub.requests.length;
    const own = await source.search({ query: '', backend: 'ollama', limit: 5 }, never);
    expect(own.every((hit) => hit.backend === 'ollama')).toBe(true);
    expect(hub.requests).toHaveLength(before);
  });
});
