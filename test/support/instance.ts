import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MethodName, MethodOutput } from '../../src/shared/api.ts';
import { readControlFile } from '../../src/main/control/control-file.ts';
import { cli, startCli, type Running } from './processes.ts';

/** `runpod-llm sandbox` as a process of its own: the cloud outlives whatever happens to the app. */
export interface SandboxProcess {
  readonly program: Running;
  /** What a program needs in its environment to take the sandbox for RunPod. */
  readonly env: Readonly<Record<string, string>>;
  readonly origin: string;
  arm(fault: object): Promise<void>;
  clearFaults(): Promise<void>;
  bill(): Promise<{
    readonly totalUsd: number;
    readonly pods: readonly {
      readonly podId: string;
      readonly name: string;
      readonly usd: number;
      readonly computeSeconds: number;
      readonly usdPerHour: number;
      readonly running: boolean;
    }[];
  }>;
  /** Moves simulated money into the account. */
  addCredit(usd: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startSandboxProcess(args: readonly string[] = []): Promise<SandboxProcess> {
  const program = startCli(['sandbox', '--port', '0', ...args]);
  const env: Record<string, string> = {};
  for (const name of [
    'RUNPOD_API_URL',
    'RUNPOD_INVOKE_URL',
    'RUNPOD_GRAPHQL_URL',
    'RUNPOD_POD_URL_TEMPLATE',
    'RUNPOD_LB_URL_TEMPLATE',
    'RUNPOD_API_KEY',
  ]) {
    const match = await program.line(new RegExp(`${name}=['"]?([^'"\\s]+)`));
    env[name] = match[1] ?? '';
  }
  const token = (await program.line(/x-sandbox-control:\s*(\S+)/))[1] ?? '';
  const origin = new URL(env['RUNPOD_API_URL'] ?? '').origin;
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${origin}/sandbox${path}`, {
      method,
      headers: { 'x-sandbox-control': token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} /sandbox${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  };
  return {
    program,
    env,
    origin,
    arm: async (fault) => void (await control('POST', '/faults', fault)),
    clearFaults: async () => void (await control('DELETE', '/faults')),
    bill: async () => (await control('GET', '/bill')) as Awaited<ReturnType<SandboxProcess['bill']>>,
    addCredit: async (usd) => void (await control('POST', '/credit', { usd })),
    stop: async () => void (await program.kill('SIGTERM')),
  };
}

/** One installation of the app: a data directory, and the commands that belong to it. */
export class Installation {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  #running: Running | null = null;

  constructor(env: Readonly<Record<string, string>> = {}, dataDir?: string) {
    this.dataDir = dataDir ?? mkdtempSync(join(tmpdir(), 'rplm-'));
    this.env = { RUNPOD_LLM_DATA_DIR: this.dataDir, ...env };
  }

  /** Starts `serve` on free ports and waits until it has said where it answers. */
  async serve(
    args: readonly string[] = [],
  ): Promise<{ readonly endpoint: string; readonly key: string; readonly ui: string }> {
    const program = startCli(['serve', '--port', '0', '--control-port', '0', ...args], { env: this.env });
    this.#running = program;
    const endpoint = (await program.line(/(http:\/\/127\.0\.0\.1:\d+\/v1)/))[1] ?? '';
    const key = (await program.line(/(pat_local_[0-9a-f]+)/))[1] ?? '';
    const ui = (await program.line(/(http:\/\/127\.0\.0\.1:\d+\/ui\/login\S*)/))[1] ?? '';
    return { endpoint, key, ui };
  }

  get program(): Running {
    if (this.#running === null) throw new Error('serve was not started');
    return this.#running;
  }

  cli(args: readonly string[], input?: string): ReturnType<typeof cli> {
    return cli(args, { env: this.env, ...(input === undefined ? {} : { input }) });
  }

  async json<T>(args: readonly string[]): Promise<T> {
    const result = await this.cli([...args, '--json']);
    if (result.code !== 0) throw new Error(`${args.join(' ')}: exit ${result.code}\n${result.text}`);
    return JSON.parse(result.stdout) as T;
  }

  /** Calls the control port as the command line does. */
  async call<N extends MethodName>(name: N, input: object = {}): Promise<MethodOutput<N>> {
    const { url, token } = readControlFile(this.dataDir);
    const response = await fetch(`${url}/control/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${name}: ${JSON.stringify(body)}`);
    return body as MethodOutput<N>;
  }

  async end(): Promise<void> {
    await this.#running?.kill('SIGTERM');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
