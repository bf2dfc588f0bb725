import {
  decideMode,
  otherMode,
  type ModeChange,
  type RunMode,
} from '../../src/main/deployments/policy/auto-mode.ts';
import { MachineRun, type Machine } from '../../src/main/deployments/policy/machine-run.ts';
import type { Use } from '../../src/main/deployments/policy/use.ts';

/** A deployment in mode `auto` and its two pure modes, fed with the same requests; pure, simulated time only. */

export interface ModeMachines {
  readonly pod: Machine;
  readonly serverless: Machine;
}

export interface ModeLook {
  readonly at: number;
  readonly paidUsd: number;
  readonly podUsd: number;
  readonly serverlessUsd: number;
}

export interface ModeSimulation {
  readonly changes: readonly ModeChange[];
  /** Totals at every look, the last one at the end. */
  readonly looks: readonly ModeLook[];
  readonly starts: number;
  readonly waitMs: number;
}

export interface ModeSimulationInput {
  readonly machines: ModeMachines;
  readonly begins: RunMode;
  readonly from: number;
  readonly to: number;
  /** Between looks; a look also waits for the requests in flight. */
  readonly lookEveryMs: number;
  /** Accounts begin anew with each month; absent = they never do. */
  readonly accountsFrom?: (at: number) => number;
}

/** `nextUses`: requests that arrive before the next look, told what mode it is in now (an adversary may ask). */
export function simulateModes(
  input: ModeSimulationInput,
  nextUses: (from: number, to: number, mode: RunMode) => readonly Use[],
): ModeSimulation {
  const { machines, from, to } = input;
  const changes: [ModeChange, ...ModeChange[]] = [{ at: from, to: input.begins }];
  const pure = {
    pod: new MachineRun(machines.pod, from),
    serverless: new MachineRun(machines.serverless, from),
  };
  let mode = input.begins;
  let run = new MachineRun(machines[mode], from);
  const closed = { usd: 0, starts: 0, waitMs: 0 };
  const uses: Use[] = [];
  const looks: ModeLook[] = [];
  for (let at = from; at < to;) {
    const next = Math.min(to, at + input.lookEveryMs);
    for (const use of nextUses(at, next, mode)) {
      uses.push(use);
      for (const each of [run, pure.pod, pure.serverless]) each.request(use);
    }
    at = next;
    looks.push({
      at,
      paidUsd: closed.usd + run.usd(at),
      podUsd: pure.pod.usd(at),
      serverlessUsd: pure.serverless.usd(at),
    });
    const inFlight = run.busyUntil > at ? 1 : 0;
    const since = Math.max(from, input.accountsFrom?.(at) ?? from);
    const { change } = decideMode({ uses, now: at, ...machines, since, changes, inFlight });
    if (change !== 'now') continue;
    run.stop(at);
    closed.usd += run.usd(at);
    closed.starts += run.starts;
    closed.waitMs += run.waitMs;
    mode = otherMode(mode);
    changes.push({ at, to: mode });
    run = new MachineRun(machines[mode], at);
  }
  return { changes, looks, starts: closed.starts + run.starts, waitMs: closed.waitMs + run.waitMs };
}
