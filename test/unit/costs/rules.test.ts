import { describe, expect, it } from 'vitest';
import { exportEntries } from '../../../src/main/costs/export-entries.ts';
import { forecastMonthUsd, type ForecastFacts } from '../../../src/main/costs/forecast.ts';
import fc from 'fast-check';
import { networkVolumeUsdPerMonth, tokensUsd } from '../../../src/main/costs/pricing.ts';
import { reconcile } from '../../../src/main/costs/reconcile.ts';
import { lostAtZero, runway, runwayWarning } from '../../../src/main/costs/runway.ts';
import { podRates, volumeRate } from '../../../src/main/sandbox/money/prices.ts';
import { diskUsdPerHour, HOURS_PER_MONTH } from '../../../src/shared/money.ts';
import type { LedgerEntry } from '../../../src/shared/model.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-24T00:00:00Z');

describe('pricing', () => {
  it('trap 15: bills disks by state: container disk while running, a volume always and double while stopped', () => {
    const perMonth = (state: 'running' | 'stopped'): number =>
      diskUsdPerHour({ containerGb: 40, persistentGb: 20 }, state) * HOURS_PER_MONTH;
    expect(perMonth('running')).toBeCloseTo(40 * 0.1 + 20 * 0.1, 10);
    expect(perMonth('stopped')).toBeCloseTo(20 * 0.2, 10);
    expect(diskUsdPerHour({ containerGb: 40, persistentGb: 0 }, 'stopped')).toBe(0);
  });

  it('prices network volumes in two steps', () => {
    expect(networkVolumeUsdPerMonth(100)).toBeCloseTo(7, 10);
    expect(networkVolumeUsdPerMonth(1024)).toBeCloseTo(71.68, 10);
    expect(networkVolumeUsdPerMonth(2048)).toBeCloseTo(71.68 + 51.2, 10);
  });

  it('prices tokens', () => {
    expect(
      tokensUsd({ input: 1_000_000, output: 500_000 }, { usdPerMillionInput: 0.95, usdPerMillionOutput: 4 }),
    ).toBeCloseTo(2.95, 10);
  });
});

/** The sandbox bills by formulas of its own, so that a wrong one here shows; they have to agree to the millionth. */
describe('prices told and prices billed by the sandbox', () => {
  const size = fc.integer({ min: 10, max: 4096 });

  it('are the same for a network volume of any size', () => {
    fc.assert(
      fc.property(size, (gb) => {
        const billed = volumeRate({ size: gb, type: 'STANDARD' });
        expect(Math.abs(billed - networkVolumeUsdPerMonth(gb) / HOURS_PER_MONTH)).toBeLessThan(1e-6);
      }),
      { examples: [[1000], [1001], [1024], [1025], [4096]] },
    );
  });

  it('are the same for the disks of a pod, running and stopped', () => {
    fc.assert(
      fc.property(size, fc.option(size), (containerGb, volumeGb) => {
        const rates = podRates({
          gpu: null,
          cpu: null,
          cloud: 'SECURE',
          attachedGpus: 0,
          disk: containerGb,
          mounts: volumeGb === null ? {} : { persistent: { size: volumeGb, path: '/workspace' } },
        });
        const disks = { containerGb, persistentGb: volumeGb ?? 0 };
        expect(Math.abs(rates.disk - diskUsdPerHour(disks, 'running'))).toBeLessThan(1e-6);
        expect(Math.abs(rates.stoppedDisk - diskUsdPerHour(disks, 'stopped'))).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('forecastMonthUsd', () => {
  const facts: ForecastFacts = {
    nowMs: NOW,
    monthEndMs: NOW + 7 * DAY,
    monthUsd: 20,
    trailingUsd: 14,
    trailingDiskUsd: 0,
    trailingMs: 7 * DAY,
    restUsdPerMonth: 0,
  };

  it('goes on as the last days went', () => {
    expect(forecastMonthUsd(facts)).toBeCloseTo(20 + 14, 10);
    expect(forecastMonthUsd({ ...facts, trailingUsd: 0 })).toBe(20);
    expect(forecastMonthUsd({ ...facts, monthEndMs: NOW - 1 })).toBe(20);
  });

  it('takes less than a day of history as a day', () => {
    expect(forecastMonthUsd({ ...facts, trailingUsd: 0.69, trailingMs: 3_600_000 })).toBeCloseTo(
      20 + 7 * 0.69,
      10,
    );
    expect(forecastMonthUsd({ ...facts, trailingUsd: 0, trailingMs: 0 })).toBe(20);
  });

  it('counts storage at rest to the end of the month, and not a second time as a habit', () => {
    const restPerWeek = (73 / HOURS_PER_MONTH) * 24 * 7;
    const withRest = {
      ...facts,
      restUsdPerMonth: 73,
      trailingUsd: 14 + restPerWeek,
      trailingDiskUsd: restPerWeek,
    };
    expect(forecastMonthUsd(withRest)).toBeCloseTo(20 + 14 + restPerWeek, 10);
  });

  it('counts storage that began to rest only now', () => {
    const restPerWeek = (73 / HOURS_PER_MONTH) * 24 * 7;
    expect(forecastMonthUsd({ ...facts, restUsdPerMonth: 73 })).toBeCloseTo(34 + restPerWeek, 10);
  });
});

describe('runway', () => {
  it('tells when the balance ends', () => {
    expect(runway(18.4, 0.7, NOW)).toEqual({ hours: 18.4 / 0.7, endsAtMs: NOW + (18.4 / 0.7) * 3_600_000 });
  });

  it('has no end without a known balance or without anything billing; an empty balance is at its end', () => {
    expect([runway(null, 1, NOW), runway(5, 0, NOW)]).toEqual([null, null]);
    expect([runway(0, 0, NOW), runway(-3, 1, NOW)]).toEqual([
      { hours: 0, endsAtMs: NOW },
      { hours: 0, endsAtMs: NOW },
    ]);
  });

  it('warns at a day, six hours and one hour', () => {
    expect([null, 100, 24, 7, 6, 1.5, 1, 0].map(runwayWarning)).toEqual([null, null, 24, 24, 6, 6, 1, 1]);
  });

  it('trap 16: names what RunPod deletes at zero', () => {
    expect(
      lostAtZero([
        { name: 'a', kind: 'pod', hasNetworkVolume: false },
        { name: 'b', kind: 'pod', hasNetworkVolume: true },
        { name: 'v', kind: 'network-volume', hasNetworkVolume: false },
      ]),
    ).toEqual({ deleted: ['a'], stopped: ['b'], maybeDeletedLater: ['v'] });
  });
});

describe('reconcile', () => {
  it('shows the gap, and the resources behind it, the largest first', () => {
    const result = reconcile(
      [
        { resourceId: 'same', billedUsd: 10, ledgerUsd: 10.1 },
        { resourceId: 'over', billedUsd: 1, ledgerUsd: 1.5 },
        { resourceId: 'under', billedUsd: 5, ledgerUsd: 3 },
      ],
      NOW,
    );
    expect(result.summary).toEqual({
      asOf: '2026-11-24T00:00:00.000Z',
      billedUsd: 16,
      ledgerUsd: expect.closeTo(14.6, 10),
      gapUsd: expect.closeTo(-1.4, 10),
    });
    expect(result.differing.map((resource) => [resource.resourceId, resource.gapUsd])).toEqual([
      ['under', -2],
      ['over', 0.5],
    ]);
  });

  it('is silent about nothing', () => {
    expect(reconcile([], NOW)).toMatchObject({ summary: { gapUsd: 0 }, differing: [] });
  });
});

describe('exportEntries', () => {
  const entry: LedgerEntry = {
    id: 'led_1',
    deploymentId: null,
    deploymentName: '=HYPERLINK("x")',
    resourceId: 'pod1',
    kind: 'compute',
    startedAt: '2026-11-24T00:00:00.000Z',
    endedAt: null,
    usdPerHour: 0.69,
    usd: -0.1,
    estimated: true,
    note: 'said "no", then\nleft',
  };

  it('writes CSV that a spreadsheet reads and does not run', () => {
    expect(exportEntries([entry], 'csv').split('\r\n')).toEqual([
      'id,deploymentId,deploymentName,resourceId,kind,startedAt,endedAt,usdPerHour,usd,estimated,note',
      'led_1,,"\'=HYPERLINK(""x"")",pod1,compute,2026-11-24T00:00:00.000Z,,0.69,-0.1,true,"said ""no"", then\nleft"',
      '',
    ]);
    expect(exportEntries([], 'csv').split('\r\n')).toHaveLength(2);
  });

  it('writes JSON that reads back as it was', () => {
    expect(JSON.parse(exportEntries([entry], 'json'))).toEqual([entry]);
  });
});
