import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { Random } from '../platform/random.ts';
import type { FaultBook } from './faults.ts';
import { archive } from './money/archive.ts';
import type { Account } from './money/segments.ts';
import type { State } from './state.ts';
import type { SandboxOptions } from './types.ts';

/** What every part of the simulated cloud shares. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How many times faster than life things start. */
  readonly speed: number;
  readonly tokensPerSecond: number;
  readonly state: State;
  /** See SandboxOptions. */
  readonly imageCommand: NonNullable<SandboxOptions['imageCommand']>;
  readonly faults: FaultBook;
  /** Ids of pods, endpoints, workers, jobs and volumes whose records changed. */
  readonly changes: Emitter<string>;
  /** Ids of what printed a line or yielded output: many, and of interest only to those who read along. */
  readonly output: Emitter<string>;
  /** Ends with the sandbox. */
  readonly ended: AbortSignal;
  /** Scheme, host and port of this sandbox. */
  origin(): string;
  save(): void;
  flush(): void;
}

export function accountOf(world: World, kind: Account['kind'], id: string, name: string): Account {
  let account = world.state.accounts.get(id);
  if (account === undefined) {
    archive(world.state);
    account = { kind, id, name, segments: [] };
    world.state.accounts.set(id, account);
  }
  return account;
}

/** Ids look unlike RunPod's, so that no simulated one is ever taken for a real one. */
export function newId(world: World, prefix = 'sb'): string {
  return `${prefix}${world.random.hex(6)}`;
}

/** Resolves when the thing changes, `ms` have passed or the signal fires, whichever is first. */
export function waitForChange(world: World, id: string, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const unsubscribe of subscriptions) unsubscribe();
      cancel();
      signal.removeEventListener('abort', done);
      world.ended.removeEventListener('abort', done);
      resolve();
    };
    const heard = (changed: string): void => {
      if (changed === id) done();
    };
    const subscriptions = [world.changes.subscribe(heard), world.output.subscribe(heard)];
    const cancel = world.clock.after(ms, done);
    if (signal.aborted || world.ended.aborted) done();
    signal.addEventListener('abort', done, { once: true });
    world.ended.addEventListener('abort', done, { once: true });
  });
}
