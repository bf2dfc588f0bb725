import { describe, expect, it } from 'vitest';
import { examine, type DoctorParts } from '../../../src/main/handlers/doctor.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { KeyCheck } from '../../../src/shared/app.ts';
import type { EngineStatus } from '../../../src/shared/images.ts';
import { AppError, toErrorBody } from '../../../src/shared/errors.ts';
import { tempDir } from '../../support/temp.ts';

const never = new AbortController().signal;

const rights = (pods: 'yes' | 'read-only' | 'unknown'): KeyCheck => ({
  ok: true,
  rights: [{ area: 'pods', allowed: pods, detail: 'Can be listed.' }],
  balanceUsd: 5,
  problem: null,
});

const ENGINE: EngineStatus = {
  available: true,
  address: 'unix:///var/run/docker.sock',
  origin: 'the usual place',
  name: 'Docker Engine',
  version: '28.0',
  buildKit: true,
  architecture: 'x86_64',
  emulated: false,
  cpus: 4,
  memoryBytes: 8e9,
  freeBytes: 100e9,
  problem: null,
};

function setUp(changes: Partial<DoctorParts> = {}) {
  const clock = new ManualClock(0);
  const parts: DoctorParts = {
    dataDir: tempDir(),
    simulated: false,
    secrets: { keychain: () => Promise.resolve({ available: true, reason: null }) },
    api: { clockOffsetMs: () => 0, pods: { list: () => Promise.resolve([]) } },
    checkKey: () => Promise.resolve(rights('yes')),
    clock,
    proxyUrl: () => 'http://127.0.0.1:1',
    logProblem: () => null,
    configProblem: () => null,
    storageProblem: () => null,
    unprotected: () => [],
    engine: () => Promise.resolve(ENGINE),
    ...changes,
  };
  return { clock, examine: (signal = never) => examine(parts, signal) };
}

describe('doctor', () => {
  it('finds nothing on a machine where all is well', async () => {
    const checks = await setUp().examine();
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(checks.map(({ name }) => name)).toContain('RunPod key');
  });

  it('says that what is written is lost, though the folder itself can be written', async () => {
    const storageProblem = () => new AppError('data_dir_lost', 'app.db was removed while the app ran.');
    const checks = await setUp({ storageProblem }).examine();
    expect(checks.find(({ name }) => name === 'data directory')).toMatchObject({
      status: 'fail',
      detail: 'app.db was removed while the app ran.',
      advice: expect.stringContaining('Stop what runs'),
    });
  });

  it.each([
    [rights('read-only'), { status: 'warn', advice: expect.stringContaining('read and write') }],
    [
      {
        ...rights('read-only'),
        problem: { code: 'x', message: 'It can start nothing.', advice: 'Give rights.' },
      },
      { status: 'fail', detail: 'It can start nothing. (pods read-only)', advice: 'Give rights.' },
    ],
  ])('tells what the key lacks', async (key, expected) => {
    const checks = await setUp({ checkKey: () => Promise.resolve(key) }).examine();
    expect(checks.find(({ name }) => name === 'RunPod key')).toMatchObject(expected);
  });

  it('says nothing of a clock or a key where RunPod did not answer', async () => {
    const pods = { list: () => Promise.reject(new AppError('runpod_key_invalid', 'A dead key.')) };
    const checks = await setUp({ api: { clockOffsetMs: () => 0, pods } }).examine();
    expect(checks.find(({ name }) => name === 'RunPod')).toMatchObject({
      status: 'fail',
      detail: 'A dead key.',
    });
    expect(checks.map(({ name }) => name)).not.toContain('clock');
  });

  it('does not wait for a RunPod that says nothing', async () => {
    const list = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('left'))));
    const { clock, examine: ask } = setUp({ api: { clockOffsetMs: () => 0, pods: { list } } });
    const asked = ask();
    await clock.advance(10_000);
    expect((await asked).find(({ name }) => name === 'RunPod')).toMatchObject({
      status: 'fail',
      detail: 'No answer within 10 s.',
    });
  });
});

describe('doctor on Docker', () => {
  const docker = async (engine: Partial<EngineStatus>) => {
    const checks = await setUp({ engine: () => Promise.resolve({ ...ENGINE, ...engine }) }).examine();
    return checks.find(({ name }) => name === 'Docker');
  };

  it('says where it was found, which one, how it builds and what room it has', async () => {
    expect(await docker({})).toEqual({
      name: 'Docker',
      status: 'ok',
      detail: 'Docker Engine 28.0 at unix:///var/run/docker.sock (the usual place), BuildKit, 100 GB free',
      advice: null,
    });
    expect((await docker({ freeBytes: null }))?.detail).toContain('not visible from here');
  });

  it.each<[string, Partial<EngineStatus>, string]>([
    ['too little room', { freeBytes: 12e9 }, 'about 40 GB'],
    ['no BuildKit', { buildKit: false }, 'gated weights cannot be baked'],
    ['another processor', { emulated: true, architecture: 'aarch64' }, 'aarch64'],
  ])('warns of %s', async (_what, engine, advice) => {
    expect(await docker(engine)).toMatchObject({ status: 'warn', advice: expect.stringContaining(advice) });
  });

  it.each([
    ['docker_unavailable', 'skip'],
    ['docker_failed', 'warn'],
  ] as const)('never fails for want of it: %s', async (code, status) => {
    const problem = toErrorBody(new AppError(code, 'No engine.', { advice: 'Start it.' }));
    expect(await docker({ available: false, problem })).toMatchObject({
      status,
      detail: expect.stringContaining('No engine.'),
      advice: 'Start it.',
    });
  });

  it('does not wait for one that hangs', async () => {
    const engine = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
      );
    const { clock, examine: ask } = setUp({ engine });
    const asked = ask();
    await clock.advance(10_000);
    expect((await asked).at(-1)).toMatchObject({ name: 'Docker', status: 'warn' });
  });
});
