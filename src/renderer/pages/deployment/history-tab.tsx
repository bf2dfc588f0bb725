import { Fragment, type ReactNode } from 'react';
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
            <Happened entry={entry} />
            <Data entry={entry} />
          </div>
        </li>
      ))}
    </ol>
  );
}

/** What happened, in the reader's language; where there is only English, what kind of thing it is stands beside it. */
function Happened({ entry: { kind, text } }: { readonly entry: HistoryEntry }): ReactNode {
  const said = labels.historyText(text);
  if (said !== null) return <p className="break-words">{said}</p>;
  const label = labels.history[kind];
  return (
    <p className="break-words">
      <CoreText text={text} /> {label !== undefined && <Tag>{label}</Tag>}
    </p>
  );
}

/** What the sentence does not say already, for whoever has to dig. */
function Data({ entry: { data, text } }: { readonly entry: HistoryEntry }): ReactNode {
  const facts = Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const)
    .filter(([, value]) => !text.includes(value));
  if (facts.length === 0) return null;
  return (
    <details className="text-sm text-faint">
      <summary className="w-fit cursor-default hover:text-text">{words.historyDetails}</summary>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3">
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt lang="en">{name}</dt>
            <dd lang="en" className="break-all">
              {value}
            </dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
