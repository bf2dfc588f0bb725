import type { Server } from 'node:http';
import { AppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { HttpPool } from '../platform/http.ts';
import type { Ids } from '../platform/ids.ts';
import type { Random } from '../platform/random.ts';
import type { ProxyConfig } from '../settings/proxy-config.ts';
import type { Target, TargetSource } from '../target.ts';
import { Breakers } from './breaker.ts';
import { AnswerCache, type AnswerStore, type CacheStats } from './answer-cache.ts';
import type { Call, Handle } from './call.ts';
import { RecentRequests } from './dashboard.ts';
import type { ClientKey, Keyring } from './keyring.ts';
import { localRoutes } from './local-routes.ts';
import { Metrics } from './metrics.ts';
import { pipeline } from './pipeline.ts';
import { OpenErrands } from './queue/open-errands.ts';
import type { ProxyStats } from './proxy-stats.ts';
import { Router } from './router.ts';
import { Auth } from './server/auth.ts';
import { Front } from './server/front.ts';
import { allowedHosts, type GateRules } from './server/gate.ts';
import { serialLetters } from './server/serial-letters.ts';
import { listen, type Patience } from './server/listeners.ts';
import { TargetLoad } from './target-load.ts';
import { Ticker } from './ticker.ts';
import type { RequestRecord } from './trace.ts';
import { Turnstile } from './turnstile.ts';
import { WakeAllowance } from './wake-allowance.ts';

export interface ProxyOptions {
  readonly source: TargetSource;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  /** The pool for model servers: no time-outs of its own. */
  readonly pool: HttpPool;
  /** Read per request, so that a reloaded file takes effect at once; host, port and connections at `listen`. */
  readonly settings: () => ProxyConfig;
  /** Cached answers on disk; absent = memory only. Closed with the proxy. */
  readonly answerStore?: AnswerStore;
  /** How long connections may dawdle; absent = the product's limits. */
  readonly patience?: Patience;
  /** Why a key may send no request now, such as a budget that is used up; asked for every request. Absent = it may. */
  readonly keyRefusal?: (key: ClientKey) => AppError | null;
  /** Every request, whatever its outcome, once. Must be quick: it runs on the request path. */
  readonly onCompleted: (record: RequestRecord) => void;
  /** A request was refused at the gate: wrong Host, foreign origin, guessing. `origin` = the web page, if any. */
  readonly onRefused?: (code: string, origin: string | null) => void;
}

export interface Proxy {
  /** @throws AppError port_in_use, config_invalid (a public address without keys) */
  listen(host: string, port: number): Promise<{ readonly url: string }>;
  /** Stops accepting, lets requests under way finish for `graceMs`, then ends them in their own dialect. */
  close(options: { readonly graceMs: number }): Promise<void>;
  stats(): ProxyStats;
  /** Requests being answered now, or those of them that are at one target. Cheap. */
  inFlight(targetId?: string): number;
  cacheStats(): CacheStats;
  /** Forgets cached answers of one model, or all (null). @returns how many */
  clearCache(model: string | null): number;
}

/** How long closing waits for jobs to be withdrawn at RunPod. */
const ERRANDS_MS = 3000;

/** Where clients on this computer reach what listens on `host`: "every address" is no address to call. */
function clientHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Awake; one that has to look up its key first is, unless nothing may be spent on it. */
function answersNow(target: Target): boolean {
  if (target.upstream() !== null) return true;
  return target.state() === 'ready' && (target.refusal?.() ?? null) === null;
}

const LOOPBACK = /^(?:127\.|::1$|\[::1\]$)/;

/** The OpenAI-compatible endpoint in front of all targets (SPEC 4). */
export function createProxy(options: ProxyOptions): Proxy {
  return new ProxyServer(options);
}

class ProxyServer implements Proxy {
  readonly #options: ProxyOptions;
  readonly #ticker: Ticker;
  readonly #load: TargetLoad;
  readonly #breakers: Breakers;
  readonly #unfollow: () => void;
  readonly #router: Router;
  readonly #cache: AnswerCache;
  readonly #metrics = new Metrics();
  readonly #recent = new RecentRequests(100);
  readonly #errands = new OpenErrands();
  readonly #front: Front;
  #servers: readonly Server[] = [];
  #loopback = true;
  #port = 0;
  #gate: { readonly key: string; readonly rules: GateRules } = {
    key: '',
    rules: { hosts: new Set(), origins: new Set() },
  };
  #host = '127.0.0.1';

  constructor(options: ProxyOptions) {
    const { clock, settings, source } = options;
    this.#options = options;
    this.#ticker = new Ticker(clock);
    this.#load = new TargetLoad(() => clock.monotonic());
    this.#breakers = new Breakers(clock, () => ({
      failures: settings().breaker.failures,
      openMs: settings().breaker.openSeconds * 1000,
    }));
    this.#breakers.follow(source.list());
    this.#unfollow = source.onChange(() => this.#breakers.follow(source.list()));
    this.#router = new Router({
      source,
      load: this.#load,
      defaultModel: () => settings().defaultModel,
      healthy: (id) => this.#breakers.healthy(id),
    });
    const { memoryMb } = settings().cache;
    this.#cache = new AnswerCache(clock, memoryMb * 1_048_576, options.answerStore ?? null);
    this.#front = this.#newFront();
  }

  async listen(host: string, port: number): Promise<{ readonly url: string }> {
    const settings = this.#options.settings();
    const loopback = LOOPBACK.test(host);
    if (!loopback && this.#options.keyring.keys().length === 0) {
      throw new AppError(
        'config_invalid',
        `Listening on ${host} opens the proxy to others, and there is no key.`,
        {
          advice: 'Set a local key first, or listen on 127.0.0.1.',
        },
      );
    }
    const listening = await listen(host, port, {
      onRequest: this.#front.onRequest,
      onBadBytes: this.#front.onBadBytes,
      maxConnections: settings.maxConnections,
      patience: this.#options.patience,
    });
    this.#servers = listening.servers;
    this.#port = listening.port;
    this.#host = host;
    this.#loopback = loopback;
    const name = clientHost(host);
    return { url: `http://${name}:${this.#port}` };
  }

  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const server of this.#servers) server.closeIdleConnections();
    await this.#front.drain(graceMs);
    await this.#errands.drain(this.#options.clock, ERRANDS_MS);
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
    this.#servers = [];
    this.#router.dispose();
    this.#unfollow();
    this.#ticker.close();
    this.#cache.close();
  }

  stats(): ProxyStats {
    return {
      inFlight: this.#front.inFlight,
      listening: this.#servers.length > 0,
      targets: this.#options.source.list().map((target) => ({
        id: target.id,
        name: target.name,
        models: target.models,
        state: target.state(),
        inFlight: this.#load.inFlight(target.id),
        firstTokenMs: this.#load.firstTokenMs(target.id),
        breaker: this.#breakers.state(target.id).state,
      })),
    };
  }

  inFlight(targetId?: string): number {
    return targetId === undefined ? this.#front.inFlight : this.#load.inFlight(targetId);
  }

  cacheStats(): CacheStats {
    return this.#cache.stats();
  }

  clearCache(model: string | null): number {
    return this.#cache.clear(model);
  }

  #newFront(): Front {
    const { clock, keyring, log, settings } = this.#options;
    const refused = (code: string, origin: string | null): void => {
      this.#metrics.refused(code);
      log.warn({ code, origin }, 'request refused at the gate');
      this.#options.onRefused?.(code, origin);
    };
    return new Front({
      auth: new Auth({ keyring, clock, onGuessing: () => refused('guessing', null) }),
      router: this.#router,
      handle: this.#pipeline(),
      local: localRoutes({
        clock,
        router: this.#router,
        metrics: this.#metrics,
        recent: this.#recent,
        cache: this.#cache,
        stats: () => this.stats(),
      }),
      settings,
      keyRequired: (ollama) => !this.#loopback || (settings().requireKey && !ollama),
      gate: () => this.#rules(),
      ticker: this.#ticker,
      clock,
      log,
      idPrefix: `${this.#options.ids.next('req').replace(/\d/g, (digit) => serialLetters(Number(digit)))}-`,
      onRefusal: refused,
      onRejected: (record) => this.#completed(record),
    });
  }

  #pipeline(): Handle {
    const { clock, random, log, pool, settings } = this.#options;
    return pipeline({
      clock,
      random,
      log,
      ticker: this.#ticker,
      dispatcher: pool.dispatcher,
      settings,
      load: this.#load,
      breakers: this.#breakers,
      turnstile: new Turnstile(clock),
      cache: this.#cache,
      allowance: new WakeAllowance(clock, () => settings().wakesPerHour),
      bridge: () => this.#bridge(),
      standIns: (call) => this.#standIns(call),
      onCompleted: (record) => this.#completed(record),
      errands: this.#errands,
      keyRefusal: this.#options.keyRefusal ?? (() => null),
      userAgent: 'runpod-llm-manager',
    });
  }

  /** A failing listener must not fail the request it was told about. */
  #completed(record: RequestRecord): void {
    this.#metrics.observe(record);
    this.#recent.add(record);
    try {
      this.#options.onCompleted(record);
    } catch (error) {
      this.#options.log.error({ id: record.id, error }, 'recording a request failed');
    }
  }

  #standIns(call: Call): readonly Target[] {
    const { fallbacks } = this.#options.settings();
    // A model may be called `constructor`, too.
    const models = Object.hasOwn(fallbacks, call.model) ? (fallbacks[call.model] ?? []) : [];
    return models.flatMap((model) => this.#router.targetsOf(model));
  }

  #bridge(): Target | null {
    const { model } = this.#options.settings().bridge;
    if (model === null) return null;
    return this.#router.targetsOf(model).find(answersNow) ?? null;
  }

  #rules(): GateRules {
    const { allowedHosts: extra, allowedOrigins } = this.#options.settings();
    const key = `${this.#port}|${extra.join()}|${allowedOrigins.join()}`;
    if (this.#gate.key !== key) {
      const hosts = allowedHosts(this.#port, this.#host, extra);
      this.#gate = { key, rules: { hosts, origins: new Set(allowedOrigins) } };
    }
    return this.#gate.rules;
  }
}
