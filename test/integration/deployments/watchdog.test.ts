import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { repository, run, type Running } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

const script = join(repository, 'resources/watchdog/watchdog.sh');

interface Ended {
  readonly action: string;
  readonly authorization: string;
  readonly url: string;
}

/** RunPod and the model server in one, as small as can be. */
class Cloud {
  readonly ended: Ended[] = [];
  /** Answers to the next actions; 204 when there are none left. */
  statuses: number[] = [];
  /** What /metrics says; null = nothing listens there yet. */
  metrics: string | null = page({});
  looks = 0;
  readonly #server: Server;
  readonly #secure: boolean;
  #waiting: (() => void)[] = [];

  constructor(tls?: { readonly key: string; readonly cert: string }) {
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(request, response);
    this.#secure = tls !== undefined;
    this.#server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return this.#secure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  }

  /** Resolves once `test` holds; asked again whenever anything was heard. */
  async until(test: () => boolean, what: string): Promise<void> {
    const end = AbortSignal.timeout(30_000);
    while (!test()) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve);
        end.addEventListener('abort', () => reject(new Error(`${what} did not happen`)), { once: true });
      });
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/metrics') {
      this.looks++;
      if (this.metrics === null) response.socket?.destroy();
      else response.end(this.metrics);
    } else {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const action = (JSON.parse(body) as { action: string }).action;
      this.ended.push({ action, authorization: request.headers.authorization ?? '', url: request.url ?? '' });
      response.writeHead(this.statuses.shift() ?? 204).end();
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function page({ running = 0, waiting = 0, done = 0 }): string {
  return [
    '# HELP vllm:num_requests_running Number of requests in model execution batches.',
    '# TYPE vllm:num_requests_running gauge',
    `vllm:num_requests_running{engine="0",model_name="qwen"} ${running}.0`,
    `vllm:num_requests_waiting{engine="0",model_name="qwen"} ${waiting}.0`,
    `vllm:request_success_total{engine="0",finished_reason="stop",model_name="qwen"} ${done}.0`,
    'vllm:e2e_request_latency_seconds_bucket{le="0.3"} 7.0',
    '',
  ].join('\n');
}

const servers: Cloud[] = [];
const programs: Running[] = [];
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill('SIGKILL')));
  for (const server of servers.splice(0)) server.close();
});

async function cloud(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<{ cloud: Cloud; url: string }> {
  const made = new Cloud(tls);
  servers.push(made);
  return { cloud: made, url: await made.listen() };
}

function watchdog(url: string, env: Readonly<Record<string, string>> = {}): Running {
  const program = run('bash', [script], {
    env: {
      RPLM_API: `${url}/v2`,
      RPLM_ACTION: 'terminate',
      RPLM_DEADLINE: '0',
      RPLM_IDLE: '0',
      RPLM_SOURCE: `${url}/metrics`,
      RPLM_INTERVAL: '0.2',
      RPLM_PAUSE: '0',
      RPLM_STATE: tempDir(),
      RUNPOD_POD_ID: 'pod1',
      RUNPOD_API_KEY: 'pod-scoped-key',
      ...env,
    },
  });
  programs.push(program);
  return program;
}

const past = (): string => String(Math.floor(Date.now() / 1000) - 1);

describe('the watchdog in the pod', () => {
  it('says that it is armed, with its settings', async () => {
    const { url } = await cloud();
    const line = await watchdog(url, { RPLM_DEADLINE: '4102444800', RPLM_IDLE: '1800' }).line(/armed/);
    expect(line[0]).toBe('armed');
    expect(line.input).toMatch(
      /^watchdog: armed deadline=4102444800 idle=1800 boot_grace=2700 action=terminate client=\w+$/,
    );
  });

  it('ends the pod at the deadline, with the pod’s own key', async () => {
    const { cloud: server, url } = await cloud();
    watchdog(url, { RPLM_DEADLINE: past() });
    await server.until(() => server.ended.length > 0, 'the end');
    expect(server.ended[0]).toEqual({
      action: 'terminate',
      authorization: 'Bearer pod-scoped-key',
      url: '/v2/pods/pod1/action',
    });
  });

  it('ends the pod after its time where the clock of its machine is behind', async () => {
    const { cloud: server, url } = await cloud();
    const tomorrow = String(Math.floor(Date.now() / 1000) + 86_400);
    const program = watchdog(url, { RPLM_DEADLINE: tomorrow, RPLM_MOST: '1' });
    await program.line(/it has run for 1 seconds/);
    await server.until(() => server.ended.length > 0, 'the end');
    expect(server.ended[0]?.action).toBe('terminate');
  });

  it('goes on with that count in a crash loop, and begins anew on a machine that was started anew', async () => {
    const { cloud: server, url } = await cloud();
    const state = tempDir();
    const count = join(state, 'rplm-began-steady');
    const first = watchdog(url, { RPLM_STATE: state });
    await server.until(() => server.looks > 0, 'a look');
    await first.kill('SIGKILL');
    const began = Number(readFileSync(count, 'utf8'));
    writeFileSync(count, String(began + 1_000_000));
    const rebooted = watchdog(url, { RPLM_STATE: state });
    await server.until(() => server.looks > 3, 'more looks');
    await rebooted.kill('SIGKILL');
    expect(Number(readFileSync(count, 'utf8'))).toBeLessThan(began + 1_000_000);
    writeFileSync(count, String(began - 4000));
    const again = watchdog(url, { RPLM_STATE: state, RPLM_MOST: '3600' });
    await again.line(/it has run for 3600 seconds/);
  });

  it('ends the pod when the model server served nothing for the idle time', async () => {
    const { cloud: server, url } = await cloud();
    const program = watchdog(url, { RPLM_IDLE: '2' });
    await server.until(() => server.ended.length > 0, 'the end');
    expect(server.ended[0]?.action).toBe('terminate');
    await program.line(/ending the pod: no request for \d+ seconds/);
  });

  it('leaves a pod alone that works: requests in progress, waiting, or finished since the last look', async () => {
    const { cloud: server, url } = await cloud();
    watchdog(url, { RPLM_IDLE: '1' });
    const busy = [page({ running: 1 }), page({ waiting: 2 }), page({ done: 1 }), page({ done: 2 })];
    // Every look finds another sign of work, for far more looks than the idle time holds.
    for (let look = 1; look <= 24; look++) {
      server.metrics = look % 2 === 0 ? page({ running: 1 }) : (busy[look % busy.length] ?? null);
      await server.until(() => server.looks >= look, 'a look');
    }
    expect(server.ended).toEqual([]);
    server.metrics = page({ done: 99 });
    await server.until(() => server.ended.length > 0, 'the end after work ended');
  });

  it('does not count loading as idleness, but ends a server that never answers after its grace', async () => {
    const { cloud: server, url } = await cloud();
    server.metrics = null;
    const program = watchdog(url, { RPLM_IDLE: '1', RPLM_BOOT_GRACE: '3' });
    await server.until(() => server.looks >= 3, 'looks');
    expect(server.ended).toEqual([]);
    await program.line(/ending the pod: the model server has not answered/);
  });

  it('does not begin its grace anew in a crash loop', async () => {
    const { cloud: server, url } = await cloud();
    server.metrics = null;
    const state = tempDir();
    writeFileSync(join(state, 'rplm-began'), String(Math.floor(Date.now() / 1000) - 5000));
    watchdog(url, { RPLM_IDLE: '1', RPLM_STATE: state });
    await server.until(() => server.ended.length > 0, 'the end');
    expect(server.ended[0]?.action).toBe('terminate');
  });

  it('gives a server that served before its whole grace again', async () => {
    const { cloud: server, url } = await cloud();
    server.metrics = null;
    const state = tempDir();
    const now = Math.floor(Date.now() / 1000);
    writeFileSync(join(state, 'rplm-began'), String(now - 5000));
    writeFileSync(join(state, 'rplm-served'), String(now));
    watchdog(url, { RPLM_IDLE: '1', RPLM_STATE: state });
    await server.until(() => server.looks >= 8, 'looks');
    expect(server.ended).toEqual([]);
  });

  it('tries again for ever, and goes over to stop where terminating is forbidden', async () => {
    const { cloud: server, url } = await cloud();
    server.statuses = [500, 403, 429, 403, 403, 403, 200];
    const program = watchdog(url, { RPLM_DEADLINE: past() });
    await server.until(() => server.ended.length >= 7, 'seven tries');
    expect(server.ended.slice(0, 4).map((entry) => entry.action)).toEqual([
      'terminate',
      'stop',
      'terminate',
      'stop',
    ]);
    await program.line(/failed \(status 403\)/);
    await program.line(/accepted \(status 200\)/);
  });

  it('keeps trying after an accepted stop that did nothing', async () => {
    const { cloud: server, url } = await cloud();
    watchdog(url, { RPLM_DEADLINE: past() });
    await server.until(() => server.ended.length >= 3, 'further tries');
    expect(server.ended.slice(0, 3).map((entry) => entry.action)).toEqual(['terminate', 'stop', 'terminate']);
  });

  it('does not terminate a pod whose disk is to be kept before stop has failed many times', async () => {
    const { cloud: server, url } = await cloud();
    server.statuses = Array.from({ length: 30 }, () => 403);
    watchdog(url, { RPLM_DEADLINE: past(), RPLM_ACTION: 'stop' });
    await server.until(() => server.ended.length >= 22, 'many tries');
    expect(server.ended.slice(0, 20).every((entry) => entry.action === 'stop')).toBe(true);
    expect(server.ended[20]?.action).toBe('terminate');
  });

  it('takes a gone pod as done', async () => {
    const { cloud: server, url } = await cloud();
    server.statuses = [404];
    const program = watchdog(url, { RPLM_DEADLINE: past() });
    expect((await program.line(/(\w+) accepted \(status 404\)/))[1]).toBe('terminate');
  });

  it('goes by the file that the front touches for Ollama', async () => {
    const { cloud: server, url } = await cloud();
    const state = tempDir();
    writeFileSync(join(state, 'rplm-activity'), '');
    const program = watchdog(url, { RPLM_IDLE: '2', RPLM_SOURCE: 'front', RPLM_STATE: state });
    await program.line(/ending the pod: no request/);
    await server.until(() => server.ended.length > 0, 'the end');
    expect(server.ended[0]?.action).toBe('terminate');
  });

  it('says that it cannot work without the pod’s key', async () => {
    const { url } = await cloud();
    const program = watchdog(url, { RUNPOD_API_KEY: '' });
    const line = await program.line(/unarmed/);
    expect(line.input).toContain('no RUNPOD_API_KEY');
    expect(await program.ended).toBe(1);
  });
});

/** A PATH with what a bare Debian has, and the clients given. */
function pathWith(...clients: readonly string[]): string {
  const bin = join(tempDir(), 'bin');
  mkdirSync(bin);
  for (const name of ['bash', 'sleep', 'stat', 'cat', 'rm', 'sed', 'tail', 'timeout', ...clients]) {
    const found = spawnSync('bash', ['-c', `type -P ${name}`], { encoding: 'utf8' }).stdout.trim();
    if (found === '') throw new Error(`this machine has no ${name}`);
    symlinkSync(found, join(bin, name));
  }
  return bin;
}

function certificate(): { readonly key: string; readonly cert: string; readonly file: string } {
  const folder = tempDir();
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost'.split(
        ' ',
      ),
      ['-keyout', key, '-out', file],
    ].flat(),
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}

describe('trap 39: the watchdog’s ways to RunPod without runpodctl', () => {
  const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).stdout.trim();

  it.each(['curl', 'wget', 'openssl', 'python3'])('reaches an https API with %s alone', async (client) => {
    const tls = certificate();
    const { cloud: server, url } = await cloud(tls);
    const bin = pathWith(...(client === 'python3' ? [] : [client]));
    if (client === 'python3') symlinkSync(python, join(bin, 'python3'));
    const trust = { SSL_CERT_FILE: tls.file, CURL_CA_BUNDLE: tls.file };
    server.statuses = [403];
    const program = watchdog(url, { ...trust, PATH: bin, RPLM_DEADLINE: past(), RPLM_SOURCE: '' });
    expect((await program.line(/client=(\w+)/))[1]).toBe(client);
    await server.until(() => server.ended.length >= 2, `a call with ${client}`);
    await program.line(/terminate failed \(status 403\)/);
    await program.line(/stop accepted \(status 204\)/);
    expect(server.ended[0]?.authorization).toBe('Bearer pod-scoped-key');
  });

  it('does not talk to a server whose certificate nobody vouches for', async () => {
    const { cloud: server, url } = await cloud(certificate());
    const program = watchdog(url, {
      PATH: pathWith('openssl', 'curl'),
      RPLM_DEADLINE: past(),
      RPLM_SOURCE: '',
    });
    await program.line(/terminate failed \(status 000\)/);
    await program.line(/stop failed \(status 000\)/);
    expect(server.ended).toEqual([]);
  });

  it('reaches a plain API with nothing but bash', async () => {
    const { cloud: server, url } = await cloud();
    const program = watchdog(url, { PATH: pathWith(), RPLM_DEADLINE: past() });
    expect((await program.line(/client=(\w+)/))[1]).toBe('devtcp');
    await server.until(() => server.ended.length > 0, 'a call');
    expect(server.ended[0]?.authorization).toBe('Bearer pod-scoped-key');
  });

  it('says that it is unarmed where no client can reach an https API', async () => {
    const program = watchdog('https://localhost:1', { PATH: pathWith() });
    const line = await program.line(/unarmed/);
    expect(line.input).toContain('no HTTP client');
    expect(await program.ended).toBe(1);
  });

  it('goes over to the next client when one gets no answer at all', async () => {
    const tls = certificate();
    const { cloud: server, url } = await cloud(tls);
    const bin = pathWith('openssl');
    writeFileSync(join(bin, 'curl'), '#!/bin/sh\nexit 60\n', { mode: 0o755 });
    const trust = { SSL_CERT_FILE: tls.file, CURL_CA_BUNDLE: tls.file };
    watchdog(url, { ...trust, PATH: bin, RPLM_DEADLINE: past(), RPLM_SOURCE: '' });
    await server.until(() => server.ended.length > 0, 'a call');
    expect(server.ended[0]?.authorization).toBe('Bearer pod-scoped-key');
  });
});
