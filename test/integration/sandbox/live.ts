import { onTestFinished } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import type { Pod } from '../../../src/main/runpod/api.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../../src/main/sandbox/types.ts';

export const KEY = 'key-all';
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

export const VLLM = {
  name: 'vllm',
  image: 'vllm/vllm-openai:v0.27.1',
  args: '--model Qwen/Qwen3-8B --port 8000 --served-model-name qwen3-8b --max-model-len 16384',
  gpu: { id: 'NVIDIA GeForce RTX 4090', count: 1, minCudaVersion: '13.0' },
  disk: 40,
  ports: ['8000/http'],
};

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A sandbox on a real port, many times faster than life; ended with the test. */
export interface Live {
  readonly sandbox: Sandbox;
  readonly apiUrl: string;
  readonly api: <T = Pod>(method: string, path: string, body?: object) => Promise<Answer<T>>;
  readonly podUrl: (podId: string, port?: number) => string;
  /** Polls a URL until it answers with this status. */
  readonly until: (url: string, status: number) => Promise<Response>;
  /** All log lines of a pod so far. */
  readonly log: (podId: string) => Promise<string>;
}

export async function live(options: Partial<SandboxOptions> = {}, port = 0): Promise<Live> {
  const sandbox = createSandbox({
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    speed: 500,
    tokensPerSecond: 2000,
    balanceUsd: 50,
    keys: [{ key: KEY, rights: 'all' }],
    stateFile: null,
    runProcesses: false,
    answerFrom: null,
    ...options,
  });
  onTestFinished(() => sandbox.dispose());
  return client(sandbox, (await sandbox.listen(port)).apiUrl);
}

function client(sandbox: Sandbox, apiUrl: string): Live {
  const api: Live['api'] = async (method, path, body) => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return {
    sandbox,
    apiUrl,
    api,
    podUrl: (podId, port = 8000) => `${apiUrl.replace('/v2', '')}/pods/${podId}-${port}`,
    until: async (url, status) => {
      for (let i = 0; i < 400; i++) {
        const response = await fetch(url);
        if (response.status === status) return response;
        await response.text();
        await systemClock.sleep(25);
      }
      throw new Error(`${url} never answered ${status}`);
    },
    log: (podId) => readLog(`${apiUrl}/pods/${podId}/logs?tail=5000`),
  };
}

/** Reads a log stream until it has been quiet for a moment. */
async function readLog(url: string): Promise<string> {
  const leave = new AbortController();
  const response = await fetch(url, { headers: HEADERS, signal: leave.signal });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const next = await Promise.race([reader?.read(), systemClock.sleep(150).then(() => null)]);
    if (next === null || next === undefined || next.done) break;
    text += decoder.decode(next.value, { stream: true });
  }
  leave.abort();
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith('data: ') ? [String(JSON.parse(line.slice(6)).line)] : []))
    .join('\n');
}
