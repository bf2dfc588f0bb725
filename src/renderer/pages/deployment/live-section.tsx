import { useEffect, type ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { every } from '../../app/clock.ts';
import { useCall } from '../../app/use-call.ts';
import { Section } from '../../components/surface.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { count, duration, latency, minuteTime, percent } from '../../view/format.ts';
import { words as sentences } from '../../view/messages.ts';
import { words } from './messages.ts';

const WINDOW_MINUTES = 60;
const AGAIN_MS = 10_000;

/** What the pod and the proxy say of it now; RunPod gives the GPU's use with some delay, and not for every pod. */
export function LiveSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const traffic = useCall('traffic.recent', { deployment: view.name, windowMinutes: WINDOW_MINUTES });
  const { reload } = traffic;
  useEffect(() => every(AGAIN_MS, reload), [reload]);
  const { pod } = view;
  const known = traffic.value;
  const w = words.live;
  if (known === null) return null;
  const figures = [
    [w.gpu, pod?.gpuUtilPercent == null ? '–' : percent(pod.gpuUtilPercent / 100)],
    [w.uptime, pod?.uptimeSeconds == null ? '–' : duration(pod.uptimeSeconds * 1000)],
    [w.inFlight, count(view.inFlight)],
    [w.firstToken, latency(known.firstTokenMsP50)],
    [w.speed, known.tokensPerSecondP50 === null ? '–' : count(known.tokensPerSecondP50)],
    [w.errors, known.requests === 0 ? '–' : percent(known.errors / known.requests)],
  ] as const;
  return (
    <Section
      title={w.title}
      aside={<span className="num text-sm text-faint">{w.asOf(minuteTime(known.asOf))}</span>}
    >
      <div className="grid grid-cols-[minmax(9rem,1.4fr)_3fr] items-end gap-6 @max-3xl:grid-cols-1">
        <div>
          <p className="text-sm text-soft">{w.requests(sentences.requests(known.requests))}</p>
          <Sparkline
            values={known.perMinute.map((point) => point.requests)}
            label={w.perMinute(sentences.requests(known.requests), known.windowMinutes)}
          />
        </div>
        <dl className="grid grid-cols-6 gap-4 @max-3xl:grid-cols-3">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt className="text-sm text-soft">{name}</dt>
              <dd className="num text-lg font-semibold">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Section>
  );
}
