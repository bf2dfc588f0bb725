import { describe, expect, it } from 'vitest';
import { openApiContract } from '../../support/openapi.ts';
import { GPU, KEY, POD, rig, type Rig } from './support.ts';

/** Every distinct status and health code on the way up. */
async function bootTrace({ api, clock, podUrl, sandbox }: Rig, id: string): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < 120; i++) {
    const { status } = (await api('GET', `/pods/${id}`)).body;
    const health = (await sandbox.fetch(`${podUrl(id)}/health`)).status;
    const step = `${status} ${health}`;
    if (seen.at(-1) !== step) seen.push(step);
    await clock.advance(500);
  }
  return seen;
}

describe('a boot', () => {
  it('goes through every phase, and RUNNING is not yet ready', async () => {
    const world = rig();
    const { id } = await world.pod();
    expect(await bootTrace(world, id)).toEqual([
      'PROVISIONING 502',
      'STARTING 502',
      'RUNNING 502',
      'RUNNING 200',
    ]);
    const { body } = await world.api('GET', `/pods/${id}`);
    expect(body.dataCenterId).toBe('EU-RO-1');
    expect(body.cudaVersion).toBe('13.0');
    expect(body.runtime?.uptime).toBeGreaterThan(5);
    expect(body.runtime?.gpus).toEqual([{ util: 0, memoryUtil: 90 }]);
  });

  it('is shorter on the machine that has the image, and wipes nothing on a volume', async () => {
    const world = rig();
    const volume = await world.api('POST', '/network-volumes', {
      name: 'v',
      size: 50,
      dataCenter: 'EU-RO-1',
    });
    const { id } = await world.pod({
      mounts: { network: [{ volumeId: volume.body.id, path: '/workspace' }] },
      env: { HF_HOME: '/workspace/huggingface' },
    });
    const first = await timeToReady(world, id);
    await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    await world.api('POST', `/pods/${id}/action`, { action: 'start' });
    expect(await timeToReady(world, id)).toBeLessThan(first / 2);
    expect(await logText(world, id)).not.toMatch(
      /Time spent downloading weights[\s\S]*Time spent downloading/,
    );
  });

  it.each([
    ['a port that is not published', { ports: ['8000/http'] }, 9000, 404],
    ['a port without its protocol', { ports: ['8000'] }, 8000, 404],
    ['a published port nobody listens on', { ports: ['8000/http', '9000/http'] }, 9000, 502],
  ])('answers for %s', async (_name, changes, port, status) => {
    const { pod, clock, sandbox, podUrl } = rig();
    const { id } = await pod(changes);
    await clock.advance(120_000);
    expect((await sandbox.fetch(`${podUrl(id, port)}/health`)).status).toBe(status);
  });

  it.each([
    ['stopped', 'stop'],
    ['terminated', 'terminate'],
  ])('answers 404 at the URL of a %s pod', async (_name, action) => {
    const { api, pod, ready, sandbox, podUrl } = rig();
    const { id } = await pod();
    await ready(id);
    await api('POST', `/pods/${id}/action`, { action });
    const response = await sandbox.fetch(`${podUrl(id)}/health`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('text/html');
  });
});

async function timeToReady(world: Rig, id: string): Promise<number> {
  const from = world.clock.now();
  await world.ready(id);
  return world.clock.now() - from;
}

async function logText({ sandbox }: Rig, id: string, query = 'tail=5000'): Promise<string> {
  const leave = new AbortController();
  const response = await sandbox.fetch(`${sandbox.urls().apiUrl}/pods/${id}/logs?${query}`, {
    headers: { authorization: `Bearer ${KEY}` },
    signal: leave.signal,
  });
  let text = '';
  const reader = response.body?.getReader();
  for (let i = 0; i < 5000; i++) {
    const next = await Promise.race([reader?.read(), tick()]);
    if (next === undefined || next === 'quiet' || next.done) break;
    text += new TextDecoder().decode(next.value);
  }
  leave.abort();
  return text;
}

async function tick(): Promise<'quiet'> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  return 'quiet';
}

describe('boots that fail', () => {
  it.each([
    [
      'a model too big for the GPU',
      { args: '--model meta-llama/Llama-3.3-70B-Instruct', env: { HF_TOKEN: 'hf_x' } },
      /CUDA out of memory/,
    ],
    [
      'a gated model without a token',
      { args: '--model meta-llama/Llama-3.1-8B-Instruct --max-model-len 4096' },
      /gated repo/,
    ],
    [
      'an unknown argument',
      { args: '--model Qwen/Qwen3-8B --max-context 4096' },
      /unrecognized arguments: --max-context 4096/,
    ],
    [
      'a key that looks like a flag',
      { args: '--model Qwen/Qwen3-8B --api-key -abc' },
      /argument --api-key: expected at least one argument/,
    ],
    [
      'more context than fits',
      { args: '--model Qwen/Qwen3-8B --max-model-len 40960' },
      /larger than the available KV cache memory/,
    ],
    [
      'more tensor parallelism than GPUs',
      { args: '--model Qwen/Qwen3-8B --tensor-parallel-size 2' },
      /World size \(2\) is larger/,
    ],
    ['a model that does not exist', { args: '--model me/does-not-exist' }, /Repository Not Found/],
  ])('crash-loops with %s and bills on', async (_name, changes, reason) => {
    const world = rig();
    const { id } = await world.pod(changes);
    await world.clock.advance(120_000);
    const { body } = await world.api('GET', `/pods/${id}`);
    expect(body.status).toBe('RUNNING');
    expect(body.runtime?.uptime).toBeLessThan(10);
    const log = await logText(world, id);
    expect(log).toMatch(reason);
    expect(log.match(/start container for/g)?.length).toBeGreaterThan(3);
    expect(world.sandbox.bill().pods[0]?.usd).toBeCloseTo((body.cost * 120) / 3600, 6);
  });

  it('starts the gated model once it has a token', async () => {
    const world = rig();
    const { id } = await world.pod({
      args: '--model meta-llama/Llama-3.1-8B-Instruct --max-model-len 4096',
      env: { HF_TOKEN: 'hf_secret' },
    });
    await world.ready(id);
    expect((await world.api('GET', `/pods/${id}`)).body.runtime?.gpus).toEqual([{ util: 0, memoryUtil: 90 }]);
  });

  it('does not start the plain vLLM image on a host with an old CUDA', async () => {
    const world = rig();
    const { id } = await world.pod({ gpu: { id: GPU, count: 1, allowedCudaVersions: ['12.8'] } });
    await world.clock.advance(120_000);
    expect((await world.api('GET', `/pods/${id}`)).body).toMatchObject({
      status: 'STARTING',
      cudaVersion: '12.8',
      runtime: null,
    });
    expect(await logText(world, id)).toMatch(/unsatisfied condition: cuda>=13\.0/);
    const fitting = await world.pod({
      image: 'vllm/vllm-openai:v0.27.1-cu129',
      gpu: { id: GPU, count: 1, minCudaVersion: '12.9' },
    });
    await world.ready(fitting.id);
  });

  it('hands out the oldest host of a mixed fleet to a pod without a CUDA constraint', async () => {
    const world = rig();
    const { id } = await world.pod({ gpu: { id: 'NVIDIA A40', count: 1 } });
    await world.clock.advance(5000);
    expect((await world.api('GET', `/pods/${id}`)).body.cudaVersion).toBe('12.4');
  });
});

describe('faults of boots and pods', () => {
  it.each(['placing', 'pulling', 'loading'] as const)('stays at %s for ever', async (phase) => {
    const world = rig();
    world.sandbox.arm({ kind: 'stuck-boot', phase, times: 1 });
    const { id } = await world.pod();
    await world.clock.advance(3_600_000);
    const { body } = await world.api('GET', `/pods/${id}`);
    expect([body.status, body.dataCenterId]).toEqual(
      { placing: ['PROVISIONING', null], pulling: ['STARTING', 'EU-RO-1'], loading: ['RUNNING', 'EU-RO-1'] }[
        phase
      ],
    );
    expect((await world.sandbox.fetch(`${world.podUrl(id)}/health`)).status).toBe(502);
    const second = await world.pod();
    await world.ready(second.id);
  });

  it('makes a boot slower by a factor', async () => {
    const quick = rig();
    const slow = rig();
    slow.sandbox.arm({ kind: 'slow-boot', factor: 5, times: 1 });
    const a = await quick.pod();
    const b = await slow.pod();
    const usual = await timeToReady(quick, a.id);
    expect(await timeToReady(slow, b.id)).toBeGreaterThan(usual * 4);
  });

  it('crash-loops with the line it was told', async () => {
    const world = rig();
    world.sandbox.arm({ kind: 'crash-loop', line: 'Bus error (core dumped)', times: 1 });
    const { id } = await world.pod();
    await world.clock.advance(60_000);
    expect(await logText(world, id)).toContain('Bus error (core dumped)');
  });

  it('says it stopped and runs on', async () => {
    const world = rig();
    const { id } = await world.pod();
    world.sandbox.arm({ kind: 'phantom-stop', times: 1 });
    const answer = await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'EXITED', cost: 0 } });
    expect((await world.api('GET', `/pods/${id}`)).body.status).not.toBe('EXITED');
    expect(world.sandbox.bill().pods[0]?.running).toBe(true);
    await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    expect(world.sandbox.bill().pods[0]?.running).toBe(false);
  });

  it('starts without a GPU, which answers 502 and costs its disk only', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    world.sandbox.arm({ kind: 'zero-gpu', times: 1 });
    // A count of zero is the one answer outside the document: there it has a minimum of one.
    const response = await world.sandbox.fetch(`${world.sandbox.urls().apiUrl}/pods/${id}/action`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: '{"action":"start"}',
    });
    expect(await response.json()).toMatchObject({ gpu: { id: GPU, count: 0 } });
    await world.clock.advance(120_000);
    expect((await world.sandbox.fetch(`${world.podUrl(id)}/health`)).status).toBe(502);
    expect(await logText(world, id)).toMatch(/No CUDA GPUs are available/);
  });

  it('loses the pod when its machine is gone', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    world.sandbox.arm({ kind: 'ghost', times: 1 });
    expect((await world.api('POST', `/pods/${id}/action`, { action: 'start' })).status).toBe(404);
    expect((await world.api('GET', '/pods')).body.pods).toEqual([]);
  });

  it('has no capacity for one type, and for a start of it, as often as told', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    world.sandbox.arm({ kind: 'no-capacity', gpuTypeId: GPU, times: 2 });
    expect((await world.api('POST', `/pods/${id}/action`, { action: 'start' })).status).toBe(400);
    const other = { ...POD, gpu: { id: 'NVIDIA GeForce RTX 5090', count: 1 } };
    expect((await world.api('POST', '/pods', other)).status).toBe(201);
    expect((await world.api('POST', '/pods', POD)).status).toBe(400);
    expect((await world.api('POST', '/pods', POD)).status).toBe(201);
  });

  it('lists late, and lists twice', async () => {
    const world = rig();
    await world.pod();
    world.sandbox.arm({ kind: 'list-lag', ms: 5000 });
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(0);
    await world.clock.advance(5000);
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(1);
    world.sandbox.arm({ kind: 'duplicate-list', times: 1 });
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(2);
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(1);
  });

  it('opens a log that stays silent', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.clock.advance(60_000);
    world.sandbox.arm({ kind: 'lost-logs', times: 1 });
    expect(await logText(world, id)).toBe('');
    expect(await logText(world, id)).not.toBe('');
  });

  it('hands the JSON start command to the entrypoint as it is', async () => {
    const world = rig();
    world.sandbox.arm({ kind: 'no-entrypoint-override', times: 1 });
    const args = JSON.stringify({
      entrypoint: ['bash', '-c', 'exec vllm serve "$@"', 'x'],
      cmd: ['--model', 'Qwen/Qwen3-8B', '--max-model-len', '8192'],
    });
    const broken = await world.pod({ args });
    await world.clock.advance(120_000);
    expect(await logText(world, broken.id)).toMatch(/unrecognized arguments: \{entrypoint/);
    const fine = await world.pod({ args });
    await world.ready(fine.id);
  });
});

describe('logs', () => {
  it('tells the pull layer by layer, then what vLLM prints', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.ready(id);
    const log = await logText(world, id);
    for (const part of [
      'Pulling from vllm/vllm-openai',
      'Downloading [',
      'Pull complete',
      'Digest: sha256:',
      'start container for',
    ]) {
      expect(log).toContain(part);
    }
    expect(log).toMatch(/Loading weights took [\d.]+ seconds/);
    expect(log).toMatch(/Model loading took [\d.]+ GiB memory and [\d.]+ seconds/);
    expect(log).toMatch(/Available KV cache memory: [\d.]+ GiB/);
    expect(log).toContain('Application startup complete.');
    const headers = { 'content-type': 'text/event-stream' };
    const given = { method: 'GET', path: `/v2/pods/${id}/logs`, status: 200, headers, body: log };
    expect(openApiContract().validateResponse(given)).toEqual([]);
    const container = await logText(world, id, 'tail=5000&source=container');
    expect(container).not.toContain('"source":"system"');
    expect(container).toContain('Application startup complete.');
  });

  it('resumes after the last id without a gap or a repeat, wherever it was cut', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.clock.advance(120_000);
    const whole = await logText(world, id);
    const ids = [...whole.matchAll(/^id: (.*)$/gm)].map((match) => match[1] ?? '');
    expect(new Set(ids).size).toBe(ids.length);
    for (const cut of [0, 7, 30, ids.length - 2]) {
      const response = await world.sandbox.fetch(`${world.sandbox.urls().apiUrl}/pods/${id}/logs?tail=3`, {
        headers: { authorization: `Bearer ${KEY}`, 'last-event-id': ids[cut] ?? '' },
      });
      const reader = response.body?.getReader();
      const rest: string[] = [];
      while (rest.length < ids.length - cut - 1) {
        const { value } = (await reader?.read()) ?? {};
        rest.push(/^id: (.*)$/m.exec(new TextDecoder().decode(value))?.[1] ?? '');
      }
      expect(rest).toEqual(ids.slice(cut + 1));
      await reader?.cancel();
    }
  });

  it('honours tail and since, and refuses nonsense', async () => {
    const world = rig();
    const { id } = await world.pod();
    await world.ready(id);
    expect((await logText(world, id, 'tail=5')).match(/^id:/gm)).toHaveLength(5);
    expect(await logText(world, id, 'tail=0')).toBe('');
    const since = new Date(world.clock.now() - 500).toISOString();
    expect((await logText(world, id, `since=${since}`)).length).toBeLessThan(
      (await logText(world, id)).length,
    );
    expect((await world.api('GET', `/pods/${id}/logs?tail=9999`)).status).toBe(422);
    expect((await world.api('GET', `/pods/${id}/logs?source=kernel`)).status).toBe(422);
    expect((await world.api('GET', '/pods/nope/logs')).status).toBe(404);
  });

  it('prints live what happens later, and ends with the pod', async () => {
    const world = rig();
    const { id } = await world.pod();
    const response = await world.sandbox.fetch(`${world.sandbox.urls().apiUrl}/pods/${id}/logs?tail=0`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    const text = response.text();
    await world.clock.advance(120_000);
    await world.api('DELETE', `/pods/${id}`);
    await world.clock.advance(1000);
    expect(await text).toContain('Application startup complete.');
  });
});
