import { Agent } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRequestLog, type RequestLog } from '../../../src/main/activity/request-log.ts';
import { toRequestRecord } from '../../../src/main/activity/from-proxy.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../src/main/platform/db.ts';
import { createHttpPool, type HttpPool } from '../../../src/main/platform/http.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { randomInt, seededRandom, type Random } from '../../../src/main/platform/random.ts';
import { fixedKeyring, ownerKey } from '../../../src/main/proxy/keyring.ts';
import { createProxy, type Proxy } from '../../../src/main/proxy/proxy.ts';
import { proxyConfigSchema } from '../../../src/main/settings/proxy-config.ts';
import { eventually, LOCAL_KEY } from '../proxy-harness.ts';
import { FakeTarget, FakeTargets, upstreamAt } from '../proxy-targets.ts';
import { FaultyServer, seedOf, type Weather } from './faulty-server.ts';
import { judgeLap, type Seen } from './judge-lap.ts';
import { visit, type Visit } from './soak-client.ts';

export interface LapFigures {
  readonly lap: number;
  readonly requests: number;
  readonly whole: number;
  readonly told: number;
  readonly left: number;
  /** Bytes in use once everything was idle and collected. */
  readonly heapBytes: number;
}

const AT_ONCE = 24;
/** Share of a lap that each weather has. */
const FORECAST: readonly (readonly [number, Weather])[] = [
  [0.5, 'mixed'],
  [0.2, 'outage'],
  [0.3, 'calm'],
];
const QUESTIONS = 40;
/** `wakesPerHour` ends at 1000. */
const MOST_SLEEPS = 800;
const LOOK_EVERY_MS = 10;
const WAKE_EVERY_MS = 15;
const STALL_MS = 50;
/** How long a client that was refused thinks before its next request. */
const THINKS_MS = 10;
const TRIES = 200;
const TRY_EVERY_MS = 50;
const COLLECTIONS = 8;

/** A proxy with its request log, a model server with weather, and clients in front. */
export class SoakRig {
  readonly server: FaultyServer;
  readonly #seed: number;
  readonly #pool: HttpPool = createHttpPool({ silenceMs: 0 });
  readonly #db: Db = openDb(':memory:');
  readonly #requests: RequestLog;
  readonly #targets: readonly FakeTarget[];
  readonly #proxy: Proxy;
  readonly #gc: () => void;
  #sleeps = 0;
  /** When this process last stood still for so long that short deadlines mean nothing. */
  #stalledAt = 0;
  #port = 0;

  private constructor(seed: number, server: FaultyServer) {
    this.#seed = seed;
    this.server = server;
    this.#requests = createRequestLog({ db: this.#db, clock: systemClock, log: silentLog, keep: 1_000_000 });
    // One is streamed whatever the client asks; the other's plain calls are plain all the way.
    const upstream = upstreamAt(server.url);
    this.#targets = [
      new FakeTarget('m', upstream),
      new FakeTarget('p', { ...upstream, fingerprint: 'f2', cutsSilence: false }),
    ];
    const random = seededRandom(seed);
    for (const target of this.#targets) target.onUnreachable = () => this.#maybeSleep(target, random);
    const settings = proxyConfigSchema.parse({
      retries: 2,
      breaker: { failures: 5, openSeconds: 0.05 },
      deadlines: { firstByteSeconds: 1, silenceSeconds: 1, totalSeconds: 10, stalledReaderSeconds: 5 },
      limits: { concurrent: 16, queue: 1000 },
      cache: { memoryMb: 1 },
      wakesPerHour: 1000,
    });
    this.#proxy = createProxy({
      source: new FakeTargets(...this.#targets),
      keyring: fixedKeyring([ownerKey(LOCAL_KEY)]),
      clock: systemClock,
      random,
      ids: randomIds(random),
      log: silentLog,
      pool: this.#pool,
      settings: () => settings,
      onCompleted: (record) => this.#requests.add(toRequestRecord(record, { usdPerHour: null, sharing: 1 })),
    });
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    this.#gc = () => {
      if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
    };
  }

  static async start(seed: number): Promise<SoakRig> {
    const rig = new SoakRig(seed, await new FaultyServer(seed).listen());
    const { url } = await rig.#proxy.listen('127.0.0.1', 0);
    rig.#port = Number(new URL(url).port);
    return rig;
  }

  async stop(): Promise<void> {
    await this.#proxy.close({ graceMs: 0 });
    this.#requests.dispose();
    this.#db.close();
    await this.server.close();
    await this.#pool.close();
  }

  async lap(
    lap: number,
    lengthMs: number,
  ): Promise<{ readonly figures: LapFigures; readonly problems: readonly string[] }> {
    const startedAt = systemClock.now();
    const seen: Seen[] = [];
    const stop = this.#background();
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    let serial = 0;
    const worker = async (lengthMs: number): Promise<void> => {
      const begunAt = systemClock.now();
      while (systemClock.now() - begunAt < lengthMs) {
        seen.push(await this.#visit(agent, this.#plan(`soak-${lap}-${serial++}`)));
      }
    };
    const problems: string[] = [];
    for (const [share, weather] of FORECAST) {
      this.server.weather = weather;
      await Promise.all(Array.from({ length: AT_ONCE }, () => worker(share * lengthMs)));
      const breaks = weather === 'outage' ? await this.#asks(agent, (open) => open > 0) : true;
      if (!breaks) problems.push('the breaker did not open');
    }
    if (!(await this.#asks(agent, (open) => open === 0))) problems.push('the breaker did not heal');
    stop();
    agent.destroy();
    problems.push(...(await this.#settled()));
    const records = this.#requests
      .between({}, startedAt - 1000, systemClock.now() + 1000)
      .filter(({ id }) => id.startsWith(`soak-${lap}-`));
    problems.push(...judgeLap(seen, records, this.server.attempts));
    this.server.attempts.clear();
    const count = (kind: string): number => seen.filter(({ sight }) => sight.kind === kind).length;
    const figures = {
      lap,
      requests: seen.length,
      whole: count('whole'),
      told: count('told'),
      left: count('left'),
    };
    seen.length = 0;
    return { figures: { ...figures, heapBytes: await this.#heapBytes() }, problems };
  }

  async #visit(agent: Agent, asked: Visit): Promise<Seen> {
    const begunAt = systemClock.now();
    const healthy = this.#healthy();
    const sight = await visit(agent, this.#port, asked);
    const seen = { asked, sight, healthy: healthy && this.#healthy() && this.#stalledAt < begunAt };
    if (sight.kind === 'told') await systemClock.sleep(THINKS_MS);
    return seen;
  }

  /** A look whether this process stands still, and somebody who wakes what fell asleep. @returns how to end it */
  #background(): () => void {
    const upstream = upstreamAt(this.server.url);
    let lookedAt = systemClock.now();
    const look = setInterval(() => {
      const now = systemClock.now();
      if (now - lookedAt > STALL_MS) this.#stalledAt = now;
      lookedAt = now;
    }, LOOK_EVERY_MS);
    const wake = setInterval(() => {
      const [streamed, plain] = this.#targets;
      if (streamed?.state() !== 'ready') streamed?.wakeUp(upstream);
      if (plain?.state() !== 'ready') plain?.wakeUp({ ...upstream, fingerprint: 'f2', cutsSilence: false });
    }, WAKE_EVERY_MS);
    return () => {
      clearInterval(look);
      clearInterval(wake);
    };
  }

  /** The sun shines and every breaker is closed: nothing may fail that begins and ends now. */
  #healthy(): boolean {
    return this.server.weather === 'calm' && this.#openBreakers() === 0;
  }

  #openBreakers(): number {
    return this.#proxy.stats().targets.filter(({ breaker }) => breaker !== 'closed').length;
  }

  #plan(id: string): Visit {
    const random = seededRandom(seedOf(`${this.#seed}|${id}`));
    const cacheable = random.next() < 0.2;
    const shared = cacheable || random.next() < 0.2;
    return {
      id,
      model: random.next() < 0.7 ? 'm' : 'p',
      question: shared ? `q${randomInt(random, 1, QUESTIONS)}` : `only-${id}`,
      stream: random.next() < 0.6,
      cacheable,
      leavesAfterMs: random.next() < 0.15 ? randomInt(random, 0, 80) : null,
      pausesMs: random.next() < 0.1 ? randomInt(random, 1, 150) : null,
    };
  }

  #maybeSleep(target: FakeTarget, random: Random): void {
    if (this.#sleeps >= MOST_SLEEPS || random.next() > 0.1) return;
    this.#sleeps++;
    target.sleep();
  }

  /** Waits until nothing is under way. @returns what does not come to rest */
  async #settled(): Promise<string[]> {
    const problems: string[] = [];
    const rests: readonly (readonly [string, () => boolean])[] = [
      ['requests under way', () => this.#proxy.stats().inFlight === 0],
      ['requests at targets', () => this.#proxy.stats().targets.every(({ inFlight }) => inFlight === 0)],
      ['leases', () => this.#targets.every(({ leasesBegun, leasesEnded }) => leasesBegun === leasesEnded)],
    ];
    for (const [what, atRest] of rests) {
      await eventually(atRest, what).catch(() => problems.push(`${what} are left over`));
    }
    return problems;
  }

  /** Asks now and then, as clients would, until there are so many open breakers. @returns false = never */
  async #asks(agent: Agent, enough: (open: number) => boolean): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (enough(this.#openBreakers())) return true;
      for (const model of ['m', 'p']) {
        const asked = { ...this.#plan(`ask-${tries}`), model, leavesAfterMs: null, cacheable: false };
        await visit(agent, this.#port, asked);
      }
      await systemClock.sleep(TRY_EVERY_MS);
    }
    return false;
  }

  /** What is in use; the least of a few looks, for buffers go in their own time after a collection. */
  async #heapBytes(): Promise<number> {
    let least = Infinity;
    for (let look = 0; look < COLLECTIONS; look++) {
      this.#gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      least = Math.min(least, heapUsed + arrayBuffers);
      await systemClock.sleep(10);
    }
    return least;
  }
}
