import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import type { ImageWish } from '../../../src/shared/images.ts';
import { PYTORCH_BASE } from '../../../src/main/images/dockerfile.ts';
import { missing } from '../../support/missing.ts';
import { tempDir } from '../../support/temp.ts';
import { runToEnd, startContainer, type TestContainer } from './support/containers.ts';
import { engineMissing, startEngine, type TestEngine } from './support/engine.ts';
import { freePort } from './support/registry.ts';
import { createRig, request, type Rig } from './support/rig.ts';

const never = new AbortController().signal;
const absent = engineMissing();
const ODD = ` !"#$%&'()*+,-./:;<=>?@[\\]^_{|}~ $HOME \${PATH} \`id\` ünïcödé 模型 🦙 \\`;

describe('what is inside a built image', { timeout: 120_000 }, () => {
  let docker: TestEngine;
  let rig: Rig;

  beforeAll(async () => {
    if (absent !== null) return;
    docker = await startEngine();
    rig = createRig(docker.url);
  }, 120_000);
  afterAll(async () => {
    if (absent !== null) return;
    await rig.dispose();
    await docker.dispose();
  }, 60_000);

  const build = async (wish: ImageWish): Promise<string> =>
    (await rig.service.ensure(request(wish), { push: false }, () => {}, never)).reference;
  const started = async (
    image: string,
    options: Parameters<typeof startContainer>[2],
    body: (container: TestContainer) => Promise<void>,
  ): Promise<void> => {
    const container = await startContainer(docker.engine, image, options);
    try {
      await body(container);
    } finally {
      await container.remove();
    }
  };

  it('stops its own pod at RunPod when nobody asks it anything', async (context) => {
    if (absent !== null) missing(context, absent);
    const stateFile = join(tempDir(), 'state.json');
    const sandbox = createSandbox({
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      speed: 10_000,
      tokensPerSecond: 1000,
      balanceUsd: 25,
      keys: [{ key: 'rpa_owner', rights: 'all' }],
      stateFile,
      runProcesses: false,
      answerFrom: null,
    });
    try {
      const { apiUrl } = await sandbox.listen(0);
      const image = await build({ model: 'Qwen/Qwen3-8B' });
      const pod = await createPod(apiUrl, image);
      const port = String(await freePort());
      const env = {
        RUNPOD_POD_ID: pod,
        RUNPOD_API_KEY: keyOf(pod, stateFile),
        RPLM_API: apiUrl,
        RPLM_ACTION: 'stop',
        RPLM_DEADLINE: String(Math.floor(systemClock.now() / 1000) + 3600),
        RPLM_IDLE: '2',
        RPLM_INTERVAL: '1',
        RPLM_SOURCE: `http://127.0.0.1:${port}/metrics`,
        FAKE_PORT: port,
      };
      await started(image, { env }, async (container) => {
        await expect.poll(() => statusOf(apiUrl, pod), { timeout: 60_000, interval: 500 }).toBe('EXITED');
        const said = await container.output();
        expect(said).toContain('watchdog: armed');
        expect(said).toContain('stop accepted (status 200)');
        expect(said).toContain(`vllm: listening on 0.0.0.0:${port}`);
      });
    } finally {
      await sandbox.dispose();
    }
  });

  it('carries every odd character unharmed into variables, labels and arguments', async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({
      model: ODD,
      servedName: `served ${ODD}`,
      args: ['--odd', ODD],
      env: { ODD },
    });
    const facts = z
      .object({
        Config: z.object({
          Env: z.array(z.string()),
          Labels: z.record(z.string(), z.string()),
          Cmd: z.array(z.string()),
          Entrypoint: z.array(z.string()),
        }),
      })
      .parse(await docker.engine.json({ method: 'GET', path: `/images/${image}/json` }, never));
    expect(facts.Config.Env).toContain(`ODD=${ODD}`);
    expect(facts.Config.Labels['runpod-llm.model']).toBe(ODD);
    expect(facts.Config.Entrypoint).toEqual(['bash', '/opt/rplm/entrypoint.sh', 'vllm', 'serve']);
    const port = String(await freePort());
    await started(image, { env: { FAKE_PORT: port } }, async (container) => {
      await expect.poll(() => container.output(), { timeout: 20_000 }).toContain('listening');
      const [, told = ''] = /^vllm: (.*)$/m.exec(await container.output()) ?? [];
      expect(told.split('\u001f')).toEqual(['serve', ...facts.Config.Cmd]);
      expect(facts.Config.Cmd.slice(-3)).toEqual([ODD, '--odd', ODD]);
    });
  });

  it('keeps Ollama behind its key on a pod, and shut without one', async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({ model: 'llama3.2:3b', backend: 'ollama', weights: 'baked' });
    const [front, behind] = [await freePort(), await freePort()];
    const env = {
      RPLM_FRONT_KEY: 'the-key-of-this-pod',
      RPLM_FRONT_LISTEN: `127.0.0.1:${front}`,
      RPLM_FRONT_UPSTREAM: `127.0.0.1:${behind}`,
      // What a volume's settings would say: the image's own weights win.
      OLLAMA_MODELS: '/workspace/ollama',
    };
    await started(image, { env }, async (container) => {
      const ask = async (key: string): Promise<number | null> => {
        try {
          const answer = await fetch(`http://127.0.0.1:${front}/api/version`, {
            headers: { authorization: `Bearer ${key}` },
          });
          return answer.status;
        } catch {
          return null;
        }
      };
      await expect.poll(() => ask('the-key-of-this-pod'), { timeout: 20_000 }).toBe(200);
      expect(await ask('another-key-of-a-pod')).toBe(401);
      expect(await container.output()).toContain(
        `ollama: listening on 127.0.0.1:${behind}, models in /models/ollama`,
      );
    });
    await started(image, { env: { RPLM_FRONT_UPSTREAM: `127.0.0.1:${behind}` } }, async (container) => {
      await expect
        .poll(() => container.output(), { timeout: 20_000 })
        .toContain('ollama: listening on 127.0.0.1');
      expect(await container.output()).toContain('Ollama answers inside this container only');
    });
    const pulled = await runToEnd(docker.engine, image, ['cat', '/models/ollama/model']);
    expect(pulled.output).toBe('llama3.2:3b');
    expect((await rig.service.smoke(image, never)).lines).toContain('smoke: ok: Ollama answers');
    expect((await runToEnd(docker.engine, image, ['id', '-u'])).output.trim()).toBe('10001');
  });

  it('answers a load balancer 204 while it loads and 200 once it serves', async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({ model: 'Qwen/Qwen3-8B', target: 'load-balancer' });
    const [port, health] = [await freePort(), await freePort()];
    const env = {
      FAKE_LOADING: '4',
      FAKE_PORT: String(port),
      PORT: String(port),
      PORT_HEALTH: String(health),
      RPLM_HEALTH_UPSTREAM: `127.0.0.1:${port}/health`,
    };
    await started(image, { env }, async () => {
      const seen: (number | null)[] = [];
      await expect
        .poll(
          async () => {
            const status = await pinged(health);
            if (status !== null && seen.at(-1) !== status) seen.push(status);
            return status;
          },
          { timeout: 30_000, interval: 100 },
        )
        .toBe(200);
      expect(seen).toEqual([204, 200]);
    });
  });

  it('loads an Ollama model by itself behind a load balancer before it says that it serves', async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({ model: 'llama3.2:3b', backend: 'ollama', target: 'load-balancer' });
    const [port, behind] = [await freePort(), await freePort()];
    const env = {
      RPLM_FRONT_KEY: 'the-key-of-this-endpoint',
      RPLM_FRONT_LISTEN: `127.0.0.1:${port}`,
      RPLM_FRONT_UPSTREAM: `127.0.0.1:${behind}`,
      RPLM_PACE: '1',
    };
    await started(image, { env }, async (container) => {
      await expect.poll(() => pinged(port), { timeout: 30_000 }).toBe(200);
      const said = await container.output();
      expect(said.indexOf('preload: the weights are there')).toBeGreaterThan(-1);
      expect(said.indexOf('preload: the model is loaded')).toBeGreaterThan(
        said.indexOf('preload: the weights are there'),
      );
      expect((await fetch(`http://127.0.0.1:${port}/api/version`)).status).toBe(401);
      const headers = { 'x-rplm-key': 'the-key-of-this-endpoint' };
      expect((await fetch(`http://127.0.0.1:${port}/api/version`, { headers })).status).toBe(200);
    });
  });

  it('puts caches where its user may write when a volume is closed to it', async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({ model: 'Qwen/Qwen3-8B', weights: 'baked' });
    const port = String(await freePort());
    const env = { FAKE_PORT: port, VLLM_CACHE_ROOT: '/workspace/vllm' };
    await started(image, { env }, async (container) => {
      await expect.poll(() => container.output(), { timeout: 20_000 }).toContain('vllm: listening');
      expect(await container.output()).toContain(
        'VLLM_CACHE_ROOT=/workspace/vllm cannot be written: using /home/app/.cache/vllm_cache_root',
      );
    });
  });

  it("serves a queue's jobs with the app's own worker on a base without one", async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({ model: 'Qwen/Qwen3-8B', target: 'queue', base: PYTORCH_BASE });
    const port = String(await freePort());
    const jobs = [
      { openai_route: '/v1/chat/completions', openai_input: { stream: true, messages: [] } },
      { route: '/v1/models' },
      { nonsense: true },
    ];
    const env = {
      FAKE_PORT: port,
      RPLM_WORKER_UPSTREAM: `127.0.0.1:${port}`,
      FAKE_JOBS: JSON.stringify(jobs),
    };
    await started(image, { env }, async (container) => {
      await expect.poll(() => container.output(), { timeout: 30_000 }).toContain('jobs: done');
      const said = await container.output();
      expect(said).toContain('job: ["data: one\\n\\ndata: [DONE]\\n\\n"]');
      expect(said).toContain('job: [{"object": "list", "data": []}]');
      expect(said).toContain('the job must hold openai_route with openai_input');
    });
    const installed = await runToEnd(docker.engine, image, ['cat', '/pip.log']);
    expect(installed.output).toContain('install --no-cache-dir runpod==1.12.0');
  });

  it("hands RunPod's own worker the model and its arguments", async (context) => {
    if (absent !== null) missing(context, absent);
    const image = await build({ model: 'Qwen/Qwen3-8B', target: 'queue', args: ['--seed', "it's 1"] });
    await started(image, {}, async (container) => {
      expect(await container.ended()).toBe(0);
      expect(await container.output()).toBe(`worker-vllm: Qwen/Qwen3-8B --seed 'it'\\''s 1'\n`);
    });
  });

  it('takes weights from a folder of this machine, by their content', async (context) => {
    if (absent !== null) missing(context, absent);
    const folder = tempDir();
    const write = (text: string): Promise<void> => writeFile(join(folder, 'model.safetensors'), text);
    const long = `${'deep'.repeat(30)}-${'ü'.repeat(40)}`;
    await mkdir(join(folder, long));
    await writeFile(join(folder, long, 'vocab.json'), 'vocabulary');
    await write('first weights');
    const image = await build({ model: 'my/own', weightsFolder: folder });
    const there = await runToEnd(docker.engine, image, ['cat', '/models/weights/model.safetensors']);
    expect(there.output).toBe('first weights');
    const deep = await runToEnd(docker.engine, image, ['cat', `/models/weights/${long}/vocab.json`]);
    expect(deep.output).toBe('vocabulary');
    await write('other weights');
    expect(
      (await rig.service.plan(request({ model: 'my/own', weightsFolder: folder }), never)).reference,
    ).not.toBe(image);
  });
});

async function pinged(port: number): Promise<number | null> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/ping`)).status;
  } catch {
    // Nothing listens yet.
    return null;
  }
}

async function createPod(apiUrl: string, image: string): Promise<string> {
  const answer = await fetch(`${apiUrl}/pods`, {
    method: 'POST',
    headers: { authorization: 'Bearer rpa_owner', 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'watched',
      image,
      gpu: { id: 'NVIDIA GeForce RTX 4090', count: 1 },
      disk: 20,
      ports: ['8000/http'],
    }),
  });
  const body: unknown = await answer.json();
  expect({ status: answer.status, body }).toMatchObject({ status: 201 });
  return z.object({ id: z.string() }).parse(body).id;
}

async function statusOf(apiUrl: string, pod: string): Promise<string> {
  const answer = await fetch(`${apiUrl}/pods/${pod}`, { headers: { authorization: 'Bearer rpa_owner' } });
  return z.object({ status: z.string() }).parse(await answer.json()).status;
}

/** The scoped key that RunPod would inject; it is shown nowhere else. */
function keyOf(pod: string, stateFile: string): string {
  const find = (value: unknown): string | null => {
    if (typeof value !== 'object' || value === null) return null;
    if (Reflect.get(value, 'id') === pod) return z.string().parse(Reflect.get(value, 'key'));
    for (const each of Object.values(value)) {
      const found = find(each);
      if (found !== null) return found;
    }
    return null;
  };
  return z.string().parse(find(JSON.parse(readFileSync(stateFile, 'utf8'))));
}
