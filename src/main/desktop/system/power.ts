import { powerMonitor } from 'electron';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Unsubscribe } from '../../platform/lifecycle.ts';

export interface PowerParts {
  readonly clock: Clock;
  readonly log: Log;
  /** The machine woke after so many milliseconds, or its network came back. */
  readonly onAwake: (sleptMs: number) => void;
  /** About to sleep: what waits to be written is written. */
  readonly onSuspend: () => void;
  readonly onLock: () => void;
  /** The system ends; there is no time to ask. */
  readonly onShutdown: () => void;
}

/** Sleep, wake, lock and shutdown, as the system tells them. */
export function watchPower(parts: PowerParts): Unsubscribe {
  let asleepSince: number | null = null;
  const suspended = (): void => {
    asleepSince = parts.clock.now();
    parts.log.info({}, 'the machine goes to sleep');
    parts.onSuspend();
  };
  const resumed = (): void => {
    const sleptMs = asleepSince === null ? 0 : parts.clock.now() - asleepSince;
    asleepSince = null;
    parts.log.info({ sleptMs }, 'the machine is awake');
    parts.onAwake(sleptMs);
  };
  const shutDown = (): void => parts.onShutdown();
  const locked = (): void => parts.onLock();
  powerMonitor.on('suspend', suspended);
  powerMonitor.on('resume', resumed);
  powerMonitor.on('lock-screen', locked);
  powerMonitor.on('shutdown', shutDown);
  return () => {
    powerMonitor.removeListener('suspend', suspended);
    powerMonitor.removeListener('resume', resumed);
    powerMonitor.removeListener('lock-screen', locked);
    powerMonitor.removeListener('shutdown', shutDown);
  };
}
