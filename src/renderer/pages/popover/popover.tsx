import { Maximize2, Plus, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { useNow } from '../../app/clock.ts';
import { to } from '../../app/router.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { MainAction } from '../../components/deployment-actions.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { EmptyState, Loading } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { useCosts } from '../../stores/costs.ts';
import { useDeployments } from '../../stores/deployments.ts';
import { billingNow } from '../../view/consequences.ts';
import { duration, usd, usdPerHour } from '../../view/format.ts';
import { costNow, lookOf, sortForOverview } from '../../view/state.ts';
import { words } from './messages.ts';

/** What runs and what it costs, in the small window beside the tray icon: stop, start, or open the app. */
export default function Popover(): ReactNode {
  const { client, actions } = useApp();
  const loaded = useDeployments((state) => state.loaded);
  const byId = useDeployments((state) => state.byId);
  const deployments = sortForOverview(Object.values(byId));
  const billing = billingNow(deployments);
  const open = (address: string): void => client.openPage(address.replace(/^#/, ''));
  return (
    <>
      <Head onOpen={() => open(to.overview())} />
      <div className="min-h-0 grow overflow-y-auto">
        {!loaded && <Loading what={words.title} />}
        {loaded && deployments.length === 0 && <EmptyState title={words.none} />}
        <ul className="divide-y divide-line/70">
          {deployments.map((view) => (
            <Row key={view.id} view={view} onOpen={() => open(to.deployment(view.name))} />
          ))}
        </ul>
      </div>
      <footer className="flex items-center gap-2 border-t border-line bg-surface px-3 py-2">
        {billing.views.length > 0 && (
          <Button size="sm" icon={<Square size={12} aria-hidden />} onClick={() => void actions.stopAll()}>
            {words.stopAll(`${usd(billing.usdPerHour)}/h`)}
          </Button>
        )}
        <span className="grow" />
        <Button size="sm" icon={<Plus size={14} aria-hidden />} onClick={() => open(to.deploy())}>
          {words.deploy}
        </Button>
      </footer>
    </>
  );
}

function Head({ onOpen }: { readonly onOpen: () => void }): ReactNode {
  const costs = useCosts((state) => state.summary);
  const simulated = useAppStatus((state) => state.status?.simulated ?? false);
  return (
    <header className="flex items-center gap-3 border-b border-line bg-surface px-4 py-2.5">
      <div className="min-w-0 grow">
        <h1 className="sr-only">{words.title}</h1>
        <p className="num text-lg leading-tight font-semibold">{usdPerHour(costs?.nowUsdPerHour ?? null)}</p>
        <p className="num text-sm text-soft">{words.today(usd(costs?.todayUsd ?? null))}</p>
      </div>
      {simulated && (
        <span className="stripes rounded border border-warn/40 bg-warn-soft px-2 py-0.5 text-sm font-medium text-warn">
          {words.sandbox}
        </span>
      )}
      <IconButton label={words.open} icon={<Maximize2 size={15} aria-hidden />} onClick={onOpen} />
    </header>
  );
}

function Row({ view, onOpen }: { readonly view: DeploymentView; readonly onOpen: () => void }): ReactNode {
  const nowMs = useNow(10_000);
  const idle =
    view.idleStopsAt === null ? null : words.idleStopIn(duration(Date.parse(view.idleStopsAt) - nowMs));
  return (
    <li className="flex items-center gap-3 px-4 py-2">
      <div className="min-w-0 grow">
        <button
          type="button"
          aria-label={words.openOne(view.name)}
          onClick={onOpen}
          className="block max-w-full truncate font-semibold hover:underline"
        >
          {view.name}
        </button>
        <StateBadge look={lookOf(view)} />
        <p className="num truncate text-sm text-soft">
          {[costNow(view), idle].filter((fact) => fact !== null).join(' · ')}
        </p>
      </div>
      <MainAction view={view} />
    </li>
  );
}
