import type { ReactNode } from 'react';
import type { Routing } from '../../../../shared/targets.ts';
import { useCall } from '../../../app/use-call.ts';
import { Loading, ProblemPanel } from '../../../components/surface.tsx';
import { HostedSection } from './hosted-section.tsx';
import { words } from './messages.ts';
import { OwnSection } from './own-section.tsx';
import { WaysSection } from './ways-section.tsx';

export interface Inside {
  readonly routing: Routing;
  /** Shows what a change answered. */
  readonly put: (routing: Routing) => void;
}

/** Where requests go besides the deployments (SPEC 4.4), and who answers in whose place. */
export function ServersTab(): ReactNode {
  const routing = useCall('targets.settings', {});
  if (routing.value === null) {
    return routing.problem === null ? (
      <Loading what={words.own.title} />
    ) : (
      <div className="p-5">
        <ProblemPanel problem={routing.problem} onRetry={routing.reload} />
      </div>
    );
  }
  const inside: Inside = { routing: routing.value, put: routing.put };
  return (
    <div className="max-w-4xl space-y-4 px-5 py-4">
      <OwnSection {...inside} />
      <HostedSection {...inside} />
      <WaysSection {...inside} />
    </div>
  );
}
