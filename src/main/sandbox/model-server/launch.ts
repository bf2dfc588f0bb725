import type { VllmArgs } from './vllm-args.ts';

/** The machine a container runs on. */
export interface Host {
  readonly gpuName: string;
  /** Of one GPU, as RunPod prints it; 0 on CPU pods. */
  readonly gpuMemoryGb: number;
  readonly gpuCount: number;
  /** null where the host reports none. */
  readonly cudaVersion: string | null;
  /** Models whose weights need no download. */
  readonly cachedModels: readonly string[];
}

export interface TimedLine {
  /** Milliseconds of life after the start of the container. */
  readonly atMs: number;
  /** `%T` and `%I` stand for the moment it is printed: `11-24 09:00:00` and ISO 8601. */
  readonly line: string;
}

export function stampLine(line: string, atMs: number): string {
  if (!line.includes('%')) return line;
  const iso = new Date(atMs).toISOString();
  return line.replaceAll('%T', iso.slice(5, 19).replace('T', ' ')).replaceAll('%I', iso);
}

export interface VllmConfig {
  readonly engine: 'vllm';
  readonly args: VllmArgs;
  readonly maxModelLen: number;
  readonly port: number;
}

export interface OllamaConfig {
  readonly engine: 'ollama';
  readonly port: number;
  readonly contextLength: number;
  readonly numParallel: number;
  readonly maxQueue: number;
  readonly keepAliveMs: number;
  readonly modelsPath: string;
  /** The app's key check stands before it, with this key. */
  readonly front?: string;
  /** A serverless worker, which has loaded this model before it takes requests. */
  readonly loads?: string;
}

export type ServerConfig = VllmConfig | OllamaConfig;

/** What becomes of a container's main process; times are milliseconds of life, before the sandbox's speed. */
export type Launch =
  | {
      readonly kind: 'serves';
      readonly server: ServerConfig;
      readonly readyMs: number;
      readonly lines: readonly TimedLine[];
    }
  | {
      readonly kind: 'crashes';
      readonly afterMs: number;
      readonly exitCode: number;
      readonly lines: readonly TimedLine[];
    }
  /** Runs without listening on anything. */
  | { readonly kind: 'sleeps'; readonly lines: readonly TimedLine[] };

export function crash(afterMs: number, lines: readonly string[], exitCode = 1): Launch {
  const from = Math.max(0, afterMs - lines.length * 20);
  return {
    kind: 'crashes',
    afterMs,
    exitCode,
    lines: lines.map((line, index) => ({ atMs: from + index * 20, line })),
  };
}
