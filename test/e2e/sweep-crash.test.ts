import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { randomInt, seededRandom, type Random } from '../../src/main/platform/random.ts';
import type { Sweep, SweepThing } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

/**
 * Kills the app with SIGKILL at random instants of a sweep, within its time to undo, at its end and in the middle of its
 * effects, while answers get lost; and holds it to the promise: a sweep that could still be undone never happened, one that
 * could not is known thing by thing after the restart, and what was not named is never touched. SWEEP_CYCLES and CRASH_SEED
 * repeat or extend a run.
 */
const cycles = Number(process.env['SWEEP_CYCLES'] ?? 8);
const fixed = process.env['CI'] === 'true' ? '20261124' : String(Math.floor(Math.random() * 1e9));
const seed = Number(process.env['CRASH_SEED'] ?? fixed);

const GPU = { id: 'NVIDIA RTX A5000', count: 1 };
const FAULTS: readonly object[] = [
  { kind: 'lost-answer', route: 'DELETE /v2/pods/*', how: 'reset', times: 1 },
  { kind: 'lost-answer', route: 'POST /v2/pods/*/action', how: '502', times: 1 },
  { kind: 'status', route: 'GET /v2/pods/*', status: 503, times: 2 },
  { kind: 'latency', route: 'DELETE /v2/pods/*', ms: 400, times: 1 },
  { kind: 'latency', route: 'DELETE /v2/network-volumes/*', ms: 400, times: 1 },
];

const EXPECTED: ReadonlySet<unknown> = new Set([null, 'gone', 'status']);

interface There {
  readonly id: string;
  readonly status: string;
}

class Account {
  readonly sandbox: SandboxProcess;
  #names = 0;

  constructor(sandbox: SandboxProcess) {
    this.sandbox = sandbox;
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const { RUNPOD_API_URL: url = '', RUNPOD_API_KEY: key = '' } = this.sandbox.env;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Somebody else's pod, running or stopped with a disk; its id. */
  async pod(isStopped: boolean): Promise<string> {
    const name = `theirs-${++this.#names}`;
    const mounts = { persistent: { size: 10, path: '/workspace' } };
    const body = { name, image: 'me/own:1', gpu: GPU, cloud: 'SECURE', disk: 20, ports: [], mounts };
    const { id } = (await this.call('POST', '/pods', body)) as { id: string };
    await until(`pod ${id} runs`, async () => (await this.status(id)) === 'RUNNING');
    if (!isStopped) return id;
    await this.call('POST', `/pods/${id}/action`, { action: 'stop' });
    await until(`pod ${id} is stopped`, async () => (await this.status(id)) === 'EXITED');
    return id;
  }

  async volume(): Promise<string> {
    const body = { name: `weights-${++this.#names}`, size: 10, dataCenter: 'EU-RO-1' };
    return ((await this.call('POST', '/network-volumes', body)) as { id: string }).id;
  }

  async pods(): Promise<There[]> {
    return ((await this.call('GET', '/pods')) as { pods: There[] }).pods;
  }

  async volumes(): Promise<string[]> {
    const { networkVolumes } = (await this.call('GET', '/network-volumes')) as { networkVolumes: There[] };
    return networkVolumes.map(({ id }) => id);
  }

  /** 'gone' = there is none, or it is ended. */
  async status(id: string): Promise<string> {
    const found = (await this.pods()).find((pod) => pod.id === id)?.status ?? 'gone';
    return found === 'TERMINATED' ? 'gone' : found;
  }

  async stateOf({ kind, id }: Pick<SweepThing, 'kind' | 'id'>): Promise<string> {
    if (kind === 'pod') return this.status(id);
    return (await this.volumes()).includes(id) ? 'there' : 'gone';
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 900; attempt++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`seed ${seed}: waited in vain until ${what}`);
}

describe('killed during a sweep', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function open(): Promise<{ account: Account; app: Installation; random: Random }> {
    const sandbox = await startSandboxProcess(['--speed', '400', '--balance', '100000']);
    ends.push(() => sandbox.stop());
    const app = new Installation({ ...sandbox.env, RUNPOD_LLM_PROXY_KEY: 'pat_local_crash_test_key' });
    ends.push(() => app.end());
    writeFileSync(
      join(app.dataDir, 'llm_config.json'),
      JSON.stringify({ runpod: { poll_seconds: 0.1, idle_poll_seconds: 0.2 }, log_level: 'warn' }),
    );
    await app.serve();
    return { account: new Account(sandbox), app, random: seededRandom(seed) };
  }

  it(
    `knows afterwards what it did, ${cycles} times`,
    async () => {
      console.log(`sweep crash test: ${cycles} kills, seed ${seed}`);
      const { account, app, random } = await open();
      const bystander = await account.pod(false);
      const came = { never: 0, ended: 0 };
      for (let cycle = 0; cycle < cycles; cycle++) {
        const ids = [await account.pod(false), await account.pod(true), await account.volume()];
        const named = { kind: 'pod', id: ids[0] ?? '' } as const;
        const fault = FAULTS[randomInt(random, 0, FAULTS.length)];
        if (fault !== undefined) await account.sandbox.arm(fault);
        const made = await app.call('radar.sweep', { ids, undoSeconds: 1 });
        await new Promise((done) => setTimeout(done, randomInt(random, 0, 2500)));
        await app.program.kill('SIGKILL');
        await account.sandbox.clearFaults();
        const atDeath = await account.stateOf(named);
        await app.serve();
        const found = (await app.call('radar.sweeps')).sweeps.find(({ id }) => id === made.id);
        const outcome =
          found === undefined ? await untouched(account, made, atDeath) : await ended(app, account, made);
        came[outcome.how]++;
        expect(outcome.really).toEqual(outcome.expected);
        expect(outcome.oddReasons).toEqual([]);
        await clear(account, ids);
        expect(await account.status(bystander)).toBe('RUNNING');
      }
      console.log(`sweep crash test: ${JSON.stringify(came)}`);
    },
    60_000 + cycles * 30_000,
  );

  interface Outcome {
    readonly how: 'never' | 'ended';
    readonly really: readonly string[];
    readonly expected: readonly string[];
    readonly oddReasons: readonly unknown[];
  }

  /** It was within its time to undo: nothing was sent, and nothing is. */
  async function untouched(account: Account, { things }: Sweep, atDeath: string): Promise<Outcome> {
    const really = await Promise.all(things.map((thing) => account.stateOf(thing)));
    const expected = things.map(({ kind, act }) => {
      if (kind === 'network-volume') return 'there';
      return act === 'stop' ? 'RUNNING' : 'EXITED';
    });
    return { how: 'never', really: [atDeath, ...really], expected: ['RUNNING', ...expected], oddReasons: [] };
  }

  /** Everything in it comes to an end, and what it says of each thing is so. */
  async function ended(app: Installation, account: Account, made: Sweep): Promise<Outcome> {
    let sweep = made;
    await until('the sweep ends', async () => {
      const { sweeps } = await app.call('radar.sweeps');
      sweep = sweeps.find(({ id }) => id === made.id) ?? sweep;
      return sweep.state === 'ended';
    });
    return {
      how: 'ended',
      really: await Promise.all(sweep.things.map((thing) => account.stateOf(thing))),
      expected: sweep.things.map(({ act }) => (act === 'stop' ? 'EXITED' : 'gone')),
      // A first end whose answer was lost may have worked before the app could note that it sent it.
      oddReasons: sweep.things.map(({ reason }) => reason).filter((reason) => !EXPECTED.has(reason)),
    };
  }

  async function clear(account: Account, ids: readonly string[]): Promise<void> {
    const [pods, volumes] = await Promise.all([account.pods(), account.volumes()]);
    for (const { id } of pods.filter((pod) => ids.includes(pod.id)))
      await account.call('DELETE', `/pods/${id}`);
    for (const id of volumes.filter((each) => ids.includes(each))) {
      await account.call('DELETE', `/network-volumes/${id}`);
    }
  }

  it('a sweep that is undone, and one whose app quits in time, sends nothing', async () => {
    const { account, app } = await open();
    const id = await account.pod(false);
    await app.call('radar.sweep', { ids: [id], undoSeconds: 30 });
    await app.call('radar.undo');
    await app.call('radar.sweep', { ids: [id], undoSeconds: 2 });
    await app.program.kill('SIGTERM');
    await app.serve();
    expect((await app.call('radar.sweeps')).sweeps).toEqual([]);
    expect(await account.status(id)).toBe('RUNNING');
  });

  it('is swept from the command line with a countdown, and reads back what it did', async () => {
    const { account, app } = await open();
    const ids = [await account.pod(true), await account.volume()];
    const before = await app.json<{ items: { id: string; sweep: object | null }[] }>(['radar']);
    expect(before.items.map(({ id, sweep }) => [ids.includes(id), sweep === null])).toEqual([
      [true, false],
      [true, false],
    ]);
    const sweep = await app.json<Sweep>(['radar', 'sweep', ...ids, '--yes', '--undo-seconds', '1']);
    expect(sweep).toMatchObject({ state: 'ended', things: [{ state: 'done' }, { state: 'done' }] });
    expect(sweep.savesUsdPerMonth).toBeCloseTo(10 * 0.2 + 10 * 0.07, 6);
    expect(await account.volumes()).toEqual([]);
    expect(await account.status(ids[0] ?? '')).toBe('gone');
  });
});
