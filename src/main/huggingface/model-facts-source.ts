import { AppError } from '../../shared/errors.ts';
import type { Backend, ModelHit } from '../../shared/model.ts';
import type { Log } from '../logs/log.ts';
import type { ModelFacts } from '../planner/types.ts';
import { abortError, throwIfAborted, type Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { assembleFacts } from './assemble-facts.ts';
import { FactsCache } from './facts-cache.ts';
import { HubClient, HubUnavailable, type HubOptions } from './hub-client.ts';
import type { ModelInfo } from './hub-schemas.ts';
import { parseModelName, type ModelName } from './model-name.ts';
import { ollamaFacts } from './ollama-facts.ts';
import { searchHub, searchShipped } from './search-models.ts';
import { loadShippedModels, type ShippedModels } from './shipped-models.ts';
import type { ModelFactsSource } from './source.ts';
import { SAFETENSORS_INDEX, weightsOf } from './weights.ts';

export interface ModelFactsSourceOptions extends HubOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Never asks the hub. */
  readonly offline?: boolean;
  /** How long the hub may take before the cache or the table answers. */
  readonly limitMs?: number;
}

const LIMIT_MS = 4000;
/** A commit that was looked up so lately is not looked up again; a plan is recalculated at every change of a form. */
const FRESH_MS = 10 * 60_000;
/** After a failure the hub is left alone, so that not every plan waits for it. */
const QUIET_MS = 60_000;

interface ModelSearch {
  readonly query: string;
  readonly backend: Backend;
  readonly limit: number;
}

export interface ModelDirectory extends ModelFactsSource {
  /** Other forms of the same model (FP8, AWQ), for a plan that finds no room. */
  siblings(model: string): Promise<ModelFacts[]>;
  /** Models that could be deployed: the app's own list, then the hub's where it can be asked. Never fails for the hub. */
  search(wish: ModelSearch, signal: AbortSignal): Promise<ModelHit[]>;
}

/**
 * Model facts from Hugging Face first, within a short limit; then from the cache, then from the table shipped with the
 * app. Each fact names its source. Ollama names are answered from the table alone.
 */
export function createModelFactsSource(options: ModelFactsSourceOptions): ModelDirectory {
  return new HubFirst(options);
}

type HubName = Extract<ModelName, { kind: 'hub' }>;

class HubFirst implements ModelDirectory {
  readonly #options: ModelFactsSourceOptions;
  readonly #hub: HubClient;
  readonly #cache: FactsCache;
  #shipped: Promise<ShippedModels> | null = null;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: ModelFactsSourceOptions) {
    this.#options = options;
    this.#hub = new HubClient(options);
    this.#cache = new FactsCache(options.db, options.log);
  }

  async facts(model: string, revision: string | null, signal: AbortSignal): Promise<ModelFacts | null> {
    throwIfAborted(signal);
    const name = parseModelName(model);
    if (name.kind === 'ollama') return ollamaFacts(name.name, await this.#table());
    const cached = this.#cache.byRevision(model, revision);
    if (cached !== null && this.#isFresh(cached.seenAt, revision)) return cached.facts;
    const asked = await this.#withHub(signal, (limited) => this.#ask(model, name, revision, limited));
    if (asked !== undefined) return asked;
    return cached?.facts ?? (await this.#table()).facts(name.repo);
  }

  async siblings(model: string): Promise<ModelFacts[]> {
    const name = parseModelName(model);
    return name.kind === 'ollama' ? [] : (await this.#table()).siblings(name.repo);
  }

  async search({ query, backend, limit }: ModelSearch, signal: AbortSignal): Promise<ModelHit[]> {
    const own = searchShipped(await this.#table(), query, backend);
    const asks = backend === 'vllm' && query.trim() !== '';
    const more = asks
      ? await this.#withHub(signal, (limited) => searchHub(this.#hub, query.trim(), limit, limited))
      : [];
    const known = new Set(own.map((hit) => hit.id));
    return [...own, ...(more ?? []).filter((hit) => !known.has(hit.id))].slice(0, limit);
  }

  /** A commit never changes; a branch may. */
  #isFresh(seenAt: number, revision: string | null): boolean {
    if (revision !== null && /^[0-9a-f]{40}$/.test(revision)) return true;
    return this.#options.clock.now() - seenAt < FRESH_MS;
  }

  #table(): Promise<ShippedModels> {
    this.#shipped ??= loadShippedModels();
    return this.#shipped;
  }

  /** undefined = the hub cannot be asked, or did not answer in time. */
  async #withHub<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { clock, log, offline = false, limitMs = LIMIT_MS } = this.#options;
    if (offline || clock.monotonic() < this.#quietUntil) return undefined;
    const limit = new AbortController();
    const cancel = clock.after(limitMs, () =>
      limit.abort(new HubUnavailable(`The hub took longer than ${limitMs} ms.`, { away: true })),
    );
    try {
      return await ask(AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      if (!(error instanceof HubUnavailable)) throw error;
      if (error.away) this.#quietUntil = clock.monotonic() + QUIET_MS;
      log.warn({ err: error }, 'hugging face cannot be asked');
      return undefined;
    } finally {
      cancel();
      // One of several calls may have failed while the others run on.
      limit.abort();
    }
  }

  async #ask(
    model: string,
    name: HubName,
    revision: string | null,
    signal: AbortSignal,
  ): Promise<ModelFacts | null> {
    const info = await this.#info(name.repo, revision, signal);
    const { sha } = info;
    if (sha === undefined) throw new HubUnavailable('The hub names no commit.', { away: false });
    const now = this.#options.clock.now();
    const known = this.#cache.byCommit(model, sha);
    if (known !== null) {
      this.#cache.seen(model, revision, sha, now);
      return known;
    }
    const facts = await this.#collect(model, name, info, sha, signal);
    if (facts !== null) this.#cache.store(model, revision, sha, facts, now);
    return facts;
  }

  async #info(repo: string, revision: string | null, signal: AbortSignal): Promise<ModelInfo> {
    try {
      return await this.#hub.modelInfo(repo, revision, signal);
    } catch (error) {
      if (error instanceof AppError && error.code === 'model_unknown') throw await this.#unknown(repo, error);
      throw error;
    }
  }

  async #unknown(repo: string, cause: AppError): Promise<AppError> {
    const close = (await this.#table()).nearest(repo);
    return new AppError('model_unknown', cause.message, {
      cause,
      advice: `${cause.advice} Did you mean ${close.join(' or ')}?`,
      details: { ...cause.details, nearest: close },
    });
  }

  async #collect(
    model: string,
    { repo, ggufQuant }: HubName,
    info: ModelInfo,
    sha: string,
    signal: AbortSignal,
  ): Promise<ModelFacts | null> {
    const [files, config] = await Promise.all([
      this.#hub.files(repo, sha, signal),
      this.#hub.config(repo, sha, signal),
    ]);
    const hasIndex = files.some((file) => file.path === SAFETENSORS_INDEX);
    const indexed = hasIndex ? await this.#hub.weightIndex(repo, sha, SAFETENSORS_INDEX, signal) : null;
    const weights = weightsOf(files, indexed, ggufQuant);
    const facts = assembleFacts({ model, info, sha, weights, config });
    if (facts === null || config !== null) return facts;
    // Without a config.json the architecture may still be known.
    const shipped = (await this.#table()).facts(repo);
    if (shipped === null) return facts;
    const { revision, gated, pipeline, weightBytes } = facts;
    return { ...shipped, model, revision, gated, pipeline, weightBytes };
  }
}
