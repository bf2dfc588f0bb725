import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Debian's registry on a port of this test's own. It wants the login below unless it is open. */
export interface TestRegistry {
  /** `127.0.0.1:port`, as in image references. */
  readonly host: string;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port with what it had. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export const LOGIN = { username: 'tester', password: 'correct-horse-battery' } as const;
/** bcrypt of the password above. */
const HTPASSWD = `${LOGIN.username}:$2b$05$abcdefghijklmnopqrstuuSnF5tLPqPFqc0z9CY0HcSLFbSRlL67u\n`;

export async function startRegistry(options: { readonly open?: boolean } = {}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'rplm-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
  const auth = { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } };
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
    ...(options.open === true ? {} : auth),
  };
  // YAML is a superset of JSON.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  let running: { child: ChildProcess; ended: Promise<void> } | null = null;
  const restart = async (): Promise<void> => {
    const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    running = { child, ended: new Promise((done) => child.once('exit', () => done())) };
    await answering(host, child);
  };
  const kill = async (): Promise<void> => {
    running?.child.kill('SIGKILL');
    await running?.ended;
  };
  await restart();
  return {
    host,
    kill,
    restart,
    dispose: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(host: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    try {
      await fetch(`http://${host}/v2/`);
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error('docker-registry did not come up');
}

export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
