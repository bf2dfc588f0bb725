import { expect } from 'vitest';
import type { Pod } from '../../../src/main/runpod/api.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../../src/main/sandbox/types.ts';
import { openApiContract } from '../../support/openapi.ts';

export const KEY = 'key-all';
export const READ_KEY = 'key-read';
export const INVOKE_KEY = 'key-invoke';
export const GPU = 'NVIDIA GeForce RTX 4090';

/** What tests look at most: a pod, or the problem that came in its place, or a list. */
interface Body extends Pod {
  readonly detail: string;
  readonly errors?: readonly string[];
  readonly pods: readonly Pod[];
}

export interface Answer<T = Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: T;
}

export interface Rig {
  readonly clock: ManualClock;
  readonly sandbox: Sandbox;
  /** A control-plane call; the answer (and an accepted request) is held against RunPod's document. */
  readonly api: <T = Body>(
    method: string,
    path: string,
    body?: unknown,
    key?: string | null,
  ) => Promise<Answer<T>>;
  /** Creates a pod and returns it. */
  readonly pod: (changes?: object) => Promise<Pod>;
  /** Moves time until the pod's model server answers. */
  readonly ready: (podId: string, port?: number) => Promise<void>;
  readonly podUrl: (podId: string, port?: number) => string;
  /** A call anywhere else, with time moving until it is answered. */
  readonly call: <T = Chat>(url: string, init?: CallInit) => Promise<Answer<T>>;
}

interface ToolCall {
  readonly index: number;
  readonly id?: string;
  readonly type?: string;
  readonly function: { readonly name?: string; readonly arguments: string };
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** A chat completion, or the error in its place. */
export interface Chat {
  readonly id: string;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: readonly {
    readonly index: number;
    readonly text: string;
    readonly finish_reason: string;
    readonly stop_reason: string | null;
    readonly message: {
      readonly role: string;
      readonly content: string | null;
      readonly reasoning?: string;
      readonly tool_calls?: readonly ToolCall[];
    };
  }[];
  readonly usage: Usage;
  readonly error: { readonly message: string; readonly type: string; readonly code: number };
}

export interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: readonly {
    readonly index: number;
    readonly text?: string;
    readonly finish_reason: string | null;
    readonly delta: {
      readonly role?: string;
      readonly content?: string;
      readonly reasoning?: string;
      readonly tool_calls?: readonly ToolCall[];
    };
  }[];
  readonly usage?: Usage;
}

export interface CallInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export const POD = {
  name: 'test-pod',
  image: 'vllm/vllm-openai:v0.27.1',
  args: '--model Qwen/Qwen3-8B --host 0.0.0.0 --port 8000 --served-model-name qwen3-8b --max-model-len 16384',
  gpu: { id: GPU, count: 1, minCudaVersion: '13.0' },
  disk: 40,
  ports: ['8000/http'],
};

export function rig(options: Partial<SandboxOptions> = {}): Rig {
  const clock = new ManualClock();
  const sandbox = createSandbox({
    clock,
    random: seededRandom(7),
    log: silentLog,
    speed: 10,
    tokensPerSecond: 100,
    balanceUsd: 50,
    keys: [
      { key: KEY, rights: 'all' },
      { key: READ_KEY, rights: 'read-only' },
      { key: INVOKE_KEY, rights: 'invoke-only' },
    ],
    stateFile: null,
    runProcesses: false,
    answerFrom: null,
    ...options,
  });
  const api = async <T = Body>(
    method: string,
    path: string,
    body?: unknown,
    key: string | null = KEY,
  ): Promise<Answer<T>> => {
    const url = `${sandbox.urls().apiUrl}${path}`;
    const response = await sandbox.fetch(url, {
      method,
      headers: key === null ? {} : { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Answer<T> = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: text === '' ? undefined : JSON.parse(text),
    };
    conforms(method, `/v2${path}`, body, answer);
    return answer;
  };
  const podUrl: Rig['podUrl'] = (podId, port = 8000) =>
    sandbox.urls().podUrlTemplate.replace('{podId}', podId).replace('{port}', String(port));
  return {
    clock,
    sandbox,
    api,
    podUrl,
    pod: async (changes = {}) => {
      const answer = await api('POST', '/pods', { ...POD, ...changes });
      expect(answer).toMatchObject({ status: 201 });
      return answer.body;
    },
    ready: async (podId, port = 8000) => {
      for (let i = 0; i < 200; i++) {
        const response = await sandbox.fetch(
          `${podUrl(podId, port)}/${port === 8000 ? 'health' : 'api/version'}`,
        );
        await response.text();
        if (response.status === 200) return;
        await clock.advance(1000);
      }
      throw new Error('The pod never became ready');
    },
    call: (url, init = {}) => withTime(clock, call(sandbox, url, init)),
  };
}

async function call<T>(sandbox: Sandbox, url: string, init: CallInit): Promise<Answer<T>> {
  const response = await sandbox.fetch(url, {
    method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...init.headers },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  });
  const text = await response.text();
  const json = (response.headers.get('content-type') ?? '').startsWith('application/json') && text !== '';
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: json ? JSON.parse(text) : text,
  };
}

/** Moves the clock in small steps until the work is done. */
export async function withTime<T>(clock: ManualClock, work: Promise<T>, stepMs = 250): Promise<T> {
  const state = { done: false };
  const watched = work.finally(() => {
    state.done = true;
  });
  watched.catch(() => {});
  for (let i = 0; i < 20_000 && !state.done; i++) await clock.advance(stepMs);
  return watched;
}

const contract = openApiContract();

function conforms(method: string, path: string, body: unknown, answer: Answer<unknown>): void {
  const known = contract.validateRequest({ method, url: path });
  if (known.some((problem) => problem.includes('is not in the document'))) return;
  if (answer.headers['content-type']?.includes('json') === true || answer.status === 204) {
    const pathOnly = path.split('?')[0] ?? path;
    const given = {
      method,
      path: pathOnly,
      status: answer.status,
      headers: answer.headers,
      body: answer.body,
    };
    expect({
      given: `${method} ${path} ${answer.status}`,
      problems: contract.validateResponse(given),
    }).toEqual({
      given: `${method} ${path} ${answer.status}`,
      problems: [],
    });
  }
  if (answer.status < 300 && body !== undefined && typeof body !== 'string') {
    expect(contract.validateRequest({ method, url: path, body })).toEqual([]);
  }
  if (answer.status !== 404) expect(answer.headers['x-request-id']).toMatch(/\S/);
}

/** The parsed `data:` events of a server-sent stream, `[DONE]` left out. */
export function events<T = Chunk>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && !line.includes('[DONE]'))
    .map((line) => JSON.parse(line.slice(6)));
}
