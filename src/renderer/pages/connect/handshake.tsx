import { CircleCheck, CircleX, Radio } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ClientSheet } from '../../../shared/clients/clients.ts';
import type { DeploymentView, RequestRecord } from '../../../shared/model.ts';
import { now, useNow } from '../../app/clock.ts';
import { useTraffic } from '../../stores/traffic.ts';
import { heardFrom, nameOfCaller } from '../../view/connect.ts';
import { latency } from '../../view/format.ts';
import { words } from './messages.ts';

/** After this long without a request it is said where to look. */
const PATIENCE_MS = 60_000;

/** A request after the card was opened says that it works: nothing is started to find out (CLIENTS 2.8). */
export function Handshake({
  sheet,
  view,
  hasChecked,
}: {
  readonly sheet: ClientSheet;
  readonly view: DeploymentView;
  readonly hasChecked: boolean;
}): ReactNode {
  const [since] = useState(now);
  const request = useTraffic(({ recent }) => heardFrom(recent ?? [], { sheet, view, since, hasChecked }));
  return (
    <div role="status" className="rounded-md border border-line px-3 py-2">
      {request === undefined ? <Waiting since={since} /> : <Heard request={request} />}
    </div>
  );
}

function Waiting({ since }: { readonly since: number }): ReactNode {
  const isLong = useNow(10_000) - since >= PATIENCE_MS;
  return (
    <>
      <p className="flex items-center gap-2">
        <Radio size={15} aria-hidden className="shrink-0 text-busy" />
        <span>
          {words.waiting} <span className="text-soft">{words.waitingText}</span>
        </span>
      </p>
      {isLong && (
        <>
          <p className="mt-2 font-medium">{words.slow}</p>
          <ul className="list-disc pl-5 text-soft">
            {words.slowHints.map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Heard({ request }: { readonly request: RequestRecord }): ReactNode {
  const good = request.outcome === 'ok';
  const Icon = good ? CircleCheck : CircleX;
  return (
    <p className="flex items-center gap-2 font-medium">
      <Icon size={15} aria-hidden className={good ? 'shrink-0 text-ok' : 'shrink-0 text-bad'} />
      {good
        ? words.heard(
            nameOfCaller(request) ?? words.aClient,
            latency(request.firstTokenMs ?? request.totalMs),
          )
        : words.heardFailed(request.errorCode ?? String(request.status))}
    </p>
  );
}
