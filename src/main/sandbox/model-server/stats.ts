/** A model server's own counters, as its /metrics shows them; they start at zero with the process. */
export class ServerStats {
  running = 0;
  waiting = 0;
  promptTokens = 0;
  generationTokens = 0;
  readonly finished: Record<'stop' | 'length' | 'abort' | 'error', number> = {
    stop: 0,
    length: 0,
    abort: 0,
    error: 0,
  };
  firstTokenSeconds = 0;
  firstTokens = 0;
  requestSeconds = 0;
  readonly http = new Map<string, number>();

  countHttp(method: string, handler: string, status: number): void {
    const key = `${method} ${handler} ${Math.floor(status / 100)}xx`;
    this.http.set(key, (this.http.get(key) ?? 0) + 1);
  }

  get requests(): number {
    return this.finished.stop + this.finished.length + this.finished.abort + this.finished.error;
  }
}

/** vLLM's Prometheus text (V1 engine names). */
export function vllmMetrics(
  stats: ServerStats,
  model: string,
  startedAtMs: number,
  capacityTokens: number,
): string {
  const labels = `engine="0",model_name="${model}"`;
  const usage = capacityTokens > 0 ? Math.min(1, (stats.running * 800) / capacityTokens) : 0;
  const lines: string[] = [];
  const metric = (
    name: string,
    type: string,
    help: string,
    rows: readonly (readonly [string, number])[],
  ): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [series, value] of rows) lines.push(`${series} ${value}`);
  };
  const gauge = (name: string, help: string, value: number): void =>
    metric(name, 'gauge', help, [[`${name}{${labels}}`, value]]);
  const counter = (name: string, help: string, value: number): void =>
    metric(name, 'counter', help, [[`${name}_total{${labels}}`, value]]);
  gauge('vllm:num_requests_running', 'Number of requests in model execution batches.', stats.running);
  gauge('vllm:num_requests_waiting', 'Number of requests waiting to be processed.', stats.waiting);
  gauge('vllm:kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.', usage);
  counter('vllm:prompt_tokens', 'Number of prefill tokens processed.', stats.promptTokens);
  counter('vllm:generation_tokens', 'Number of generation tokens processed.', stats.generationTokens);
  metric(
    'vllm:request_success',
    'counter',
    'Count of successfully processed requests.',
    Object.entries(stats.finished).map(([reason, count]) => [
      `vllm:request_success_total{${labels},finished_reason="${reason}"}`,
      count,
    ]),
  );
  histogram(metric, 'vllm:time_to_first_token_seconds', labels, stats.firstTokenSeconds, stats.firstTokens);
  histogram(metric, 'vllm:e2e_request_latency_seconds', labels, stats.requestSeconds, stats.requests);
  metric(
    'http_requests',
    'counter',
    'Total number of requests by method, status and handler.',
    httpRows(stats),
  );
  metric('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', [
    ['process_start_time_seconds', startedAtMs / 1000],
  ]);
  return `${lines.join('\n')}\n`;
}

type Metric = (
  name: string,
  type: string,
  help: string,
  rows: readonly (readonly [string, number])[],
) => void;

function histogram(metric: Metric, name: string, labels: string, sum: number, count: number): void {
  metric(name, 'histogram', 'Histogram in seconds.', [
    [`${name}_sum{${labels}}`, sum],
    [`${name}_bucket{${labels},le="+Inf"}`, count],
    [`${name}_count{${labels}}`, count],
  ]);
}

function httpRows(stats: ServerStats): (readonly [string, number])[] {
  return [...stats.http].map(([key, count]) => {
    const [method = '', handler = '', status = ''] = key.split(' ');
    return [
      `http_requests_total{handler="${handler}",method="${method}",status="${status}"}`,
      count,
    ] as const;
  });
}
