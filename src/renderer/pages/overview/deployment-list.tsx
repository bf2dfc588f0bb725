import { useState, type ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { useNow } from '../../app/clock.ts';
import { to } from '../../app/router.ts';
import { MainAction, MoreMenu } from '../../components/deployment-actions.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { ago, contextSize, duration, stopwatch } from '../../view/format.ts';
import { costNow, isStarting, lookOf, sortForOverview } from '../../view/state.ts';
import { words } from './messages.ts';

const FILTER_FROM = 8;

export function DeploymentList({
  deployments,
}: {
  readonly deployments: readonly DeploymentView[];
}): ReactNode {
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = sortForOverview(deployments).filter(
    (view) => wanted === '' || `${view.name} ${view.spec.model}`.toLowerCase().includes(wanted),
  );
  const search = deployments.length >= FILTER_FROM && (
    <input
      data-find
      type="search"
      aria-label={words.filter}
      placeholder={`${words.filter}…`}
      value={filter}
      onChange={(event) => setFilter(event.target.value)}
      className="field h-8 w-56"
    />
  );
  return (
    <Section title={words.deployments} aside={search} flush>
      <ul className="grid grid-cols-[minmax(9rem,1fr)_auto] divide-y divide-line/70 border-t border-line @3xl:grid-cols-[minmax(0,1.15fr)_minmax(0,1.25fr)_auto_auto]">
        {shown.map((view) => (
          <Row key={view.id} view={view} />
        ))}
      </ul>
      {shown.length === 0 && <p className="px-4 py-6 text-center text-soft">{words.noMatch}</p>}
    </Section>
  );
}

function Row({ view }: { readonly view: DeploymentView }): ReactNode {
  return (
    <li className="col-span-full grid grid-cols-subgrid items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-sunken/60">
      <div className="min-w-0">
        <a
          href={to.deployment(view.name)}
          className="block truncate font-semibold text-text no-underline hover:underline"
        >
          {view.name}
        </a>
        <p className="truncate text-sm text-soft" title={view.spec.model}>
          {view.spec.model}
        </p>
      </div>
      <div className="min-w-0 @max-3xl:order-3 @max-3xl:col-span-2">
        <StateBadge look={lookOf(view)} />
        <RowFacts view={view} />
      </div>
      <p className="num text-right font-medium @max-3xl:order-4 @max-3xl:text-left">{costNow(view)}</p>
      <div className="flex items-center justify-end gap-1">
        <MainAction view={view} />
        <MoreMenu view={view} />
      </div>
    </li>
  );
}

/** The one line of facts that matter in this state. */
function RowFacts({ view }: { readonly view: DeploymentView }): ReactNode {
  const nowMs = useNow(isStarting(view) ? 1000 : 10_000);
  const facts: string[] = [];
  const gpu =
    view.pod === null
      ? null
      : `${view.pod.gpuCount > 1 ? `${view.pod.gpuCount} × ` : ''}${view.pod.gpuTypeId ?? 'GPU'}`;
  if (gpu !== null) facts.push(gpu.replace('NVIDIA ', '').replace('GeForce ', ''));
  if (isStarting(view)) facts.push(words.soFar(stopwatch(nowMs - Date.parse(view.since))));
  if (view.state === 'ready') {
    if (view.lastRequestAt !== null && view.inFlight === 0)
      facts.push(words.lastRequest(ago(view.lastRequestAt, nowMs)));
    if (view.idleStopsAt !== null)
      facts.push(words.idleStopIn(duration(Date.parse(view.idleStopsAt) - nowMs)));
  }
  if (facts.length === 0) facts.push(words.contextOf(contextSize(view.spec.contextTokens)));
  return (
    <p className="num flex items-center gap-2 truncate text-sm text-soft">
      <span className="truncate">{facts.join(' · ')}</span>
      {view.watchdog.state === 'unprotected' && <Tag tone="warn">{words.noWatchdog}</Tag>}
    </p>
  );
}
