import type { ReactNode } from 'react';
import { RequestTable } from '../../components/request-table.tsx';
import { Section } from '../../components/surface.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { useTraffic } from '../../stores/traffic.ts';
import { count, latency, percent } from '../../view/format.ts';
import { words as view } from '../../view/messages.ts';
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
              label={words.perMinute(view.requests(traffic.requests), traffic.windowMinutes)}
            />
            <Figure
              label={words.requests}
              value={count(traffic.requests)}
              note={words.runningNow(traffic.inFlight)}
            />
            <Figure
              label={words.firstToken}
              value={latency(traffic.firstTokenMsP50)}
              note={`p95 ${latency(traffic.firstTokenMsP95)}`}
            />
            <Figure
              label={words.cacheHits}
              value={traffic.requests === 0 ? '–' : percent(traffic.cacheHits / traffic.requests)}
              note={words.answers(count(traffic.cacheHits))}
            />
            <Figure
              label={words.errors}
              value={traffic.requests === 0 ? '–' : percent(traffic.errors / traffic.requests)}
              note={view.requests(traffic.errors)}
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
