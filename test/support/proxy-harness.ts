import { connect } from 'node:net';
import { createHttpPool, type HttpPool } from '../../src/main/platform/http.ts';
import { ManualClock, systemClock, type Clock } from '../../src/main/platform/clock.ts';
import { randomIds } from '../../src/main/platform/ids.ts';
import { seededRandom } from '../../src/main/platform/random.ts';
import { silentLog } from '../../src/main/logs/log.ts';
import { fixedKeyring, ownerKey, type StoredKey } from '../../src/main/proxy/keyring.ts';
import { createProxy, type Proxy, type ProxyOptions } from '../../src/main/proxy/proxy.ts';
import type { RequestRecord } from '../../src/main/proxy/trace.ts';
import { proxyConfigSchema, type ProxyConfig } from '../../src/main/settings/proxy-config.ts';
import { FakeTarget, FakeTargets, upstreamAt } from './proxy-targets.ts';
import { FakeUpstream } from './proxy-upstream.ts';

export const LOCAL_KEY = 'pat_local_0123456789abcdef';

export interface HarnessOptions {
  readonly clock?: Clock;
  readonly settings?: Record<string, unknown>;
  readonly keys?: readonly StoredKey[];
  readonly options?: Partial<ProxyOptions>;
}

/** A proxy on a real port in front of one fake model server, target `m`, served as `served`. */
export class Harness {
  readonly upstream: FakeUpstream;
  readonly target: FakeTarget;
  readonly targets: FakeTargets;
  readonly records: RequestRecord[] = [];
  readonly proxy: Proxy;
  readonly clock: Clock;
  readonly #pool: HttpPool;
  settings: ProxyConfig;
  url = '';

  private constructor(upstream: FakeUpstream, options: HarnessOptions) {
    this.upstream = upstream;
    this.target = new FakeTarget('m', upstreamAt(upstream.url), ['m', 'alias', 'Qwen/Qwen3-8B']);
    this.targets = new FakeTargets(this.target);
    this.clock = options.clock ?? systemClock;
    this.settings = proxyConfigSchema.parse(options.settings ?? {});
    this.#pool = createHttpPool({ silenceMs: 0 });
    const random = seededRandom(7);
    this.proxy = createProxy({
      source: this.targets,
      keyring: fixedKeyring(options.keys ?? [ownerKey(LOCAL_KEY)]),
      clock: this.clock,
      random,
      ids: randomIds(random),
      log: silentLog,
      pool: this.#pool,
      settings: () => this.settings,
      onCompleted: (record) => this.records.push(record),
      ...options.options,
    });
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(await new FakeUpstream().listen(), options);
    const { url } = await harness.proxy.listen('127.0.0.1', 0);
    harness.url = url;
    return harness;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async stop(): Promise<void> {
    const closed = this.proxy.close({ graceMs: 0 });
    if (this.clock instanceof ManualClock) await this.clock.advance(2000);
    await closed;
    await this.upstream.close();
    await this.#pool.close();
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { headers: { authorization: `Bearer ${LOCAL_KEY}`, ...headers } });
  }

  post(
    path: string,
    body: unknown,
    options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${LOCAL_KEY}`,
        'content-type': 'application/json',
        ...options.headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  chat(
    fields: Record<string, unknown> = {},
    options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    return this.post(
      '/v1/chat/completions',
      { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields },
      options,
    );
  }

  /** Sends bytes as they are and returns everything that comes back until the connection closes. */
  raw(text: string, options: { readonly end?: boolean } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.write(text);
        if (options.end === true) socket.end();
      });
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }
}

/** Polls a condition while real I/O goes on; fails after a bounded number of turns. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  throw new Error(`never happened: ${what}`);
}

/** Moves a manual clock in steps, letting sockets work between, until the condition holds. */
export async function advanceUntil(
  clock: ManualClock,
  stepMs: number,
  condition: () => boolean,
  what: string,
): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (condition()) return;
    await clock.advance(stepMs);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1);
    });
  }
  throw new Error(`never happened: ${what}`);
}

/** What a promise comes to, with time moving until it is settled. */
export async function settled<T>(clock: ManualClock, pending: Promise<T>): Promise<T> {
  const watch = { over: false };
  const watched = async (): Promise<void> => {
    await Promise.allSettled([pending]);
    watch.over = true;
  };
  await Promise.all([watched(), advanceUntil(clock, 250, () => watch.over, 'the end')]);
  return pending;
}

/** The `data:` payloads of an event stream. */
export function dataOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
}

export function textOf(stream: string): string {
  return dataOf(stream)
    .filter((data) => data !== '[DONE]')
    .map((data) => {
      const json = JSON.parse(data) as { choices?: { delta?: { content?: string } }[] };
      return json.choices?.[0]?.delta?.content ?? '';
    })
    .join('');
}
