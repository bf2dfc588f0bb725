import type { World } from '../world.ts';
import { bootLines, nextLineAt, type LogEntry } from './boot-lines.ts';
import type { LogSource } from './log-stream.ts';
import type { PodRuntimes } from './runtimes.ts';

/** A pod's log: calculated lines of its last boots with what really happened in between. */
export function podLog(world: World, runtimes: PodRuntimes, podId: string): LogSource {
  return {
    id: podId,
    lines: (now) => {
      const pod = world.state.pods.get(podId);
      if (pod === undefined) return null;
      const calculated = pod.boots.flatMap((boot, index) => {
        const next = pod.boots[index + 1];
        const until = next?.startedAt ?? pod.stoppedAt ?? now;
        return bootLines(pod, boot, Math.min(until, now), runtimes.runsReally(pod));
      });
      const lines: LogEntry[] = [...calculated, ...runtimes.liveLines(podId)];
      return lines.sort((a, b) => a.seq - b.seq);
    },
    nextAt: (now) => {
      const pod = world.state.pods.get(podId);
      const boot = pod?.boots.at(-1);
      if (pod === undefined || boot === undefined || !pod.running) return null;
      return nextLineAt(pod, boot, now, runtimes.runsReally(pod));
    },
  };
}
