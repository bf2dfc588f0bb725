import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { replaceAddress, to, useRoute } from '../../app/router.ts';
import { useNow } from '../../app/clock.ts';
import { buttonClass } from '../../components/button.tsx';
import { MainAction, MoreMenu } from '../../components/deployment-actions.tsx';
import { PageHead } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { EmptyState, Loading, ProblemPanel } from '../../components/surface.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { LogView } from '../../components/log-view/log-view.tsx';
import { deploymentByName, useDeployments } from '../../stores/deployments.ts';
import { duration, usd } from '../../view/format.ts';
import { costNow, lookOf } from '../../view/state.ts';
import { EditTab } from './edit-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { words } from './messages.ts';
import { RequestsTab } from './requests-tab.tsx';
import { SummaryTab } from './summary-tab.tsx';
import { problemFrom } from '../../view/problem.ts';

export default function Deployment(): ReactNode {
  const route = useRoute();
  const name = route.page === 'deployment' ? route.name : '';
  const loaded = useDeployments((state) => state.loaded);
  const view = useDeployments((state) => deploymentByName(state.byId, name));
  if (view !== undefined)
    return <Shown view={view} tab={route.page === 'deployment' ? route.tab : 'summary'} />;
  if (!loaded) return <Loading what={name} lines={6} />;
  return (
    <>
      <PageHead title={name} />
      <EmptyState title={words.missing(name)}>
        <p>{words.missingText}</p>
        <a href={to.overview()} className={`${buttonClass()} mt-3`}>
          {words.goToOverview}
        </a>
      </EmptyState>
    </>
  );
}

function Shown({ view, tab }: { readonly view: DeploymentView; readonly tab: string }): ReactNode {
  const tabs = [
    { id: 'summary', label: words.tabs.summary, content: <SummaryTab view={view} /> },
    {
      id: 'logs',
      label: words.tabs.logs,
      content: <LogView key={view.id} source={{ kind: 'deployment', name: view.name }} />,
    },
    { id: 'requests', label: words.tabs.requests, content: <RequestsTab name={view.name} /> },
    { id: 'history', label: words.tabs.history, content: <HistoryTab view={view} /> },
    { id: 'settings', label: words.tabs.settings, content: <EditTab key={view.id} view={view} /> },
  ];
  const shown = tabs.some((known) => known.id === tab) ? tab : 'summary';
  return (
    <>
      <PageHead title={view.name} note={<Facts view={view} />}>
        <MainAction view={view} size="md" />
        <MoreMenu view={view} />
      </PageHead>
      {view.problem !== null && (
        <div className="px-5 pb-3">
          <ProblemPanel problem={problemFrom(view.problem)} />
        </div>
      )}
      <Tabs
        label={words.tabsLabel}
        tabs={tabs}
        value={shown}
        onChange={(id) => replaceAddress(to.deployment(view.name, id))}
      />
    </>
  );
}

/** State, age and price on one line: the answer to most visits. */
function Facts({ view }: { readonly view: DeploymentView }): ReactNode {
  const nowMs = useNow();
  return (
    <span className="num flex flex-wrap items-center gap-x-2">
      <StateBadge look={lookOf(view)} />
      <span>· {duration(nowMs - Date.parse(view.since))}</span>
      <span>· {costNow(view)}</span>
      <span>· {words.todayOf(usd(view.cost.todayUsd))}</span>
    </span>
  );
}
