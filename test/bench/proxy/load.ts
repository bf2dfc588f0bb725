import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one contender is asked. Bodies differ from each other, or single flight would answer many with one. */
export interface Shot {
  readonly port: number;
  /** JSON without its closing brace. */
  readonly body: string;
  /** Absent = the benchmark's own. */
  readonly key?: string;
}

let serial = 0;
const bodyOf = (shot: Shot): string => `${shot.body},"user":"${String(serial++).padStart(10, '0')}"}`;

const KEY = 'pat_local_bench';
const PATH = '/v1/chat/completions';

export function open(
  agent: Agent,
  shot: Shot,
): { readonly req: ClientRequest; readonly res: Promise<IncomingMessage> } {
  const body = bodyOf(shot);
  const length = Buffer.byteLength(body);
  const req = request({
    agent,
    host: '127.0.0.1',
    port: shot.port,
    method: 'POST',
    path: PATH,
    headers: {
      authorization: `Bearer ${shot.key ?? KEY}`,
      'content-type': 'application/json',
      'content-length': length,
    },
  });
  const res = new Promise<IncomingMessage>((resolve, reject) => {
    req.on('response', resolve);
    req.on('error', reject);
  });
  req.end(body);
  return { req, res };
}

async function whole(
  agent: Agent,
  shot: Shot,
): Promise<{ readonly bytes: number; readonly firstMs: number }> {
  const startedAt = performance.now();
  const res = await open(agent, shot).res;
  let bytes = 0;
  let firstMs = 0;
  for await (const chunk of res) {
    if (bytes === 0) firstMs = performance.now() - startedAt;
    bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
  }
  if (res.statusCode !== 200) throw new Error(`status ${res.statusCode}`);
  return { bytes, firstMs };
}

/** Requests a second with `connections` always busy, measured by wrk: a generator in Node would be the bottleneck. */
export function throughput(shot: Shot, connections: number, seconds: number, same = false): number {
  const folder = mkdtempSync(join(tmpdir(), 'wrk-'));
  const script = join(folder, 'post.lua');
  const unique = same ? `'}'` : `',"user":"' .. string.format('%010d', n) .. '"}'`;
  writeFileSync(
    script,
    `local n = 0
local body = [==[${shot.body}]==]
local headers = { ['Content-Type'] = 'application/json', ['Authorization'] = 'Bearer ${KEY}' }
request = function() n = n + 1; return wrk.format('POST', '${PATH}', headers, body .. ${unique}) end
done = function(s, l, r) io.write(string.format('RATE %f BAD %d\\n', s.requests / (s.duration / 1e6), s.errors.status + s.errors.connect + s.errors.timeout)) end`,
  );
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '20s',
    '-s',
    script,
    `http://127.0.0.1:${shot.port}`,
  ];
  const { stdout } = spawnSync('taskset', ['-c', '1', 'wrk', ...args], { encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  const found = /RATE ([\d.]+) BAD (\d+)/.exec(stdout);
  if (found === null || found[2] !== '0') throw new Error(`wrk failed: ${stdout}`);
  return Number(found[1]);
}

/** So many requests, with so many at once. */
export async function requests(shot: Shot, total: number, connections: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await whole(agent, shot);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
}

/** Times to the first byte of `count` streams begun together, in ms. */
export async function firstBytes(shot: Shot, count: number, rounds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const round = await Promise.all(Array.from({ length: count }, () => whole(agent, shot)));
    times.push(...round.map((one) => one.firstMs));
  }
  agent.destroy();
  return times;
}

/** Times to the first byte of streams begun one after another while so many others are being written, in ms. */
export async function firstBytesAmong(
  shot: Shot,
  background: Shot,
  streams: number,
  rounds: number,
): Promise<number[]> {
  const crowd = new Agent({ keepAlive: true, maxSockets: streams });
  const opened = Array.from({ length: streams - 1 }, () => open(crowd, background));
  for (const one of opened) (await one.res).resume().on('error', () => {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) times.push((await whole(agent, shot)).firstMs);
  for (const { req } of opened) req.on('error', () => {}).destroy();
  agent.destroy();
  return times;
}

/** Latencies of requests sent at a steady rate, in ms. */
export async function latencies(shot: Shot, perSecond: number, ms: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const pending: Promise<number>[] = [];
  const startedAt = performance.now();
  const total = Math.floor((perSecond * ms) / 1000);
  for (let i = 0; i < total; i++) {
    const dueIn = startedAt + (i * 1000) / perSecond - performance.now();
    if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
    const sentAt = performance.now();
    pending.push(whole(agent, shot).then(() => performance.now() - sentAt));
  }
  const times = await Promise.all(pending);
  agent.destroy();
  return times;
}

/** Milliseconds from a client's leaving until the model server saw it. */
export async function abortTimes(shot: Shot, upstreamPort: number, rounds: number): Promise<number[]> {
  const times: number[] = [];
  const agent = new Agent({ keepAlive: true });
  for (let i = 0; i < rounds; i++) {
    const before = await abortedCount(agent, upstreamPort);
    const { req, res } = open(new Agent(), shot);
    (await res).on('error', () => {});
    req.on('error', () => {});
    const leftAt = performance.now();
    req.destroy();
    while ((await abortedCount(agent, upstreamPort)) === before)
      await new Promise((resolve) => setImmediate(resolve));
    times.push(performance.now() - leftAt);
  }
  agent.destroy();
  return times;
}

async function abortedCount(agent: Agent, port: number): Promise<number> {
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path: '/aborted' }, resolve).on('error', reject).end();
  });
  let text = '';
  for await (const chunk of res) text += String(chunk);
  return Number(text);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}
