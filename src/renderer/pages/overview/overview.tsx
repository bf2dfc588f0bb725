import { Plus, Square } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { useApp } from '../../app/app-context.ts';
import { to } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { PageBody, PageHead } from '../../components/page.tsx';
import { Loading } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { useCosts } from '../../stores/costs.ts';
import { useDeployments } from '../../stores/deployments.ts';
import { useRadar } from '../../stores/radar.ts';
import { attentionItems } from '../../view/attention.ts';
import { billingNow } from '../../view/consequences.ts';
import { Attention } from './attention.tsx';
import { CostStats } from './cost-stats.tsx';
import { DeploymentList } from './deployment-list.tsx';
import { words } from './messages.ts';
import { Recipes } from './recipes.tsx';
import { TrafficPanel } from './traffic-panel.tsx';

export default function Overview(): ReactNode {
  const { actions } = useApp();
  const loaded = useDeployments((state) => state.loaded);
  const byId = useDeployments((state) => state.byId);
  const radar = useRadar((state) => state.radar);
  const costs = useCosts((state) => state.summary);
  const status = useAppStatus((state) => state.status);
  const settings = useCall('settings.get', {}).value;
  useEffect(() => void actions.rescan(), [actions]);

  const deployments = Object.values(byId);
  const billing = billingNow(deployments);
  const attention = attentionItems({ deployments, radar, costs, status, settings });
  return (
    <>
      <PageHead title={words.title}>
        {billing.views.length > 1 && (
          <Button icon={<Square size={13} aria-hidden />} onClick={() => void actions.stopAll()}>
            {words.stopAll}
          </Button>
        )}
        <a href={to.deploy()} className={buttonClass('primary')}>
          <Plus size={15} aria-hidden /> {words.deploy}
        </a>
      </PageHead>
      <PageBody>
        <CostStats budget={settings?.budget.usdPerDay ?? null} running={billing.views.length} />
        {attention.length > 0 && <Attention items={attention} />}
        {!loaded && <Loading what={words.deployments} />}
        {loaded && deployments.length === 0 && <Recipes />}
        {deployments.length > 0 && <DeploymentList deployments={deployments} />}
        {deployments.length > 0 && <TrafficPanel />}
      </PageBody>
    </>
  );
}
