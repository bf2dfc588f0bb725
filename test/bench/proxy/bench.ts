import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds } from '../cpu-seconds.ts';
import { report } from '../report.ts';
import {
  abortTimes,
  firstBytes,
  firstBytesAmong,
  latencies,
  open,
  quantile,
  requests,
  throughput,
  type Shot,
} from './load.ts';

/**
 * The proxy against nginx and against no proxy, contenders interleaved in one run, medians of rounds (PERFORMANCE). Only
 * ratios and differences are kept. Beside each ratio of throughputs stands the ratio of processor time a request, which is
 * the same on a quiet machine and still true on a busy one, where the first says who was scheduled. `--quick` runs fewer
 * rounds.
 */
const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 3 : 7;
const WINDOW_MS = QUICK ? 700 : 1500;
const WINDOW_SECONDS = QUICK ? 1 : 2;
/** Below the range the system takes client ports from. */
const PORTS = {
  upstream: 19_181,
  proxy: 19_182,
  constant: 19_183,
  nginx: 19_184,
  fresh: 19_185,
  freshConstant: 19_186,
};
const here = import.meta.dirname;
/** Proxy and nginx on one core, load and model server on the other. */
const TOOLS = ['nginx -v', 'wrk -v', 'taskset -V'].every((line) => {
  const [tool = '', ...args] = line.split(' ');
  return spawnSync(tool, args).error === undefined;
});
const results: Record<string, number | string> = {};
const folder = mkdtempSync(join(tmpdir(), 'bench-proxy-'));

function child(file: string, args: readonly number[]): Promise<ChildProcess> {
  const core = file === 'upstream.ts' ? '1' : '0';
  // As `serve` starts: with its young generation, and with types stripped at an earlier start.
  const asServe = file === 'serve.ts' ? ['--import', join(here, 'as-serve.ts')] : [];
  const started = fork(join(here, file), args.map(String), {
    execArgv: ['--expose-gc', ...asServe],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') },
  });
  if (TOOLS) spawnSync('taskset', ['-acp', core, String(started.pid)]);
  return new Promise((resolve, reject) => {
    started.once('message', () => resolve(started));
    started.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

function startNginx(): ChildProcess | null {
  if (!TOOLS) return null;
  const conf = join(folder, 'nginx.conf');
  writeFileSync(
    conf,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; client_body_buffer_size 1m; keepalive_requests 10000000;
  upstream up { server 127.0.0.1:${PORTS.upstream}; keepalive 256; keepalive_requests 10000000; }
  server { listen 127.0.0.1:${PORTS.nginx}; location / { proxy_pass http://up; proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 300s; } } }`,
  );
  return spawn('taskset', ['-c', '0', 'nginx', '-c', conf], { stdio: 'ignore' });
}

const chat = (fields: object, pad = 300): string =>
  JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: 'x'.repeat(pad) }], ...fields }).slice(
    0,
    -1,
  );
const at = (port: number, body: string): Shot => ({ port, body });
const round = (value: number): number => Math.round(value * 1000) / 1000;
const median = (values: readonly number[]): number => quantile(values, 0.5);

interface Contender {
  readonly port: number;
  readonly pid: number;
}

/** Requests a second, and requests a second of processor time, of one window. */
function window(who: Contender, measure: (port: number) => number): { rate: number; perCpu: number } {
  const before = cpuSeconds(who.pid);
  const rate = measure(who.port);
  return { rate, perCpu: (rate * WINDOW_SECONDS) / (cpuSeconds(who.pid) - before) };
}

/** The proxy's figures over another's, medians of interleaved rounds. */
function ratio(name: string, base: Contender, measure: (port: number) => number): void {
  const own: { rate: number; perCpu: number }[] = [];
  const other: { rate: number; perCpu: number }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    own.push(window(PROXY, measure));
    other.push(window(base, measure));
  }
  const over = (of: 'rate' | 'perCpu'): number =>
    round(median(own.map((one) => one[of])) / median(other.map((one) => one[of])));
  results[name] = over('rate');
  results[`${name}, by processor time`] = over('perCpu');
  console.log(name, over('rate'), over('perCpu'));
}

function throughputs(nginx: Contender): void {
  for (const connections of [16, 64]) {
    ratio(`P1 json ÷ nginx, ${connections} connections`, nginx, (port) =>
      throughput(at(port, chat({})), connections, WINDOW_SECONDS),
    );
  }
  ratio('P6 32 KB bodies ÷ nginx, 16 connections', nginx, (port) =>
    throughput(at(port, chat({}, 32_000)), 16, WINDOW_SECONDS),
  );
  for (const streams of [1, 16, 64]) {
    ratio(`P4 events ÷ nginx, ${streams} streams`, nginx, (port) =>
      throughput(at(port, chat({ stream: true, n_events: 1000 })), streams, WINDOW_SECONDS),
    );
  }
  ratio('P5 cache hits ÷ constant answer', { ...PROXY, port: PORTS.constant }, (port) =>
    throughput(at(port, chat({ temperature: 0 })), 16, WINDOW_SECONDS, true),
  );
}

async function waits(): Promise<void> {
  const added = (own: readonly number[], direct: readonly number[], q: number): number =>
    round(quantile(own, q) - quantile(direct, q));
  const own: number[] = [];
  const direct: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    own.push(...(await latencies(at(PORTS.proxy, chat({})), 200, WINDOW_MS)));
    direct.push(...(await latencies(at(PORTS.upstream, chat({})), 200, WINDOW_MS)));
  }
  results['P2 added p50 at 200 rps, ms'] = added(own, direct, 0.5);
  results['P2 added p99 at 200 rps, ms'] = added(own, direct, 0.99);
  const paced = chat({ stream: true, n_events: 1_000_000, gap_ms: 20 });
  for (const streams of [1, 16, 64]) {
    const body = chat({ stream: true, n_events: 5 });
    const through = await firstBytes(at(PORTS.proxy, body), streams, ROUNDS * 10);
    const straight = await firstBytes(at(PORTS.upstream, body), streams, ROUNDS * 10);
    results[`P3 added time to first byte p50, ${streams} streams begun together, ms`] = added(
      through,
      straight,
      0.5,
    );
    const running = await firstBytesAmong(
      at(PORTS.proxy, body),
      at(PORTS.proxy, paced),
      streams,
      ROUNDS * 20,
    );
    const alone = await firstBytesAmong(
      at(PORTS.upstream, body),
      at(PORTS.upstream, paced),
      streams,
      ROUNDS * 20,
    );
    results[`P3 added time to first byte p50, at ${streams} streams, ms`] = added(running, alone, 0.5);
  }
  const aborts = await abortTimes(
    at(PORTS.proxy, chat({ stream: true, n_events: 1_000_000, gap_ms: 50 })),
    PORTS.upstream,
    100,
  );
  results['P8 abort seen upstream p99, ms'] = round(quantile(aborts, 0.99));
}

interface Memory {
  readonly rss: number;
}

function memoryOf(proxy: ChildProcess): Promise<Memory> {
  return new Promise((resolve) => {
    proxy.once('message', (memory) => resolve(memory as Memory));
    proxy.send('memory');
  });
}

/** In a process of its own: what the load before left in the heap would hide everything. */
async function memory(): Promise<void> {
  const ports = [PORTS.fresh, PORTS.upstream, PORTS.freshConstant];
  const proxy = await child('serve.ts', ports);
  try {
    await requests(at(PORTS.fresh, chat({})), 10_000, 16);
    const before = await memoryOf(proxy);
    results['P7 resident after 10,000 requests, MB'] = round(before.rss / 1_048_576);
    const agent = new Agent({ keepAlive: true, maxSockets: 500 });
    const opened = Array.from({ length: 500 }, () =>
      open(agent, at(PORTS.fresh, chat({ stream: true, n_events: 100_000, gap_ms: 1000 }))),
    );
    for (const one of opened) (await one.res).resume().on('error', () => {});
    const during = await memoryOf(proxy);
    results['P7 KiB per open stream (500)'] = round((during.rss - before.rss) / 1024 / 500);
    for (const { req } of opened) req.on('error', () => {}).destroy();
    await stalled(proxy);
  } finally {
    proxy.kill();
  }
}

/** Four readers that stop reading answers of 200 MB. */
async function stalled(proxy: ChildProcess): Promise<void> {
  const before = await memoryOf(proxy);
  const agent = new Agent();
  const opened = Array.from({ length: 4 }, () =>
    open(agent, at(PORTS.fresh, chat({ stream: true, n_events: 1_000_000 }))),
  );
  for (const one of opened) (await one.res).pause().on('error', () => {});
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const during = await memoryOf(proxy);
  for (const { req } of opened) req.on('error', () => {}).destroy();
  results['P7 growth with 4 stalled readers, MB'] = round((during.rss - before.rss) / 1_048_576);
}

const upstream = await child('upstream.ts', [PORTS.upstream]);
const proxy = await child('serve.ts', [PORTS.proxy, PORTS.upstream, PORTS.constant]);
const nginx = startNginx();
const PROXY: Contender = { port: PORTS.proxy, pid: proxy.pid ?? 0 };
try {
  results['load average at the start'] = round(loadavg()[0] ?? NaN);
  if (nginx === null) results['nginx'] = 'nginx, wrk or taskset is missing: ratios were not taken';
  else throughputs({ port: PORTS.nginx, pid: nginx.pid ?? 0 });
  await waits();
  await memory();
  results['load average at the end'] = round(loadavg()[0] ?? NaN);
  report('proxy', results);
} finally {
  nginx?.kill();
  proxy.kill();
  upstream.kill();
  rmSync(folder, { recursive: true, force: true });
}
