import type { ReactNode } from 'react';
import type { RequestRecord } from '../../shared/model.ts';
import { clockTime, count, latency, usdFine } from '../view/format.ts';
import { Tag } from './surface.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { words } from './messages.ts';

export const cell = 'px-3 py-1.5 text-left align-top whitespace-nowrap first:pl-4 last:pr-4';
export const headCell = `${cell} text-sm font-medium text-soft`;
export const numCell = `${cell} num text-right`;
export const numHead = `${headCell} text-right`;

export function RequestTable({
  requests,
  caption,
}: {
  readonly requests: readonly RequestRecord[];
  readonly caption: string;
}): ReactNode {
  return (
    <ScrollRegion className="overflow-x-auto" label={words.table(caption)}>
      <table className="w-full">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <RequestHead />
        </thead>
        <tbody>
          {requests.map((request) => (
            <RequestRow key={request.id} request={request} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

export function RequestHead(): ReactNode {
  return (
    <tr className="border-b border-line">
      <th scope="col" className={headCell}>
        {words.requests.time}
      </th>
      <th scope="col" className={headCell}>
        {words.requests.client}
      </th>
      <th scope="col" className={headCell}>
        {words.requests.model}
      </th>
      <th scope="col" className={headCell}>
        {words.requests.result}
      </th>
      <th scope="col" className={numHead}>
        {words.requests.firstToken}
      </th>
      <th scope="col" className={numHead}>
        {words.requests.tokens}
      </th>
      <th scope="col" className={numHead}>
        {words.requests.speed}
      </th>
      <th scope="col" className={numHead}>
        {words.requests.cost}
      </th>
    </tr>
  );
}

export function RequestRow({ request }: { readonly request: RequestRecord }): ReactNode {
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <td className={`${cell} num text-soft`}>{clockTime(request.at)}</td>
      <td className={cell}>{request.client ?? '–'}</td>
      <td className={`${cell} max-w-48 truncate`} title={request.model}>
        {request.model}
      </td>
      <td className={cell}>
        <RequestResult request={request} />
      </td>
      <td className={numCell}>{latency(request.firstTokenMs)}</td>
      <td className={numCell}>
        {count(request.inputTokens)} → {count(request.outputTokens)}
      </td>
      <td className={numCell}>
        {request.tokensPerSecond === null ? '–' : Math.round(request.tokensPerSecond)}
      </td>
      <td className={numCell}>{usdFine(request.usd)}</td>
    </tr>
  );
}

function RequestResult({ request }: { readonly request: RequestRecord }): ReactNode {
  return (
    <span className="flex gap-1">
      {request.outcome === 'ok' && <Tag tone="ok">{request.status}</Tag>}
      {request.outcome === 'aborted' && <Tag>{words.requests.left}</Tag>}
      {request.outcome === 'error' && <Tag tone="bad">{request.errorCode ?? request.status}</Tag>}
      {request.cache === 'hit' && <Tag tone="accent">{words.requests.cache}</Tag>}
      {request.cache === 'coalesced' && <Tag tone="accent">{words.requests.shared}</Tag>}
      {request.woke && <Tag tone="warn">{words.requests.woke}</Tag>}
      {request.maybePaidTwice === true && (
        <span title={words.requests.paidTwiceWhy}>
          <Tag tone="warn">{words.requests.paidTwice}</Tag>
        </span>
      )}
    </span>
  );
}
