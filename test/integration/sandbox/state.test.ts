import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/main/sandbox/types.ts';
import { tempDir } from '../../support/temp.ts';
import { KEY, VLLM } from './live.ts';

const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

function open(stateFile: string, clock: ManualClock, balanceUsd = 50): Sandbox {
  return createSandbox({
    clock,
    random: seededRandom(3),
    log: silentLog,
    speed: 10,
    tokensPerSecond: 100,
    balanceUsd,
    keys: [{ key: KEY, rights: 'all' }],
    stateFile,
    runProcesses: false,
    answerFrom: null,
  });
}

async function call<T>(sandbox: Sandbox, method: string, path: string, body?: object): Promise<T> {
  const response = await sandbox.fetch(`${sandbox.urls().apiUrl}${path}`, {
    method,
    headers: HEADERS,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return JSON.parse(text === '' ? 'null' : text);
}

interface Named {
  readonly id: string;
  readonly status: string;
  readonly cost: number;
}

describe('the state file', () => {
  it('carries a boot on across a restart, to the same end at the same time', async () => {
    const folder = tempDir();
    const trace = async (restarts: boolean): Promise<string[]> => {
      const file = join(folder, `${restarts}.json`);
      const clock = new ManualClock();
      let sandbox = open(file, clock);
      const { id } = await call<Named>(sandbox, 'POST', '/pods', VLLM);
      const seen: string[] = [];
      for (let i = 0; i < 40; i++) {
        await clock.advance(1000);
        if (restarts && i % 7 === 0) {
          await sandbox.dispose();
          sandbox = open(file, clock);
        }
        const { status } = await call<Named>(sandbox, 'GET', `/pods/${id}`);
        const url = sandbox.urls().podUrlTemplate.replace('{podId}', id).replace('{port}', '8000');
        seen.push(`${status} ${(await sandbox.fetch(`${url}/health`)).status}`);
      }
      await sandbox.dispose();
      return seen;
    };
    expect(await trace(true)).toEqual(await trace(false));
  });

  it('keeps money exact over restarts and long absences', async () => {
    const file = join(tempDir(), 'cloud.json');
    const clock = new ManualClock();
    const first = open(file, clock);
    const { id, cost } = await call<Named>(first, 'POST', '/pods', VLLM);
    await clock.advance(1_800_000);
    await first.dispose();
    await clock.advance(1_800_000);
    const second = open(file, clock, 999);
    await clock.advance(3_600_000);
    expect(second.bill().pods).toMatchObject([
      { podId: id, usd: expect.closeTo(cost * 2, 9), running: true },
    ]);
    await second.dispose();
    await clock.advance(30 * 86_400_000);
    const third = open(file, clock);
    // Without a network volume the pod was terminated when the first balance ran out, not when somebody looked.
    expect(third.bill().totalUsd).toBeCloseTo(50, 6);
    expect(await call(third, 'GET', '/pods')).toEqual({ pods: [] });
    await third.dispose();
  });

  it('keeps endpoints, volumes, templates and keys', async () => {
    const file = join(tempDir(), 'cloud.json');
    const clock = new ManualClock();
    const first = open(file, clock);
    await call(first, 'POST', '/network-volumes', { name: 'v', size: 10, dataCenter: 'EU-RO-1' });
    await call(first, 'POST', '/templates', { name: 't', image: 'me/i:v1' });
    await call(first, 'POST', '/serverless', {
      name: 'e',
      type: 'QUEUE',
      image: 'runpod/worker-v1-vllm:v2.25.2',
      gpu: { pools: ['ADA_24'] },
      workers: { min: 1, max: 1 },
      scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
    });
    await call(first, 'PUT', '/account/ssh-keys', { keys: ['ssh-ed25519 AAAA me'] });
    await clock.advance(600_000);
    const before = await Promise.all(
      ['/network-volumes', '/templates', '/serverless', '/account/ssh-keys'].map((path) =>
        call(first, 'GET', path),
      ),
    );
    await first.dispose();
    const second = open(file, clock);
    const after = await Promise.all(
      ['/network-volumes', '/templates', '/serverless', '/account/ssh-keys'].map((path) =>
        call(second, 'GET', path),
      ),
    );
    expect(after).toEqual(before);
    await clock.advance(3_600_000);
    expect(second.bill().totalUsd).toBeGreaterThan(1.12);
    await second.dispose();
  });

  it('is written for its user alone, and set aside when it is not readable', async () => {
    const file = join(tempDir(), 'cloud.json');
    const clock = new ManualClock();
    const first = open(file, clock);
    await call(first, 'POST', '/pods', VLLM);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await first.dispose();
    writeFileSync(file, '{"version":1,"pods":');
    const second = open(file, clock);
    expect(await call(second, 'GET', '/pods')).toEqual({ pods: [] });
    expect(existsSync(`${file}.unreadable`)).toBe(true);
    await second.dispose();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, pods: [] });
  });
});
