import type { ReactNode } from 'react';
import { RequestTable } from '../../components/request-table.tsx';
import { Section } from '../../components/surface.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { useTraffic } from '../../stores/traffic.ts';
import { count, latency, percent, plural } from '../../view/format.ts';
import { words } from './messages.ts';

const SHOWN = 8;

export function TrafficPanel(): ReactNode {
  const { traffic, recent } = useTraffic();
  return (
    <>
      {traffic !== null && (
        <Section title={words.traffic}>
          <div className="grid grid-cols-[minmax(9rem,1.6fr)_repeat(4,minmax(5.5rem,1fr))] items-end gap-4 @max-3xl:grid-cols-2">
            <Sparkline
              values={traffic.perMinute.map((point) => point.requests)}
              label={`Requests a minute: ${plural(traffic.requests, 'request')} in the last ${traffic.windowMinutes} minutes`}
            />
            <Figure
              label="Requests"
              value={count(traffic.requests)}
              note={`${traffic.inFlight} running now`}
            />
            <Figure
              label="First token"
              value={latency(traffic.firstTokenMsP50)}
              note={`p95 ${latency(traffic.firstTokenMsP95)}`}
            />
            <Figure
              label="Cache hits"
              value={traffic.requests === 0 ? '–' : percent(traffic.cacheHits / traffic.requests)}
              note={`${count(traffic.cacheHits)} answers`}
            />
            <Figure
              label="Errors"
              value={traffic.requests === 0 ? '–' : percent(traffic.errors / traffic.requests)}
              note={plural(traffic.errors, 'request')}
            />
          </div>
        </Section>
      )}
      <Section title={words.recent} flush>
        {recent === null || recent.length === 0 ? (
          <p className="px-4 pt-1 pb-5 text-soft">{words.noRequests}</p>
        ) : (
          <RequestTable requests={recent.slice(0, SHOWN)} caption={words.recent} />
        )}
      </Section>
    </>
  );
}

function Figure({
  label,
  value,
  note,
}: {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}): ReactNode {
  return (
    <div className="min-w-0">
      <p className="text-sm text-soft">{label}</p>
      <p className="num text-lg font-semibold">{value}</p>
      <p className="num truncate text-sm text-faint">{note}</p>
    </div>
  );
}
