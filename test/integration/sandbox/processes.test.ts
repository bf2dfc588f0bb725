import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/main/runpod/api.ts';
import { run, repository } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';
import { KEY, live, VLLM, type Live } from './live.ts';

const script = (text: string, cmd: readonly string[] = []): string =>
  JSON.stringify({ entrypoint: ['bash', '-c', text, 'main'], cmd });
const SERVE = ['--model', 'Qwen/Qwen3-8B', '--port', '8000', '--max-model-len', '16384'];

function cloud(options: Parameters<typeof live>[0] = {}): Promise<Live> {
  return live({ runProcesses: true, ...options });
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A killed host cannot clean up after itself; the next one on this machine would. */
function sweep(pid: number | undefined): void {
  for (const entry of readdirSync(tmpdir())) {
    if (entry.startsWith(`runpod-sandbox-${pid}-`))
      rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  }
}

describe('a start command that replaces the entrypoint', () => {
  it("runs as a process beside the model server, with RunPod's variables", async () => {
    const c = await cloud();
    const text =
      'echo "pod $RUNPOD_POD_ID gpus $RUNPOD_GPU_COUNT dc $RUNPOD_DC_ID secret $TOKEN"; exec vllm serve "$@"';
    const { body } = await c.api('POST', '/pods', {
      ...VLLM,
      args: script(text, SERVE),
      env: { TOKEN: '{{ RUNPOD_SECRET_hf }}' },
    });
    await c.until(`${c.podUrl(body.id)}/health`, 200);
    const log = await c.log(body.id);
    expect(log).toContain(`pod ${body.id} gpus 1 dc EU-RO-1 secret sandbox-secret-hf`);
    expect(log).toContain('Application startup complete.');
    expect((await c.api('GET', `/pods/${body.id}`)).body.runtime?.gpus).toEqual([
      { util: 0, memoryUtil: 90 },
    ]);
  });

  it('can read the metrics and stop its own pod with the scoped key, and nothing else', async () => {
    const c = await cloud();
    const other = await c.api('POST', '/pods', VLLM);
    const text = `vllm serve "$@" &
      until curl -fs "$METRICS" >/dev/null; do sleep 0.05; done
      call() { curl -s -o /dev/null -w "%{http_code}" -H "Authorization: Bearer $RUNPOD_API_KEY" -H 'content-type: application/json' "$@"; }
      echo "list $(call "$API/pods") own $(call "$API/pods/$RUNPOD_POD_ID")"
      echo "other $(call -X DELETE "$API/pods/$OTHER") create $(call -X POST -d '{}' "$API/pods") restart $(call -X POST -d '{"action":"restart"}' "$API/pods/$RUNPOD_POD_ID/action")"
      call -X POST -d '{"action":"stop"}' "$API/pods/$RUNPOD_POD_ID/action"; wait`;
    const env = { METRICS: 'http://127.0.0.1:8000/metrics', API: c.apiUrl, OTHER: other.body.id };
    const { body } = await c.api('POST', '/pods', { ...VLLM, args: script(text, SERVE), env });
    await expect
      .poll(async () => (await c.api('GET', `/pods/${body.id}`)).body.status, { timeout: 20_000 })
      .toBe('EXITED');
    const log = await c.log(body.id);
    expect(log).toContain('list 403 own 403');
    expect(log).toContain('other 403 create 403 restart 403');
    expect(c.sandbox.bill().pods.find(({ podId }) => podId === body.id)?.running).toBe(false);
    expect(c.sandbox.bill().pods.find(({ podId }) => podId === other.body.id)?.running).toBe(true);
  });

  it('is started again whenever it ends, as a crash loop that bills', async () => {
    const c = await cloud();
    const { body } = await c.api('POST', '/pods', { ...VLLM, args: script('vllm serve --bogus') });
    await expect
      .poll(async () => (await c.log(body.id)).match(/unrecognized arguments: --bogus/g)?.length ?? 0, {
        timeout: 20_000,
      })
      .toBeGreaterThan(1);
    expect((await c.log(body.id)).match(/start container for/g)?.length).toBeGreaterThan(1);
    expect((await c.api('GET', `/pods/${body.id}`)).body.status).toBe('RUNNING');
  });

  it('may put a front of its own on the published port, with the server behind it', async () => {
    const c = await cloud();
    const front = `ollama serve &
      perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => $ENV{LISTEN}, Listen => 5, ReuseAddr => 1) or die "cannot listen";
        while (my $c = $s->accept) { while (my $l = <$c>) { last if $l =~ /^\\r?$/ } print $c "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\nfront"; close $c }'`;
    const { body } = await c.api('POST', '/pods', {
      ...VLLM,
      image: 'ollama/ollama:0.33.0',
      ports: ['11434/http'],
      args: script(front),
      env: { LISTEN: '0.0.0.0:11434', OLLAMA_HOST: '127.0.0.1:11435' },
    });
    const answer = await c.until(`${c.podUrl(body.id, 11_434)}/api/tags`, 200);
    expect(await answer.text()).toBe('front');
  });

  it('finds neither curl nor python in the Ollama image, and can pull with its client', async () => {
    const c = await cloud();
    const text =
      'for t in curl wget python3; do command -v $t || echo no-$t; done; ollama serve & sleep 0.4; until ollama list; do sleep 0.1; done; ollama pull llama3.2:1b; wait';
    const { body } = await c.api('POST', '/pods', {
      ...VLLM,
      image: 'ollama/ollama:0.33.0',
      ports: ['11434/http'],
      args: script(text),
    });
    await expect.poll(async () => (await c.log(body.id)).includes('success'), { timeout: 20_000 }).toBe(true);
    const log = await c.log(body.id);
    for (const tool of ['curl', 'wget', 'python3']) expect(log).toContain(`no-${tool}`);
    const tags = await fetch(`${c.podUrl(body.id, 11_434)}/api/tags`);
    expect(await tags.json()).toMatchObject({ models: [{ name: 'llama3.2:1b' }] });
  });

  it('takes everything it started with it when the pod stops, and its folder', async () => {
    const c = await cloud();
    const { body } = await c.api('POST', '/pods', {
      ...VLLM,
      args: script('(trap "" TERM; sleep 1000) & echo "pids $$ $! in $HOME"; vllm serve "$@"', SERVE),
    });
    await expect.poll(async () => /pids \d+ \d+/.test(await c.log(body.id)), { timeout: 20_000 }).toBe(true);
    const [, main = '', child = '', home = ''] = /pids (\d+) (\d+) in (\S+)/.exec(await c.log(body.id)) ?? [];
    expect([alive(Number(main)), alive(Number(child)), existsSync(home)]).toEqual([true, true, true]);
    await c.api('POST', `/pods/${body.id}/action`, { action: 'stop' });
    await expect
      .poll(() => [alive(Number(main)), alive(Number(child)), existsSync(home)], { timeout: 10_000 })
      .toEqual([false, false, false]);
  });

  it('runs only what it is allowed to; the rest is simulated', async () => {
    const c = await cloud({ runProcesses: (argv) => argv.includes('mine') });
    const folder = tempDir();
    const args = script(`touch ${folder}/ran; exec vllm serve "$@"`, SERVE);
    const { body } = await c.api('POST', '/pods', { ...VLLM, args });
    await c.until(`${c.podUrl(body.id)}/health`, 200);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('when the hosting process dies', () => {
  const HOST = `
    import { createSandbox } from '${repository}/src/main/sandbox/sandbox.ts';
    import { systemClock } from '${repository}/src/main/platform/clock.ts';
    import { systemRandom } from '${repository}/src/main/platform/random.ts';
    import { silentLog } from '${repository}/src/main/logs/log.ts';
    const sandbox = createSandbox({
      clock: systemClock, random: systemRandom, log: silentLog, speed: 500, tokensPerSecond: 1000, balanceUsd: 50,
      keys: [{ key: '${KEY}', rights: 'all' }], stateFile: process.argv[2], runProcesses: true, answerFrom: null,
    });
    console.log('api ' + (await sandbox.listen(0)).apiUrl);
  `;

  it('its containers die with it, its pods are there again and bill without a gap', async () => {
    const folder = tempDir();
    const state = join(folder, 'cloud.json');
    const program = join(folder, 'host.mjs');
    writeFileSync(program, HOST);
    const start = async (): Promise<{ host: ReturnType<typeof run>; api: string }> => {
      const host = run(process.execPath, [program, state]);
      const [, api = ''] = await host.line(/^api (.*)$/);
      return { host, api };
    };
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const first = await start();
    const pidFile = join(folder, 'pid');
    const text = `echo $$ >> ${pidFile}; echo "api is $API"; vllm serve "$@"`;
    const created = await fetch(`${first.api}/pods`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...VLLM, args: script(text, SERVE), env: { API: first.api } }),
    });
    const { id, createdAt, cost }: Pod = JSON.parse(await created.text());
    const url = (api: string): string => `${api.replace('/v2', '')}/pods/${id}-8000/health`;
    await expect.poll(async () => (await fetch(url(first.api))).status, { timeout: 20_000 }).toBe(200);
    const pids = (): number[] => readFileSync(pidFile, 'utf8').trim().split('\n').map(Number);
    const [pid = 0] = pids();
    expect(alive(pid)).toBe(true);
    await first.host.kill('SIGKILL');
    await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);

    sweep(first.host.child.pid);

    const second = await start();
    await expect.poll(async () => (await fetch(url(second.api))).status, { timeout: 20_000 }).toBe(200);
    const pod: Pod = JSON.parse(await (await fetch(`${second.api}/pods/${id}`, { headers })).text());
    expect(pod).toMatchObject({ id, createdAt, cost, status: 'RUNNING' });
    expect(pids()).toHaveLength(2);
    const log = await fetch(`${second.api}/pods/${id}/logs?source=container`, { headers });
    const { value } = (await log.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain(`api is ${second.api}`);
    await second.host.kill('SIGKILL');
    await expect.poll(() => pids().some(alive), { timeout: 10_000 }).toBe(false);
    sweep(second.host.child.pid);
  });

  it('nothing that was answered is lost, however suddenly it happens', async () => {
    const folder = tempDir();
    const state = join(folder, 'cloud.json');
    const program = join(folder, 'host.mjs');
    writeFileSync(program, HOST);
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const expected = new Map<string, string>();
    for (let round = 0; round < 3; round++) {
      const host = run(process.execPath, [program, state]);
      const [, api = ''] = await host.line(/^api (.*)$/);
      const found: { pods: Pod[] } = JSON.parse(await (await fetch(`${api}/pods`, { headers })).text());
      const seen = new Map(found.pods.map((pod) => [pod.id, pod.name]));
      expect(seen).toEqual(expected);
      for (let i = 0; i < 4; i++) {
        const answer = await fetch(`${api}/pods`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ ...VLLM, name: `r${round}-${i}` }),
        });
        const pod: Pod = JSON.parse(await answer.text());
        expected.set(pod.id, pod.name);
      }
      const [victim = ''] = expected.keys();
      await fetch(`${api}/pods/${victim}`, { method: 'DELETE', headers });
      expected.delete(victim);
      await host.kill('SIGKILL');
    }
  });
});
