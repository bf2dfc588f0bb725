import { containerPlan } from './container.ts';
import type { Boot, ContainerSpec } from '../state.ts';

/** The pause before a container that ended is started again, in life's milliseconds. */
export const RESTART_PAUSE_MS = 5000;
/** A container is created and started once its image is there. */
const CREATE_MS = 1500;

type Phase = 'placing' | 'pulling' | 'loading' | 'ready' | 'sleeping' | 'crash-loop' | 'refused';

export interface Moment {
  readonly phase: Phase;
  /** When the running container began; null while there is none. */
  readonly containerSince: number | null;
}

/** Instants of a boot on the sandbox's clock. */
export interface BootTimes {
  readonly placedAt: number;
  readonly containerAt: number;
}

export function bootTimes(boot: Boot): BootTimes {
  const placedAt = boot.startedAt + boot.placingMs;
  return { placedAt, containerAt: placedAt + boot.pullMs + CREATE_MS * boot.pace };
}

/** Where a boot is at an instant: a pure function of the records and the time. */
export function momentOf(pod: ContainerSpec, boot: Boot, now: number): Moment {
  const { placedAt, containerAt } = bootTimes(boot);
  if (boot.stuck === 'placing' || now < placedAt) return { phase: 'placing', containerSince: null };
  if (boot.stuck === 'pulling' || now < containerAt) return { phase: 'pulling', containerSince: null };
  const plan = containerPlan(pod, boot);
  if (plan.kind === 'refused') return { phase: 'refused', containerSince: null };
  const { launch } = plan;
  if (launch.kind === 'crashes') {
    return { phase: 'crash-loop', containerSince: lastStart(containerAt, launch.afterMs, boot, now) };
  }
  if (launch.kind === 'sleeps') return { phase: 'sleeping', containerSince: containerAt };
  const readyAt = containerAt + launch.readyMs * boot.pace;
  const ready = boot.stuck !== 'loading' && now >= readyAt;
  return { phase: ready ? 'ready' : 'loading', containerSince: containerAt };
}

/** Length of one round of a crash loop, in the sandbox's milliseconds. */
export function roundMs(afterMs: number, boot: Boot): number {
  return (afterMs + RESTART_PAUSE_MS) * boot.pace;
}

function lastStart(containerAt: number, afterMs: number, boot: Boot, now: number): number {
  const length = roundMs(afterMs, boot);
  return containerAt + Math.floor((now - containerAt) / length) * length;
}
