/**
 * What one month costs a developer and how long it makes him wait, by way of running: a pod that is always on, one that
 * stops after 15 idle minutes, one that stops after computed idle minutes, serverless, and mode `auto`. The requests are
 * those of test/bench/data; money and time are simulated, by the model that mode `auto` decides by.
 */
import { computeIdle, WAITING_USD_PER_HOUR } from '../../src/main/deployments/policy/computed-idle.ts';
import { MachineRun, replay, type Machine } from '../../src/main/deployments/policy/machine-run.ts';
import { machinesOf } from '../../src/main/deployments/policy/machines.ts';
import type { Use } from '../../src/main/deployments/policy/use.ts';
import { deploymentSpecSchema } from '../../src/shared/model.ts';
import { diskUsdPerHour, formatUsd } from '../../src/shared/money.ts';
import { simulateModes } from '../support/mode-simulation.ts';
import { MONTH_BEGINS, MONTH_ENDS, PROFILE_NAMES, readMonth } from './data/developer-month.ts';
import { report } from './report.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const FIXED_MINUTES = 15;
const MONTH = { from: MONTH_BEGINS, to: MONTH_ENDS };

const disk = (containerGb: number): number => diskUsdPerHour({ containerGb, persistentGb: 0 }, 'running');

/**
 * Prices as in FACTS 5 and the sandbox's catalogue, a pod's with its disk; starts as in FACTS 2.6 and 3.8, on hosts that
 * have the image.
 */
const GPUS = [
  { name: 'RTX 4090', pod: 0.69 + disk(40), serverless: 1.12, bootMs: 180 * SECOND, coldMs: 105 * SECOND },
  { name: 'H100 SXM', pod: 2.99 + disk(100), serverless: 4.18, bootMs: 420 * SECOND, coldMs: 162 * SECOND },
] as const;
type Gpu = (typeof GPUS)[number];

const SPEC = deploymentSpecSchema.parse({ name: 'a', model: 'a/b', idle: { minutes: FIXED_MINUTES } });

/** As the app would count before it has measured anything of its own. */
const machines = (gpu: Gpu, idle = SPEC.idle, flashboot = SPEC.serverless.flashboot) =>
  machinesOf(
    { idle, serverless: { ...SPEC.serverless, flashboot } },
    {
      podUsdPerHour: gpu.pod,
      workerUsdPerHour: gpu.serverless,
      podStartMs: gpu.bootMs,
      workerStartMs: gpu.coldMs,
      workerQuickStartMs: null,
      computedIdleMinutes: FIXED_MINUTES,
    },
  );

interface Figures {
  readonly usd: number;
  readonly starts: number;
  readonly waitingMinutes: number;
  /** Money and waiting together, at what the app takes an hour of waiting to be worth. */
  readonly usdWithWaiting: number;
  readonly changes?: number;
}

function figures(usd: number, starts: number, waitMs: number): Figures {
  const waitingMinutes = waitMs / MINUTE;
  return { usd, starts, waitingMinutes, usdWithWaiting: usd + (waitingMinutes / 60) * WAITING_USD_PER_HOUR };
}

function pure(uses: readonly Use[], machine: Machine): Figures {
  const { usd, starts, waitMs } = replay(uses, machine, MONTH);
  return figures(usd, starts, waitMs);
}

/** As the app does it: computed anew when the last request has ended, from what was seen until then. */
function computed(uses: readonly Use[], gpu: Gpu): Figures {
  const run = new MachineRun(machines(gpu).pod, MONTH.from);
  for (const [index, use] of uses.entries()) {
    run.request(use);
    if (run.busyUntil > (uses[index + 1]?.at ?? MONTH.to)) continue;
    const seen = uses.slice(Math.max(0, index - 2000), index + 1);
    const { minutes } = computeIdle({
      uses: seen,
      usdPerHour: gpu.pod,
      bootMs: gpu.bootMs,
      fixedMinutes: FIXED_MINUTES,
    });
    run.idleFor(minutes * MINUTE, run.busyUntil);
  }
  return figures(run.usd(MONTH.to), run.starts, run.waitMs);
}

function auto(uses: readonly Use[], gpu: Gpu): Figures {
  let next = 0;
  const { looks, changes, starts, waitMs } = simulateModes(
    { machines: machines(gpu), begins: 'pod', ...MONTH, lookEveryMs: 30 * MINUTE },
    (_from, to) => {
      const from = next;
      while ((uses[next]?.at ?? Infinity) < to) next++;
      return uses.slice(from, next);
    },
  );
  return { ...figures(looks.at(-1)?.paidUsd ?? 0, starts, waitMs), changes: changes.length - 1 };
}

function compare(uses: readonly Use[], gpu: Gpu): Record<string, Figures> {
  return {
    'always on': pure(uses, machines(gpu, { policy: 'off', minutes: 1 }).pod),
    'idle 15 min': pure(uses, machines(gpu).pod),
    'computed idle': computed(uses, gpu),
    serverless: pure(uses, machines(gpu).serverless),
    'serverless without FlashBoot': pure(uses, machines(gpu, SPEC.idle, 'OFF').serverless),
    auto: auto(uses, gpu),
  };
}

const COLUMNS = ['', 'money', 'of always on', 'starts', 'waiting', 'money and waiting'];

function printTable(title: string, rows: Readonly<Record<string, Figures>>): void {
  const whole = rows['always on']?.usd ?? Number.NaN;
  const lines = Object.entries(rows).map(([name, row]) => [
    row.changes === undefined ? name : `${name} (${row.changes} change${row.changes === 1 ? '' : 's'})`,
    formatUsd(row.usd),
    `${((row.usd / whole) * 100).toFixed(1)} %`,
    String(row.starts),
    `${Math.round(row.waitingMinutes)} min`,
    formatUsd(row.usdWithWaiting),
  ]);
  const widths = COLUMNS.map((_, column) =>
    Math.max(...[COLUMNS, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  console.log(`\n${title}`);
  for (const line of [COLUMNS, ...lines]) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('   '));
  }
}

const results = PROFILE_NAMES.flatMap((profile) => {
  const uses = readMonth(profile);
  return GPUS.map((gpu) => {
    const rows = compare(uses, gpu);
    printTable(
      `${profile}, ${uses.length} requests, ${gpu.name} (${formatUsd(gpu.pod)}/h, serverless ${formatUsd(gpu.serverless)}/h)`,
      rows,
    );
    return [`${profile}, ${gpu.name}`, rows] as const;
  });
});
console.log(`\nWaiting counts ${formatUsd(WAITING_USD_PER_HOUR)} an hour.\n`);
report('costs', Object.fromEntries(results));
