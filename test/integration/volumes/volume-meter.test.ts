import { afterEach, describe, expect, it } from 'vitest';
import { createLedger } from '../../../src/main/costs/sqlite-ledger.ts';
import { BillSettling } from '../../../src/main/deployments/settle.ts';
import { DEFAULT_TIMING } from '../../../src/main/deployments/timing.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { VolumeMeter } from '../../../src/main/volumes/volume-meter.ts';
import { volumeName } from '../../../src/main/volumes/volume-name.ts';
import { sandboxApi } from '../../support/sandbox-api.ts';

const never = new AbortController().signal;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const disposals: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose();
});

/** The meter over the real client and ledger, against the sandbox cloud, on one manual clock. */
function rig() {
  const clock = new ManualClock();
  const random = seededRandom(3);
  const { sandbox, api } = sandboxApi({ clock, random, speed: 1, balanceUsd: 1000 });
  disposals.push(() => sandbox.dispose());
  const db = openDb(':memory:');
  disposals.push(() => db.close());
  const ledger = createLedger({ db, ids: randomIds(random) });
  const mounted = new Set<string>();
  const begin = (): VolumeMeter => {
    const meter = new VolumeMeter({ api, ledger, clock, log: silentLog, mounted: () => mounted });
    disposals.push(() => meter.dispose());
    meter.start();
    return meter;
  };
  const create = (name: string, size: number) =>
    api.networkVolumes.create({ name, size, dataCenter: 'EU-RO-1' }, never);
  const spent = (): number => ledger.spent({}, 0, clock.now());
  return { clock, sandbox, api, ledger, mounted, begin, create, spent };
}

const TROUBLE = { kind: 'status', route: 'GET /v2/network-volumes', status: 500 } as const;
const perHour = (gb: number): number => (gb * 0.07) / 730;

describe('the ledger’s account of network volumes (SPEC 5.1: storage in every state)', () => {
  it('agrees with the bill over a month with a resize, and with a deletion while the app was away', async () => {
    const { clock, sandbox, api, ledger, begin, create, spent } = rig();
    const meter = begin();
    await clock.advance(0);
    const volume = await create(volumeName('Qwen/Qwen3-8B'), 100);
    meter.look();
    await clock.advance(10 * DAY);
    expect(spent()).toBeCloseTo(perHour(100) * 240, 3);
    await api.networkVolumes.update(volume.id, { size: 1500 }, never);
    await clock.advance(10 * DAY);
    // A change is seen ten minutes late at the most.
    expect(Math.abs(spent() - sandbox.bill().totalUsd)).toBeLessThan(((1500 - 100) * 0.07) / 730 / 6);
    await meter.dispose();
    await clock.advance(3 * DAY);
    await api.networkVolumes.delete(volume.id, never);
    await clock.advance(7 * DAY);
    begin();
    await clock.advance(MINUTE);
    // Nobody saw when: the later instant is booked and marked, and the bill settles it.
    expect(ledger.unsettled()).toHaveLength(1);
    expect(spent()).toBeGreaterThan(sandbox.bill().totalUsd + 1);
    const settling = new BillSettling({
      api,
      clock,
      log: silentLog,
      ledger,
      timing: DEFAULT_TIMING,
      createdAt: () => null,
    });
    disposals.push(() => settling.dispose());
    for (let round = 0; round < 8; round++) {
      await clock.advance(20 * MINUTE);
      settling.tick();
      await clock.advance(MINUTE);
    }
    expect(ledger.unsettled()).toEqual([]);
    expect(spent()).toBeCloseTo(sandbox.bill().totalUsd, 3);
  });

  it('leaves out what is nobody’s here until a deployment mounts it, and then counts from then on', async () => {
    const { clock, ledger, mounted, begin, create, spent } = rig();
    const foreign = await create('somebody’s data', 1000);
    const meter = begin();
    await clock.advance(DAY);
    expect(ledger.open()).toEqual([]);
    expect(meter.usdPerMonth()).toEqual({ all: 70, metered: 0 });
    mounted.add(foreign.id);
    const from = clock.now();
    await clock.advance(DAY);
    expect(spent()).toBeCloseTo(perHour(1000) * 24, 1);
    expect(ledger.entries({ limit: 9 }, clock.now())).toMatchObject([{ kind: 'volume', deploymentId: null }]);
    expect(Date.parse(ledger.entries({ limit: 1 }, clock.now())[0]?.startedAt ?? '')).toBeGreaterThan(from);
    // Unmounted again it goes on: its bill does, and the money was always the same.
    mounted.clear();
    await clock.advance(DAY);
    expect(spent()).toBeCloseTo(perHour(1000) * 48, 1);
    expect(meter.usdPerMonth()).toEqual({ all: 70, metered: 70 });
  });

  it('does not take trouble at RunPod for an end, nor for an account without volumes', async () => {
    const { clock, sandbox, begin, create, spent } = rig();
    await create(volumeName('a/b'), 100);
    sandbox.arm(TROUBLE);
    const meter = begin();
    await clock.advance(30 * MINUTE);
    expect(meter.usdPerMonth()).toBeNull();
    sandbox.clearFaults();
    await clock.advance(DAY);
    const before = spent();
    expect(before).toBeGreaterThan(0);
    sandbox.arm(TROUBLE);
    await clock.advance(DAY);
    expect(spent() - before).toBeCloseTo(perHour(100) * 24, 6);
  });
});
