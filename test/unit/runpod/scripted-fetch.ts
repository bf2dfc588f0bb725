import { Response } from 'undici';
import type { Log } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { Fetch } from '../../../src/main/platform/http.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import type { RunPodApiOptions } from '../../../src/main/runpod/client.ts';
import { validateRequest } from '../../support/openapi.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** An answer, a failure of the network, or a connection that says nothing until it is aborted. */
export type Step = Response | Error | 'hang' | ((request: Seen) => Response);

export const KEY = 'rpa_CANARY0123456789KEY';

export interface Script {
  readonly fetch: Fetch;
  readonly seen: Seen[];
  /** What RunPod's document has against the requests seen so far. */
  readonly problems: () => string[];
}

/** A fetch that plays the steps in order and repeats the last one. */
export function script(...steps: readonly Step[]): Script {
  const seen: Seen[] = [];
  return {
    seen,
    problems: () => seen.filter(({ url }) => !url.endsWith('/graphql')).flatMap(validateRequest),
    fetch: (url, init) => {
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      const request = { method: init?.method ?? 'GET', url, headers: headersOf(init?.headers), body };
      const step = steps[Math.min(seen.length, steps.length - 1)];
      seen.push(request);
      if (step === undefined) return Promise.reject(new Error('the script is empty'));
      if (step === 'hang') return hang(init?.signal ?? undefined);
      if (step instanceof Error) return Promise.reject(step);
      return Promise.resolve(typeof step === 'function' ? step(request) : step.clone());
    },
  };
}

function headersOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function hang(signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'x-request-id': 'req-1', ...headers },
  });
}

export function problem(
  status: number,
  detail: string,
  more: { errors?: readonly string[]; headers?: Record<string, string> } = {},
): Response {
  return json({ title: 'Problem', status, detail, ...(more.errors && { errors: more.errors }) }, status, {
    'content-type': 'application/problem+json',
    ...more.headers,
  });
}

export function html(status: number, title = 'Attention Required! | Cloudflare'): Response {
  return new Response(`<!DOCTYPE html><html><head><title>${title}</title></head><body/></html>`, {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
  });
}

/** A network error as undici throws it. */
export function networkError(code: string, syscall = 'read'): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, syscall }) });
}

interface RecordedLog extends Log {
  readonly lines: string[];
}

function recordingLog(): RecordedLog {
  const lines: string[] = [];
  const write = (facts: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(facts)}`);
  };
  const log: RecordedLog = { lines, debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}

export interface Rig {
  readonly options: RunPodApiOptions;
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  readonly signal: AbortSignal;
  readonly abort: () => void;
}

export function rig(fetch: Fetch, more: Partial<RunPodApiOptions> = {}): Rig {
  const clock = new ManualClock();
  const log = recordingLog();
  const controller = new AbortController();
  return {
    clock,
    log,
    signal: controller.signal,
    abort: () => controller.abort(),
    options: {
      fetch,
      clock,
      log,
      random: seededRandom(1),
      apiKey: () => Promise.resolve(KEY),
      apiUrl: 'https://api.runpod.io/v2',
      graphqlUrl: 'https://api.runpod.io/graphql',
      graphqlEnabled: true,
      userAgent: 'runpod-llm-manager/test',
      ...more,
    },
  };
}

/** Lets a promise's failure be looked at later without counting as unhandled now. */
export function settled(promise: Promise<unknown>): {
  state: () => 'waiting' | 'done';
  value: Promise<unknown>;
} {
  let state: 'waiting' | 'done' = 'waiting';
  const value = promise
    .catch((error: unknown) => error)
    .finally(() => {
      state = 'done';
    });
  return { state: () => state, value };
}

export function pod(id = 'p1', more: object = {}): Record<string, unknown> {
  return {
    id,
    name: `llm-${id}`,
    image: 'vllm/vllm-openai:v0.27.1',
    args: '',
    disk: 40,
    ports: ['8000/http'],
    env: { VLLM_API_KEY: 'sk-CANARY-env-value' },
    registry: null,
    status: 'RUNNING',
    actions: ['stop', 'restart', 'terminate'],
    mounts: {},
    gpu: { id: 'NVIDIA L4', count: 1 },
    cloud: 'SECURE',
    dataCenterId: 'EU-RO-1',
    cudaVersion: '13.0',
    ssh: { proxy: null, direct: null },
    template: null,
    cost: 0.44,
    locked: false,
    globalNetworking: { enabled: false },
    runtime: null,
    createdAt: '2026-11-24T09:00:00Z',
    startedAt: null,
    ...more,
  };
}
