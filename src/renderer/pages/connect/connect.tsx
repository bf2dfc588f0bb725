import { useState, type ReactNode } from 'react';
import type { FoundClient } from '../../../shared/clients/files.ts';
import type { DeploymentView } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { to, useRoute } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { CopyField } from '../../components/copy-field.tsx';
import { PageHead } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { EmptyState } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { useDeployments } from '../../stores/deployments.ts';
import { CLIENT_ENTRIES, withHere, type ConnectTarget } from '../../view/connect.ts';
import { endpointUrl } from '../../view/endpoint.ts';
import { contextSize } from '../../view/format.ts';
import { fuzzyFilter } from '../../view/fuzzy.ts';
import { costNow, lookOf, sortForOverview } from '../../view/state.ts';
import { ClientCard } from './client-card.tsx';
import { ClientList } from './client-list.tsx';
import { words } from './messages.ts';

export default function Connect(): ReactNode {
  const { actions } = useApp();
  const status = useAppStatus((state) => state.status);
  const deployments = useDeployments((state) => state.byId);
  const [chosen, setChosen] = useState<string | null>(null);
  const [query, setQuery] = useState('');
  const { found, entry, written, gone, reload } = useClients(query);
  const sorted = sortForOverview(Object.values(deployments));
  const view = shownDeployment(sorted, chosen);
  if (status === null) return <PageHead title={words.title} />;
  const target: ConnectTarget = {
    baseUrl: endpointUrl(status),
    model: view?.models[0] ?? view?.name ?? 'your-model',
    contextTokens: view?.spec.contextTokens ?? 32_768,
  };
  return (
    <>
      <PageHead title={words.title} note={words.intro} />
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line px-5 pb-3">
        {view !== undefined && <ModelPicker view={view} all={sorted} onChange={setChosen} />}
        <CopyField label={words.baseUrl} value={endpointUrl(status)} />
        <div className="flex items-center gap-2">
          <span className="text-sm text-soft">{words.key}</span>
          <code className="rounded bg-sunken px-2 py-1">••••{status.proxy.keyHint}</code>
          <Button size="sm" look="ghost" onClick={() => void actions.copyKey()}>
            {words.copyKey}
          </Button>
        </div>
      </div>
      {view === undefined && (
        <EmptyState title={words.noModel}>
          <a href={to.deploy()} className={buttonClass('primary')}>
            {words.deploy}
          </a>
        </EmptyState>
      )}
      <div className="flex min-h-0 grow @max-2xl:flex-col">
        <div className="flex w-60 shrink-0 flex-col border-r border-line @max-2xl:max-h-52 @max-2xl:w-auto @max-2xl:border-r-0 @max-2xl:border-b">
          <input
            data-find
            type="search"
            aria-label={words.findLabel}
            placeholder={words.find}
            className="field m-3 mb-1 shrink-0"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
          <ClientList entries={found} written={written} current={entry?.sheet.id ?? null} />
        </div>
        {entry === undefined ? (
          <p className="p-6 text-soft">{words.none}</p>
        ) : (
          <ClientCard
            key={entry.sheet.id}
            sheet={entry.sheet}
            target={target}
            view={view}
            keyHint={status.proxy.keyHint}
            goneModel={gone.get(entry.sheet.id) ?? null}
            onFile={reload}
          />
        )}
      </div>
    </>
  );
}

/** Clients that match, those of this computer first, and the one of the address. */
function useClients(query: string) {
  const route = useRoute();
  const here = useCall('connect.found', {});
  const known = here.value?.clients ?? [];
  const found = fuzzyFilter(query, withHere(CLIENT_ENTRIES, known), ({ sheet }) => sheet.name);
  const asked = route.page === 'connect' ? route.client : null;
  return {
    found,
    entry: found.find(({ sheet }) => sheet.id === asked) ?? found[0],
    written: new Map<string, FoundClient['written']>(known.map((one) => [one.client, one.written])),
    gone: new Map<string, string | null>(known.map((one) => [one.client, one.goneModel])),
    reload: here.reload,
  };
}

/** The chosen one, else the first that is ready, else the first. */
const shownDeployment = (
  sorted: readonly DeploymentView[],
  chosen: string | null,
): DeploymentView | undefined =>
  sorted.find((known) => known.name === chosen) ??
  sorted.find((known) => known.state === 'ready') ??
  sorted[0];

function ModelPicker({
  view,
  all,
  onChange,
}: {
  readonly view: DeploymentView;
  readonly all: readonly DeploymentView[];
  readonly onChange: (name: string) => void;
}): ReactNode {
  return (
    <div className="flex items-center gap-2">
      <select
        aria-label={words.model}
        className="field h-8 max-w-48"
        value={view.name}
        onChange={(event) => onChange(event.target.value)}
      >
        {all.map((known) => (
          <option key={known.id}>{known.name}</option>
        ))}
      </select>
      <StateBadge look={lookOf(view)} showDetail={false} />
      <span className="num text-sm text-soft">
        {costNow(view)} · {contextSize(view.spec.contextTokens)} {words.contextWord}
      </span>
    </div>
  );
}
