import type { CostLedger } from '../../../../src/main/costs/ledger.ts';
import { createLedger } from '../../../../src/main/costs/sqlite-ledger.ts';
import type { Fleet } from '../../../../src/main/deployments/types.ts';
import type { Log } from '../../../../src/main/logs/log.ts';
import { ManualClock } from '../../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../../src/main/platform/db.ts';
import { randomIds } from '../../../../src/main/platform/ids.ts';
import { seededRandom, type Random } from '../../../../src/main/platform/random.ts';
import { createSandbox } from '../../../../src/main/sandbox/sandbox.ts';
import type { Sandbox } from '../../../../src/main/sandbox/types.ts';
import { fleetOn, SANDBOX } from '../sandbox-world.ts';
import { LyingFetch } from './lying-fetch.ts';
import { mortalDb } from './mortal-db.ts';

/** Life is short in these runs: a boot that hangs is given up after minutes, not a quarter of an hour. */
const MINUTE = 60_000;
const TIMING = {
  stuckPlacingMs: 3 * MINUTE,
  stuckPullingMs: 4 * MINUTE,
  stuckLoadingMs: 4 * MINUTE,
  stuckWarmingMs: 4 * MINUTE,
};

/** One app process; `kill` ends it as SIGKILL does. */
interface Process {
  readonly fleet: Fleet;
  readonly ledger: CostLedger;
  kill(): Promise<void>;
}

/**
 * The whole room against the sandbox cloud through a fetch that lies, with two clocks: the cloud's, which is true, and
 * this computer's, which may jump and stands still while the lid is closed. No sockets.
 */
export class LyingWorld {
  readonly cloudClock = new ManualClock();
  readonly appClock = new ManualClock();
  readonly random: Random;
  readonly sandbox: Sandbox;
  readonly lying: LyingFetch;
  readonly db: Db = openDb(':memory:');
  /** What must never be logged: a decision that failed, a loop, a listener that threw. */
  readonly errors: string[] = [];
  #process: Process | null = null;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.sandbox = createSandbox({
      ...SANDBOX,
      balanceUsd: 1_000_000,
      clock: this.cloudClock,
      random: this.random,
      speed: 20,
      runProcesses: false,
    });
    this.lying = new LyingFetch(this.sandbox.fetch, this.cloudClock, this.sandbox.urls().apiUrl);
  }

  /** The app's process that runs now. */
  get app(): Process {
    if (this.#process === null) throw new Error('The app does not run.');
    return this.#process;
  }

  get isUp(): boolean {
    return this.#process !== null;
  }

  open(): void {
    const db = mortalDb(this.db);
    const life = { isOver: false };
    const ledger = createLedger({ db, ids: randomIds(this.random) });
    const fleet = fleetOn(this.sandbox, {
      clock: this.appClock,
      random: this.random,
      // The dead send nothing any more.
      fetch: (url, init) =>
        life.isOver ? Promise.reject(new TypeError('killed')) : this.lying.fetch(url, init),
      db,
      ledger,
      log: this.#log(life),
      timing: TIMING,
    });
    this.#process = {
      fleet,
      ledger,
      kill: async () => {
        life.isOver = true;
        db.kill();
        this.#process = null;
        await fleet.dispose();
      },
    };
    fleet.start();
  }

  #log(life: { readonly isOver: boolean }): Log {
    const quiet = (): void => {};
    const log: Log = {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (facts, message) => {
        if (life.isOver) return;
        const error: unknown = Reflect.get(facts, 'error');
        this.errors.push(`${message}: ${error instanceof Error ? error.stack : JSON.stringify(facts)}`);
      },
      child: () => log,
    };
    return log;
  }

  /** Both clocks go on, step by step; `each` looks after every step. */
  async pass(ms: number, each: () => void = () => {}, stepMs = 1000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      const step = Math.min(stepMs, left);
      await this.cloudClock.advance(step);
      await this.appClock.advance(step);
      each();
    }
  }

  /** Moves on until `test` holds; false when it does not within the limit. */
  async until(test: () => boolean, limitMs: number): Promise<boolean> {
    for (let left = limitMs; left > 0 && !test(); left -= 5000) await this.pass(5000, undefined, 5000);
    return test();
  }

  /** The lid is closed: the cloud goes on, nothing here does, and the wall clock is right again afterwards. */
  async sleepComputer(ms: number): Promise<void> {
    this.lying.closeLid();
    await this.cloudClock.advance(ms);
    await this.appClock.sleepMachine(ms);
    this.lying.openLid();
  }

  async dispose(): Promise<void> {
    await this.#process?.kill();
    this.lying.dispose();
    await this.sandbox.dispose();
    this.db.close();
  }
}
