import { crash, type Launch } from './launch.ts';

/** What `ollama <words>` does: `serve` listens at once; anything else is a client command and ends. */
export function launchOllama(words: readonly string[], env: Readonly<Record<string, string>>): Launch {
  const command = words[0];
  if (command !== 'serve') {
    return crash(500, [`Error: unknown command "${command ?? ''}" for "ollama"`]);
  }
  const address = env['OLLAMA_HOST'] ?? '0.0.0.0:11434';
  const port = Number(/:(\d+)\/?$/.exec(address)?.[1] ?? '11434');
  const contextLength = Number(env['OLLAMA_CONTEXT_LENGTH'] ?? '4096');
  return {
    kind: 'serves',
    readyMs: 1500,
    server: {
      engine: 'ollama',
      port,
      contextLength: contextLength > 0 ? contextLength : 4096,
      numParallel: Number(env['OLLAMA_NUM_PARALLEL'] ?? '1') || 1,
      maxQueue: Number(env['OLLAMA_MAX_QUEUE'] ?? '512') || 512,
      keepAliveMs: durationMs(env['OLLAMA_KEEP_ALIVE']) ?? 300_000,
      modelsPath: env['OLLAMA_MODELS'] ?? '/root/.ollama/models',
    },
    lines: [
      { atMs: 500, line: 'time=%I level=INFO source=routes.go:1665 msg="server config"' },
      {
        atMs: 1500,
        line: `time=%I level=INFO source=routes.go:1718 msg="Listening on [::]:${port} (version 0.33.0)"`,
      },
    ],
  };
}

/** Ollama's durations: "5m", "1h30m", seconds as a number; negative = for ever. Undefined when not given. */
export function durationMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value < 0 ? Number.POSITIVE_INFINITY : value * 1000;
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.startsWith('-')) return Number.POSITIVE_INFINITY;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let total: number | undefined;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total = (total ?? 0) + Number(amount) * (units[unit ?? ''] ?? 0);
  }
  return total;
}
