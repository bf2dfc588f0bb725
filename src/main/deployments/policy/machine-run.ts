import { usdForMs } from '../../../shared/money.ts';
import type { Use } from './use.ts';

/**
 * Rented hardware as a bill sees it: it starts when a request finds it off, serves, idles for a while and stops. One
 * model for pods and serverless workers, which differ in the numbers only. Requests are served side by side, as vLLM and
 * Ollama do; a second worker or a queue at full concurrency is not modelled.
 */
export interface Machine {
  readonly usdPerHour: number;
  /** From being asked for to the first answer. */
  readonly startMs: number;
  /** The last part of a start that bills: all of a pod's; of a worker's what follows the image pull (FACTS 3.3). */
  readonly startBilledMs: number;
  /** A start so soon after a stop is quicker (FlashBoot, FACTS 3.8); null = never. */
  readonly quick: { readonly withinMs: number; readonly startMs: number } | null;
  /** Idle time after which it stops, billed too; Infinity = it is always on. */
  readonly idleMs: number;
}

/** What a start costs before the first answer. */
export const startUsd = (machine: Machine): number => usdForMs(machine.usdPerHour, machine.startBilledMs);

/** One machine's life, fed with requests in the order of their arrival. */
export class MachineRun {
  readonly #machine: Machine;
  #idleMs: number;
  /** Billing since; null = off. */
  #since: number | null;
  #readyAt: number;
  #busyUntil: number;
  #stoppedAt = Number.NEGATIVE_INFINITY;
  #billedMs = 0;
  #waitMs = 0;
  #starts = 0;

  /** Off at the beginning, except what is always on. */
  constructor(machine: Machine, beginsAt: number) {
    this.#machine = machine;
    this.#idleMs = machine.idleMs;
    this.#since = machine.idleMs === Number.POSITIVE_INFINITY ? beginsAt : null;
    this.#readyAt = beginsAt;
    this.#busyUntil = beginsAt;
  }

  /** Starts so far, and how long somebody waited for them. */
  get starts(): number {
    return this.#starts;
  }

  get waitMs(): number {
    return this.#waitMs;
  }

  /** When the last request so far ends. */
  get busyUntil(): number {
    return this.#busyUntil;
  }

  isUp(at: number): boolean {
    return this.#since !== null && at <= this.#stopsAt();
  }

  request({ at, serviceMs }: Use): void {
    if (!this.isUp(at)) this.#start(at);
    this.#busyUntil = Math.max(this.#busyUntil, Math.max(at, this.#readyAt) + serviceMs);
  }

  /** Another idle time from `at` on. */
  idleFor(idleMs: number, at: number): void {
    if (!this.isUp(at)) this.#close(this.#stopsAt());
    this.#idleMs = idleMs;
  }

  stop(at: number): void {
    this.#close(Math.min(at, this.#stopsAt()));
  }

  /** Billed time up to an instant, or (`tail`) with the idle time that follows if no more requests come. */
  billedMs(at: number, tail = false): number {
    if (this.#since === null) return this.#billedMs;
    const stopsAt = this.#stopsAt();
    const end = tail && Number.isFinite(stopsAt) ? Math.max(stopsAt, at) : at;
    return this.#billedMs + Math.max(0, Math.min(end, stopsAt) - this.#since);
  }

  usd(at: number, tail = false): number {
    return usdForMs(this.#machine.usdPerHour, this.billedMs(at, tail));
  }

  #stopsAt(): number {
    return this.#busyUntil + this.#idleMs;
  }

  #start(at: number): void {
    this.#close(this.#stopsAt());
    const { quick, startMs, startBilledMs } = this.#machine;
    const isQuick = quick !== null && at - this.#stoppedAt <= quick.withinMs;
    const takesMs = isQuick ? Math.min(quick.startMs, startMs) : startMs;
    this.#readyAt = at + takesMs;
    this.#since = this.#readyAt - Math.min(startBilledMs, takesMs);
    this.#busyUntil = this.#readyAt;
    this.#starts++;
    this.#waitMs += takesMs;
  }

  #close(at: number): void {
    if (this.#since === null) return;
    this.#billedMs += Math.max(0, at - this.#since);
    this.#stoppedAt = at;
    this.#since = null;
  }
}

export interface Replay {
  readonly usd: number;
  /** With the idle time still to come if no more requests do. */
  readonly usdWithTail: number;
  readonly billedMs: number;
  readonly starts: number;
  readonly waitMs: number;
}

/** What the requests of a span would have cost on this machine. */
export function replay(
  uses: readonly Use[],
  machine: Machine,
  span: { readonly from: number; readonly to: number },
): Replay {
  const run = new MachineRun(machine, span.from);
  for (const use of uses) {
    if (use.at >= span.from && use.at < span.to) run.request(use);
  }
  return {
    usd: run.usd(span.to),
    usdWithTail: run.usd(span.to, true),
    billedMs: run.billedMs(span.to),
    starts: run.starts,
    waitMs: run.waitMs,
  };
}
