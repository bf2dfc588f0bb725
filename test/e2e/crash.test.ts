import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MethodName, MethodOutput } from '../../src/shared/api.ts';
import type { DeploymentView, LedgerEntry, RadarItem } from '../../src/shared/model.ts';
import { readControlFile } from '../../src/main/control/control-file.ts';
import { randomInt, seededRandom, type Random } from '../../src/main/platform/random.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

/**
 * Kills the app with SIGKILL at random instants of deploy, start, stop and terminate, against a cloud that misbehaves,
 * and holds it to the promise: nothing bills unseen. After every restart each pod that runs is under a deployment, no
 * deployment has two, and in the end the ledger and the cloud's bill agree within a second of compute for each crash.
 * CRASH_CYCLES and CRASH_SEED repeat or extend a run.
 */
const cycles = Number(process.env['CRASH_CYCLES'] ?? 200);
const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e9));
const LANES = 2;

type Verb = 'deploy' | 'start' | 'stop' | 'terminate';

class Lane {
  readonly random: Random;
  readonly app: Installation;
  readonly sandbox: SandboxProcess;
  readonly verbs: Record<Verb, number> = { deploy: 0, start: 0, stop: 0, terminate: 0 };
  crashes = 0;
  #names = 0;

  constructor(random: Random, sandbox: SandboxProcess) {
    this.random = random;
    this.sandbox = sandbox;
    this.app = new Installation({ ...sandbox.env, RUNPOD_LLM_PROXY_KEY: 'pat_local_crash_test_key' });
    writeFileSync(
      join(this.app.dataDir, 'llm_config.json'),
      JSON.stringify({ runpod: { poll_seconds: 0.1, idle_poll_seconds: 0.2 }, log_level: 'warn' }),
    );
  }

  async call<N extends MethodName>(name: N, input: object = {}): Promise<MethodOutput<N>> {
    const { url, token } = readControlFile(this.app.dataDir);
    const response = await fetch(`${url}/control/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${name}: ${JSON.stringify(body)}`);
    return body as MethodOutput<N>;
  }

  /** Does something that bills or stops billing, and kills the app somewhere in the middle of it. */
  async crashOnce(): Promise<void> {
    const { deployments } = await this.call('deployments.list');
    const verb = this.#chooseVerb(deployments);
    this.verbs[verb]++;
    await this.#armFaults();
    const asked = this.#act(verb, deployments).catch(() => {});
    const delay = this.random.next() < 0.5 ? randomInt(this.random, 0, 60) : randomInt(this.random, 0, 900);
    await new Promise((done) => setTimeout(done, delay));
    await this.app.program.kill('SIGKILL');
    this.crashes++;
    await asked;
    if (this.random.next() < 0.7) await this.sandbox.clearFaults();
    await this.app.serve();
  }

  #chooseVerb(deployments: readonly DeploymentView[]): Verb {
    if (deployments.length === 0) return 'deploy';
    const weights: readonly Verb[] =
      deployments.length < 3
        ? ['deploy', 'start', 'stop', 'terminate']
        : ['start', 'stop', 'terminate', 'terminate'];
    return this.#pick(weights) ?? 'stop';
  }

  async #act(verb: Verb, deployments: readonly DeploymentView[]): Promise<void> {
    if (verb === 'deploy') {
      const spec = {
        name: `d${++this.#names}`,
        model: 'Qwen/Qwen3-0.6B',
        onStop: this.#pick(['terminate', 'keep'] as const),
      };
      await this.call('deployments.create', { spec });
      return;
    }
    const deployment = this.#pick(deployments)?.name ?? '';
    if (verb === 'start') await this.call('deployments.start', { deployment });
    else if (verb === 'stop') await this.call('deployments.stop', { deployment });
    else await this.call('deployments.terminate', { deployment });
  }

  async #armFaults(): Promise<void> {
    const faults: readonly object[] = [
      { kind: 'lost-answer', route: 'POST /v2/pods', how: '502', times: 1 },
      { kind: 'lost-answer', route: 'POST /v2/pods', how: 'reset', times: 1 },
      { kind: 'lost-answer', route: 'POST /v2/pods/*/action', how: '502', times: 1 },
      { kind: 'lost-answer', route: 'DELETE /v2/pods/*', how: 'reset', times: 1 },
      { kind: 'status', route: 'POST /v2/pods', status: 503, times: 1 },
      { kind: 'status', route: 'GET /v2/pods', status: 500, times: 2 },
      { kind: 'latency', route: 'POST /v2/pods', ms: 150, times: 1 },
      { kind: 'list-lag', ms: 300, times: 1 },
      { kind: 'duplicate-list', times: 2 },
      { kind: 'no-capacity', times: 1 },
      { kind: 'phantom-stop', times: 1 },
    ];
    for (let count = randomInt(this.random, 0, 2); count > 0; count--) {
      const fault = this.#pick(faults);
      if (fault !== undefined) await this.sandbox.arm(fault);
    }
  }

  /** Polls until the account holds nothing that the app cannot account for. */
  async accountedFor(): Promise<void> {
    let problem = 'never looked';
    for (let attempt = 0; attempt < 200; attempt++) {
      problem = await this.#unaccounted();
      if (problem === '') return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(
      `seed ${seed}, crash ${this.crashes}: ${problem}\n${this.app.program.lines.slice(-20).join('\n')}`,
    );
  }

  async #unaccounted(): Promise<string> {
    const bill = await this.sandbox.bill();
    const { deployments } = await this.call('deployments.list');
    const running = bill.pods.filter((pod) => pod.running).map((pod) => pod.podId);
    const known = deployments.flatMap((view) => (view.pod === null ? [] : [view.pod.id]));
    const unknown = running.filter((id) => !known.includes(id));
    if (unknown.length > 0) return `runs and is under no deployment: ${unknown.join(', ')}`;
    if (new Set(known).size !== known.length) return `one pod under two deployments: ${known.join(', ')}`;
    const { items } = await this.call('radar.scan');
    const stray = items.filter((item: RadarItem) => item.kind === 'pod' && item.ownership !== 'known');
    return stray.length === 0 ? '' : `stray: ${stray.map((item: RadarItem) => item.name).join(', ')}`;
  }

  /** Ends everything and returns how far the ledger is off, with what it may be. */
  async settle(): Promise<{ offUsd: number; allowedUsd: number; billUsd: number }> {
    await this.sandbox.clearFaults();
    for (const view of (await this.call('deployments.list')).deployments) {
      await this.call('deployments.terminate', { deployment: view.id });
    }
    await until('every deployment is gone', async () => {
      return (await this.call('deployments.list')).deployments.length === 0;
    });
    await until('no pod runs', async () => !(await this.sandbox.bill()).pods.some((pod) => pod.running));
    const bill = await this.sandbox.bill();
    const { entries } = await this.call('costs.entries', { limit: 100_000 });
    const ledgerUsd = entries.reduce((total: number, entry: LedgerEntry) => total + entry.usd, 0);
    const dearest = Math.max(0, ...entries.map((entry: LedgerEntry) => entry.usdPerHour));
    return {
      offUsd: Math.abs(ledgerUsd - bill.totalUsd),
      // A second of compute a crash; and never so much that a ledger which missed pods would pass.
      allowedUsd: Math.min((this.crashes * dearest) / 3600, bill.totalUsd / 5),
      billUsd: bill.totalUsd,
    };
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[randomInt(this.random, 0, from.length - 1)];
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`seed ${seed}: waited in vain until ${what}`);
}

async function runLane(lane: Lane, count: number): Promise<void> {
  await lane.app.serve();
  for (let cycle = 0; cycle < count; cycle++) {
    await lane.crashOnce();
    await lane.accountedFor();
  }
}

describe('killed at random', () => {
  it(
    `leaves nothing running that it does not know, ${cycles} times`,
    async () => {
      console.log(`crash test: ${cycles} kills, seed ${seed}`);
      const lanes: Lane[] = [];
      try {
        for (let index = 0; index < LANES; index++) {
          const sandbox = await startSandboxProcess(['--speed', '400', '--balance', '100000']);
          lanes.push(new Lane(seededRandom(seed + index), sandbox));
        }
        await Promise.all(lanes.map((lane) => runLane(lane, Math.ceil(cycles / LANES))));
        for (const lane of lanes) {
          const { offUsd, allowedUsd, billUsd } = await lane.settle();
          console.log(
            `crash test: ${lane.crashes} kills (${JSON.stringify(lane.verbs)}), bill $${billUsd.toFixed(4)}, ` +
              `ledger off by $${offUsd.toFixed(5)} of at most $${allowedUsd.toFixed(5)}`,
          );
          expect(offUsd).toBeLessThanOrEqual(allowedUsd);
        }
        expect(lanes.reduce((total, lane) => total + lane.crashes, 0)).toBeGreaterThanOrEqual(cycles);
      } finally {
        for (const lane of lanes) {
          await lane.app.end();
          await lane.sandbox.stop();
        }
      }
    },
    20 * 60_000,
  );
});
