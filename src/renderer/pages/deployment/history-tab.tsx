import type { ReactNode } from 'react';
import type { DeploymentView, HistoryEntry } from '../../../shared/model.ts';
import { useCall } from '../../app/use-call.ts';
import { EmptyState, Loading, ProblemPanel, Tag } from '../../components/surface.tsx';
import { useDeployments } from '../../stores/deployments.ts';
import { mergeHistory } from '../../view/history.ts';
import { clockTime, day } from '../../view/format.ts';
import { words } from './messages.ts';
import { CoreText } from '../../components/core-text.tsx';
import { core as labels } from '../../view/core-words.ts';

const NONE: readonly HistoryEntry[] = [];

export function HistoryTab({ view }: { readonly view: DeploymentView }): ReactNode {
  const past = useCall('deployments.history', { deployment: view.id });
  const news = useDeployments((state) => state.news[view.id] ?? NONE);
  if (past.value === null) {
    return past.problem === null ? (
      <Loading what={words.tabs.history} />
    ) : (
      <div className="p-5">
        <ProblemPanel problem={past.problem} onRetry={past.reload} />
      </div>
    );
  }
  const entries = mergeHistory(past.value.entries, news);
  if (entries.length === 0) return <EmptyState title={words.noHistory} />;
  return (
    <ol className="px-5 py-3">
      {entries.map((entry) => (
        <li
          key={`${entry.at}-${entry.kind}-${entry.text}`}
          className="grid grid-cols-[9rem_1fr] gap-4 border-b border-line/60 py-2"
        >
          <time dateTime={entry.at} className="num text-soft">
            {day(entry.at)} {clockTime(entry.at)}
          </time>
          <div className="min-w-0">
            <p>
              <CoreText text={entry.text} /> <Tag>{labels.history[entry.kind] ?? entry.kind}</Tag>
            </p>
            <Data data={entry.data} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Data({ data }: { readonly data: HistoryEntry['data'] }): ReactNode {
  const facts = Object.entries(data).filter(([, value]) => value !== null && value !== undefined);
  if (facts.length === 0) return null;
  return (
    <p className="text-sm break-words text-faint">
      {facts
        .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' · ')}
    </p>
  );
}
