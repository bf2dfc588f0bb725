import type { ReactNode } from 'react';
import { useCall } from '../../app/use-call.ts';
import { RequestTable } from '../../components/request-table.tsx';
import { EmptyState, Loading, ProblemPanel } from '../../components/surface.tsx';
import { useTraffic } from '../../stores/traffic.ts';
import { mergeRequests } from '../../view/requests.ts';
import { words } from './messages.ts';

const NONE = [] as const;
const SHOWN = 200;

export function RequestsTab({ name }: { readonly name: string }): ReactNode {
  const past = useCall('requests.recent', { deployment: name, limit: SHOWN });
  const live = useTraffic((state) => state.recent ?? NONE);
  if (past.value === null) {
    return past.problem === null ? (
      <Loading what={words.tabs.requests} />
    ) : (
      <div className="p-5">
        <ProblemPanel problem={past.problem} onRetry={past.reload} />
      </div>
    );
  }
  const requests = mergeRequests(
    past.value.requests,
    live.filter((request) => request.deployment === name),
  ).slice(0, SHOWN);
  if (requests.length === 0) return <EmptyState title={words.noRequests} />;
  return <RequestTable requests={requests} caption={words.requestsTo(name)} />;
}
