import { beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentEvent, PodFacts } from '../../../src/main/deployments/events.ts';
import { newEnding } from '../../../src/main/deployments/endings.ts';
import { applyEvent } from '../../../src/main/deployments/life-cycle.ts';
import { endedAt } from '../../../src/main/deployments/pod/meters.ts';
import { recordSchema, type DeploymentRecord, type PodRecord } from '../../../src/main/deployments/record.ts';
import { newLive, type Moment, type State } from '../../../src/main/deployments/state.ts';
import { DEFAULT_TIMING } from '../../../src/main/deployments/timing.ts';
import { never, wish, world } from './harness.ts';

/** What RunPod's answers mean, and what they do not: reads may be stale and lists may lag (FACTS 1, 2.5, PROXY-TRAPS 48). */

let stored: { readonly ready: string; readonly booting: string };

beforeAll(async () => {
  const w = world();
  const body = (): string => String(w.db.get('SELECT body FROM deployments')?.['body']);
  w.fleet.start();
  await w.fleet.create(wish(), true, never);
  await w.pass(5000);
  const booting = body();
  await w.pass(40_000);
  stored = { ready: body(), booting };
  await w.dispose();
});

const { settleMs, absentMs } = DEFAULT_TIMING;
const MINUTE = 60_000;

class Life {
  readonly state: State;
  /** Since our last change of the pod. */
  readonly touchedAt: number;
  #now: number;

  constructor(kind: keyof typeof stored) {
    const record = recordSchema.parse(JSON.parse(stored[kind]));
    this.touchedAt = record.pod?.touchedAt ?? 0;
    this.#now = this.touchedAt + 10 * MINUTE;
    this.state = { record, live: newLive(record, this.#now), intent: null };
  }

  get record(): DeploymentRecord {
    return this.state.record;
  }
  get pod(): PodRecord {
    if (this.record.pod === null) throw new Error('there is no pod');
    return this.record.pod;
  }

  at(sinceTouch: number): this {
    this.#now = this.touchedAt + sinceTouch;
    return this;
  }

  hears(event: DeploymentEvent): this {
    const moment: Moment = { now: this.#now, offsetMs: 0, timing: DEFAULT_TIMING, zone: 'UTC' };
    applyEvent(this.state, event, moment);
    return this;
  }

  /** A list or a read, asked for so long after our last change. */
  sees(more: Partial<PodFacts>, askedAfter: number): this {
    const {
      id,
      name,
      actions,
      locked,
      gpuCount,
      cloud,
      dataCenterId,
      usdPerHour,
      createdAt,
      startedAt,
      status,
    } = this.pod;
    const told = {
      id,
      name,
      actions,
      locked,
      gpuCount,
      cloud,
      dataCenterId,
      usdPerHour,
      createdAt,
      startedAt,
      status,
    };
    const pod: PodFacts = { ...told, uptimeSeconds: 60, gpuUtilPercent: null, ...more };
    return this.hears({ type: 'pod-observed', pod, askedAt: this.touchedAt + askedAfter });
  }
}

describe('a list without the pod', () => {
  const absent = (life: Life, askedAfter: number): Life =>
    life.hears({ type: 'pod-absent', askedAt: life.touchedAt + askedAfter });

  it('proves nothing once; twice, it is asked for by id', () => {
    const life = absent(new Life('ready').at(5 * MINUTE), 5 * MINUTE);
    expect(life.state.live.readWanted).toBe(false);
    expect(absent(life.at(6 * MINUTE), 6 * MINUTE).state.live.readWanted).toBe(true);
    expect(life.record.state).toBe('ready');
  });

  it('that was asked for before our last change says nothing', () => {
    const life = absent(absent(new Life('ready').at(1000), -1), -1);
    expect(life.state.live).toMatchObject({ absentSince: null, readWanted: false });
  });

  it('of a pod that no list has shown yet may lag for a while', () => {
    const life = new Life('booting');
    life.pod.seen = false;
    absent(absent(life.at(1000), 1000).at(2000), 2000);
    expect(life.state.live.readWanted).toBe(false);
    absent(life.at(absentMs), absentMs);
    expect(life.state.live.readWanted).toBe(true);
  });
});

describe('a pod that RunPod does not know by its id', () => {
  const gone = (life: Life, askedAfter: number): Life =>
    life.hears({ type: 'pod-gone', askedAt: life.touchedAt + askedAfter });

  it('is gone, and was ended by somebody else', () => {
    const life = gone(new Life('ready').at(MINUTE), MINUTE);
    expect(life.record).toMatchObject({ pod: null, state: 'stopped', desired: 'stopped' });
  });

  it('is not, where that was asked before our last change', () => {
    const life = gone(new Life('ready').at(MINUTE), -1);
    expect(life.record).toMatchObject({ state: 'ready', pod: { status: 'RUNNING' } });
  });

  it('never was, where nothing has ever shown it: the next candidate is tried', () => {
    const life = new Life('booting');
    life.pod.seen = false;
    gone(life.at(MINUTE), MINUTE);
    expect(life.record).toMatchObject({ pod: null, state: 'placing', desired: 'running' });
    expect(life.record.boot?.tried).toMatchObject([{ result: 'broken-host' }]);
  });

  it('was ended by somebody else, where it was seen before: another one would be against their will', () => {
    const life = new Life('booting');
    life.pod.seen = true;
    gone(life.at(MINUTE), MINUTE);
    expect(life.record).toMatchObject({ pod: null, state: 'stopped', desired: 'stopped' });
  });
});

describe('a pod that is shown stopped', () => {
  it('is', () => {
    const life = new Life('ready').at(MINUTE).sees({ status: 'EXITED', usdPerHour: 0 }, MINUTE);
    expect(life.record).toMatchObject({ desired: 'stopped', state: 'stopping' });
  });

  it('is not, where that was asked before our last change', () => {
    const life = new Life('ready').at(MINUTE).sees({ status: 'EXITED', usdPerHour: 0 }, -1);
    expect(life.record).toMatchObject({ state: 'ready', pod: { status: 'RUNNING' } });
  });

  it('may have just been started by us: for a moment reads are of before', () => {
    const life = new Life('ready').at(settleMs - 1).sees({ status: 'EXITED', usdPerHour: 0 }, 1);
    expect(life.record).toMatchObject({ state: 'ready', pod: { status: 'RUNNING' } });
    life.at(settleMs).sees({ status: 'EXITED', usdPerHour: 0 }, settleMs);
    expect(life.record.state).toBe('stopping');
  });

  it('is not it, under another id', () => {
    const life = new Life('ready').at(MINUTE).sees({ id: 'other', status: 'EXITED' }, MINUTE);
    expect(life.record).toMatchObject({ state: 'ready', pod: { status: 'RUNNING' } });
  });
});

describe('an uptime that fell', () => {
  it('is a new container: Ollama has lost its model, and readiness is proven anew', () => {
    const life = new Life('ready').at(MINUTE).sees({ uptimeSeconds: 500 }, MINUTE);
    life.state.live.pulled = true;
    life.at(2 * MINUTE).sees({ uptimeSeconds: 20 }, 2 * MINUTE);
    expect(life.state.live.pulled).toBe(false);
    expect(life.record.state).toBe('loading');
  });

  it('by no more than a rounding is none', () => {
    const life = new Life('ready').at(MINUTE).sees({ uptimeSeconds: 500 }, MINUTE);
    life.at(2 * MINUTE).sees({ uptimeSeconds: 499 }, 2 * MINUTE);
    expect(life.record.state).toBe('ready');
  });
});

describe('the end of billing of a stop whose answer never came', () => {
  const ended = (sentAgoMs: number, awakeAgoMs: number): number | null => {
    const life = new Life('ready').at(60 * MINUTE);
    const { state, record } = life;
    const now = life.touchedAt + 60 * MINUTE;
    state.live.awakeSince = now - awakeAgoMs;
    const at = { offsetMs: 0, now, timing: DEFAULT_TIMING, zone: 'UTC' };
    const step = { ...at, state, record, live: state.live, notes: [] };
    record.ending = newEnding(step, { action: 'terminate', why: 'a test', next: 'stopped' });
    record.ending.sentAt = now - sentAgoMs;
    const end = endedAt(step);
    return end === null ? null : now - end;
  };

  it('is as late as the call may have taken, while the app watched', () => {
    expect(ended(30_000, 50 * MINUTE)).toBe(0);
    expect(ended(30 * MINUTE, 50 * MINUTE)).toBe(30 * MINUTE - 100_000);
  });

  it('is when it was sent, where the app was away since: most calls are done at once', () => {
    expect(ended(30 * MINUTE, 5 * MINUTE)).toBe(30 * MINUTE);
  });
});
