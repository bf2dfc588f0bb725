import { hash } from 'node:crypto';
import type { CacheStats } from './answer-cache.ts';
import type { ProxyStats } from './proxy-stats.ts';
import { NO_USAGE, type RequestRecord } from './trace.ts';

/** What the dashboard shows: targets, the last requests, the cache. No prompt, no key, no address. */
export interface DashboardFacts {
  readonly asOf: string;
  readonly stats: ProxyStats;
  readonly cache: CacheStats;
  readonly recent: readonly RecentRequest[];
}

/** What is shown of a finished request. */
interface RecentRequest {
  readonly id: string;
  /** Wall-clock milliseconds of its beginning. */
  readonly at: number;
  readonly route: string;
  readonly model: string;
  readonly keyName: string;
  readonly targetName: string | null;
  readonly outcome: RequestRecord['outcome'];
  readonly status: number;
  readonly errorCode: string | null;
  readonly cache: RequestRecord['cache'];
  readonly usage: RequestRecord['usage'];
  readonly usageEstimated: boolean;
  readonly ttftMs: number | null;
  readonly durationMs: number;
}

/**
 * The last requests, newest first, bounded. Each is written over the oldest: records held here would each outlive two
 * young collections, which cost a busy proxy more than all its counters.
 */
export class RecentRequests {
  readonly #most: number;
  readonly #rows: Writable<RecentRequest>[] = [];
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(record: RequestRecord): void {
    const row = (this.#rows[this.#next] ??= { ...BLANK });
    overwrite(row, record);
    this.#next = (this.#next + 1) % this.#most;
  }

  list(): readonly RecentRequest[] {
    const oldestFirst = [...this.#rows.slice(this.#next), ...this.#rows.slice(0, this.#next)];
    return oldestFirst.reverse().map((row) => ({ ...row }));
  }
}

const BLANK: RecentRequest = {
  id: '',
  at: 0,
  route: '',
  model: '',
  keyName: '',
  targetName: null,
  outcome: 'ok',
  status: 0,
  errorCode: null,
  cache: 'bypass',
  usage: NO_USAGE,
  usageEstimated: false,
  ttftMs: null,
  durationMs: 0,
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function overwrite(row: Writable<RecentRequest>, record: RequestRecord): void {
  row.id = record.id;
  row.at = record.at;
  row.route = record.route;
  row.model = record.model;
  row.keyName = record.keyName;
  row.targetName = record.targetName;
  row.outcome = record.outcome;
  row.status = record.status;
  row.errorCode = record.errorCode;
  row.cache = record.cache;
  row.usage = record.usage;
  row.usageEstimated = record.usageEstimated;
  row.ttftMs = record.ttftMs;
  row.durationMs = record.durationMs;
}

const STYLE = `
:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif}
body{margin:2rem auto;max-width:70rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:0 0 2rem}
caption{text-align:left;font-size:1.15rem;font-weight:600;padding:.5rem 0}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
`;
const STYLE_HASH = hash('sha256', STYLE, 'base64');

/** Nothing but this page's own style may load: model names and client names on it are other people's text. */
export const DASHBOARD_CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** One static page for a browser; reload it for newer figures. */
export function dashboardHtml(facts: DashboardFacts): string {
  const { stats, cache, recent, asOf } = facts;
  const targets = stats.targets.map((target) => [
    target.name,
    target.state,
    target.breaker,
    String(target.inFlight),
    milliseconds(target.firstTokenMs),
  ]);
  const requests = recent.map((record) => [
    new Date(record.at).toISOString().slice(11, 19),
    record.model,
    record.targetName ?? '–',
    record.errorCode ?? record.outcome,
    record.cache,
    count(record.usage.tokensIn),
    count(record.usage.tokensOut) + (record.usageEstimated ? ' ≈' : ''),
    milliseconds(record.ttftMs),
    milliseconds(record.durationMs),
    record.keyName,
  ]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>RunPod LLM proxy</title><style>${STYLE}</style></head><body>
<h1>RunPod LLM proxy</h1>
<p>${stats.inFlight} under way · ${cache.hits} cache hits, ${cache.misses} misses, ${cache.entries} answers kept · as of ${escape(asOf)}</p>
${table('Targets', ['Name', 'State', 'Breaker', '#In flight', '#First token'], targets)}
${table('Last requests', ['UTC', 'Model', 'Target', 'Outcome', 'Cache', '#In', '#Out', '#First token', '#Total', 'Key'], requests)}
</body></html>
`;
}

/** A heading that begins with # names a column of numbers. */
function table(caption: string, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = headings.map((heading) => heading.startsWith('#'));
  const cells = (tag: 'th' | 'td', values: readonly string[]): string =>
    values
      .map((value, i) => {
        const scope = tag === 'th' ? ' scope="col"' : '';
        return `<${tag}${scope}${numeric[i] === true ? ' class="n"' : ''}>${escape(value)}</${tag}>`;
      })
      .join('');
  const head = cells(
    'th',
    headings.map((heading) => heading.replace(/^#/, '')),
  );
  const body =
    rows.length === 0
      ? `<tr><td colspan="${headings.length}">None yet.</td></tr>`
      : rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<div class="scroll"><table><caption>${escape(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const milliseconds = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} ms`);
const count = (value: number | null): string => (value === null ? '–' : String(value));

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
