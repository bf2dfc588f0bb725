import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OLLAMA_IMAGE, VLLM_IMAGE, WORKER_VLLM_IMAGE } from '../../../../src/main/planner/images.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';
import { PYTORCH_BASE } from '../../../../src/main/images/dockerfile.ts';
import { connectEngine, type Engine } from '../../../../src/main/images/engine.ts';
import { isInstalled } from '../../../../scripts/host.ts';
import { readJsonLines } from '../../../../src/main/images/json-lines.ts';
import { baseImage } from './base-image.ts';

/** A Docker engine of this test's own, on a socket of its own, that ends with it. */
export interface TestEngine {
  readonly socket: string;
  readonly url: string;
  readonly engine: Engine;
  /** As `systemctl stop docker` does. */
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

/** Why no engine can run here; null = it can. */
export function engineMissing(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a Docker engine of its own needs root on Linux';
  const missing = ['dockerd', 'docker-registry'].filter((program) => !isInstalled(program));
  return missing.length === 0 ? null : `${missing.join(' and ')} not installed`;
}

const BASES = [VLLM_IMAGE, OLLAMA_IMAGE, WORKER_VLLM_IMAGE, PYTORCH_BASE];
const never = new AbortController().signal;

/** `dataRoot`: where it keeps images; absent = a folder of its own. */
export async function startEngine(options: { readonly dataRoot?: string } = {}): Promise<TestEngine> {
  try {
    return await startWith('overlay2', options.dataRoot);
  } catch {
    // Inside some containers only plain copies work; they take more time and disk.
    return startWith('vfs', options.dataRoot);
  }
}

async function startWith(
  driver: 'overlay2' | 'vfs',
  dataRootOrNone: string | undefined,
): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'rplm-docker-'));
  const socket = join(folder, 'docker.sock');
  const url = `unix://${socket}`;
  const dataRoot = dataRootOrNone ?? join(folder, 'data');
  const daemon = spawn(
    'dockerd',
    [
      `--storage-driver=${driver}`,
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
      `--host=${url}`,
      `--data-root=${dataRoot}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const log: string[] = [];
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    log.push(text);
    if (log.length > 200) log.shift();
  });
  const ended = new Promise<void>((done) => daemon.once('exit', () => done()));
  const stop = async (): Promise<void> => {
    if (daemon.exitCode === null) daemon.kill('SIGTERM');
    await ended;
    endContainerd(join(folder, 'exec'));
  };
  const dispose = async (): Promise<void> => {
    await stop();
    for (const root of [folder, dataRoot]) unmountBelow(root);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const engine = await answering(url, daemon, log);
    await importBases(engine);
    return { socket, url, engine, stop, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function answering(url: string, daemon: ChildProcess, log: readonly string[]): Promise<Engine> {
  const address = { url, origin: 'the test', certificates: null, verifyTls: true };
  for (let tries = 0; tries < 300 && daemon.exitCode === null; tries++) {
    try {
      return await connectEngine([address], { clock: systemClock, advice: '' }, never);
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`dockerd did not come up:\n${log.join('').slice(-3000)}`);
}

/** dockerd leaves its containerd behind when it is not given the time to end it. */
function endContainerd(execRoot: string): void {
  const file = join(execRoot, 'containerd/containerd.pid');
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  } catch {
    // It has ended with its parent.
  }
}

/** What a container had mounted stays when it is ended with its engine. */
function unmountBelow(root: string): void {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${root}/`));
  for (const point of points.toReversed()) spawnSync('umount', ['-l', point]);
}

async function importBases(engine: Engine): Promise<void> {
  const base = baseImage();
  try {
    const query = { fromSrc: '-', repo: 'rplm-base', tag: 'test' };
    const stream = await engine.stream(
      { method: 'POST', path: '/images/create', query, file: base.tar() },
      never,
    );
    for await (const message of readJsonLines(stream)) {
      if (typeof message === 'object' && message !== null && 'error' in message)
        throw new Error(JSON.stringify(message));
    }
  } finally {
    base.dispose();
  }
  for (const name of BASES) {
    const colon = name.lastIndexOf(':');
    const query = { repo: name.slice(0, colon), tag: name.slice(colon + 1) };
    await engine.json({ method: 'POST', path: '/images/rplm-base:test/tag', query }, never);
  }
}
