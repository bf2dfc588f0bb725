import type { ReactNode } from 'react';
import { to } from '../../app/router.ts';
import { Button } from '../../components/button.tsx';
import { CopyField } from '../../components/copy-field.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { deploymentByName, useDeployments } from '../../stores/deployments.ts';
import { endpointUrl } from '../../view/endpoint.ts';
import { lookOf } from '../../view/state.ts';
import { ProblemPanel } from '../../components/surface.tsx';
import { words } from './messages.ts';
import { problemFrom } from '../../view/problem.ts';

export function EndpointStep({
  name,
  onLeave,
}: {
  readonly name: string;
  readonly onLeave: (address: string) => void;
}): ReactNode {
  const view = useDeployments((state) => deploymentByName(state.byId, name));
  const status = useAppStatus((state) => state.status);
  if (view === undefined || status === null) return null;
  const w = words.endpoint;
  const problem = view.problem;
  return (
    <section aria-labelledby="endpoint-title">
      <h2 id="endpoint-title" className="flex items-center gap-3 text-lg font-semibold">
        {w.title} <StateBadge look={lookOf(view)} />
      </h2>
      <div className="mt-3 space-y-3 rounded-lg border border-line bg-surface p-5">
        {problem === null ? (
          <p className="text-soft">{view.state === 'ready' ? w.ready : w.starting}</p>
        ) : (
          <ProblemPanel problem={problemFrom(problem)} />
        )}
        <CopyField label="URL" value={endpointUrl(status)} />
        <CopyField label={words.modelName} value={view.models[0] ?? view.name} />
        <div className="flex flex-wrap gap-2 pt-2">
          <Button look="primary" onClick={() => onLeave(to.playground(view.name))}>
            {w.chat}
          </Button>
          <Button onClick={() => onLeave(to.connect())}>{w.connect}</Button>
          <Button onClick={() => onLeave(to.overview())}>{w.overview}</Button>
        </div>
      </div>
    </section>
  );
}
