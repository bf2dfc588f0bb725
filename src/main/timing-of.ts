import type { Timing } from './deployments/timing.ts';
import type { AppConfig } from './settings/app-config.ts';

/** RunPod is asked as often as configured; the sandbox, which is in this machine and boots faster than life, oftener. */
export function timingOf(config: AppConfig, simulated: boolean): Partial<Timing> {
  const pollMs = config.runpod.pollSeconds * 1000;
  const idlePollMs = config.runpod.idlePollSeconds * 1000;
  if (!simulated) return { pollMs, idlePollMs };
  return { pollMs: Math.min(pollMs, 500), idlePollMs: Math.min(idlePollMs, 5000), probeMs: 300 };
}
