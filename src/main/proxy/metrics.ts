import type { CacheStats } from './answer-cache.ts';
import type { ProxyStats } from './proxy-stats.ts';
import type { RequestRecord } from './trace.ts';

/** Upper bounds of the time-to-first-token and duration histograms, in seconds. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
/** Label sets kept; clients choose model names, so their number must have an end. */
const MOST_SERIES = 500;

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

interface Series {
  readonly route: string;
  readonly outcome: string;
  readonly cache: string;
  readonly labels: string;
  requests: number;
  tokensIn: number;
  tokensOut: number;
}

/** Plain counters, rendered only when somebody asks (PERFORMANCE "What pays"). */
export class Metrics {
  /** By model; the few combinations of the other labels are looked through. */
  readonly #series = new Map<string, Series[]>();
  #count = 0;
  readonly #firstToken = newHistogram();
  readonly #duration = newHistogram();
  readonly #refusals = new Map<string, number>();

  observe(record: RequestRecord): void {
    const series = this.#seriesFor(record);
    series.requests++;
    series.tokensIn += record.usage.tokensIn ?? 0;
    series.tokensOut += record.usage.tokensOut ?? 0;
    note(this.#duration, record.durationMs / 1000);
    if (record.ttftMs !== null) note(this.#firstToken, record.ttftMs / 1000);
  }

  refused(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  /** Prometheus text format 0.0.4. */
  render(stats: ProxyStats, cache: CacheStats): string {
    const lines = [
      ...this.#counter('requests_total', 'Requests by outcome.', (series) => series.requests),
      ...this.#counter('prompt_tokens_total', 'Tokens read.', (series) => series.tokensIn),
      ...this.#counter('completion_tokens_total', 'Tokens written.', (series) => series.tokensOut),
      ...histogram('time_to_first_token_seconds', 'Time to the first token.', this.#firstToken),
      ...histogram('request_duration_seconds', 'Time to the last byte.', this.#duration),
      ...head('refused_total', 'Requests refused at the gate.', 'counter'),
      ...Array.from(this.#refusals, ([code, count]) => `${PREFIX}refused_total{code="${code}"} ${count}`),
      ...gauge('in_flight', 'Requests under way.', stats.inFlight),
      ...gauge('cache_entries', 'Answers in memory.', cache.entries),
      ...gauge('cache_bytes', 'Bytes of answers in memory.', cache.bytes),
      ...head('target_in_flight', 'Requests at each target.', 'gauge'),
      ...stats.targets.map((t) => `${PREFIX}target_in_flight{target="${escape(t.name)}"} ${t.inFlight}`),
      ...head('target_up', '1 while the target is ready and its breaker closed.', 'gauge'),
      ...stats.targets.map((t) => {
        const up = t.state === 'ready' && t.breaker === 'closed' ? 1 : 0;
        return `${PREFIX}target_up{target="${escape(t.name)}"} ${up}`;
      }),
    ];
    return `${lines.join('\n')}\n`;
  }

  #seriesFor(record: Labels): Series {
    const known = this.#find(record);
    if (known !== undefined) return known;
    return this.#count >= MOST_SERIES ? (this.#find(OTHER) ?? this.#add(OTHER)) : this.#add(record);
  }

  #find({ model, route, outcome, cache }: Labels): Series | undefined {
    return this.#series
      .get(model)
      ?.find((one) => one.route === route && one.outcome === outcome && one.cache === cache);
  }

  #add({ model, route, outcome, cache }: Labels): Series {
    const labels = `route="${route}",model="${escape(model)}",outcome="${outcome}",cache="${cache}"`;
    const fresh = { route, outcome, cache, labels, requests: 0, tokensIn: 0, tokensOut: 0 };
    const ofModel = this.#series.get(model) ?? [];
    ofModel.push(fresh);
    this.#series.set(model, ofModel);
    this.#count++;
    return fresh;
  }

  #counter(name: string, help: string, value: (series: Series) => number): readonly string[] {
    const rows = Array.from(this.#series.values())
      .flat()
      .map((series) => `${PREFIX}${name}{${series.labels}} ${value(series)}`);
    return [...head(name, help, 'counter'), ...rows];
  }
}

type Labels = Record<'route' | 'model' | 'outcome' | 'cache', string>;

/** What is counted together once there are too many. */
const OTHER: Labels = { route: 'other', model: 'other', outcome: 'other', cache: 'other' };

const PREFIX = 'runpod_llm_proxy_';

function newHistogram(): Histogram {
  return { counts: BOUNDS.map(() => 0), sum: 0, count: 0 };
}

function note(histogram: Histogram, value: number): void {
  histogram.sum += value;
  histogram.count++;
  const at = BOUNDS.findIndex((bound) => value <= bound);
  if (at >= 0) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
}

function head(name: string, help: string, type: string): readonly string[] {
  return [`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} ${type}`];
}

function gauge(name: string, help: string, value: number): readonly string[] {
  return [...head(name, help, 'gauge'), `${PREFIX}${name} ${value}`];
}

function histogram(name: string, help: string, { counts, sum, count }: Histogram): readonly string[] {
  let below = 0;
  const buckets = BOUNDS.map((bound, i) => {
    below += counts[i] ?? 0;
    return `${PREFIX}${name}_bucket{le="${bound}"} ${below}`;
  });
  return [
    ...head(name, help, 'histogram'),
    ...buckets,
    `${PREFIX}${name}_bucket{le="+Inf"} ${count}`,
    `${PREFIX}${name}_sum ${sum}`,
    `${PREFIX}${name}_count ${count}`,
  ];
}

function escape(value: string): string {
  return value.slice(0, 200).replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
