import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { to } from '../../app/router.ts';
import { buttonClass } from '../../components/button.tsx';
import { CopyField } from '../../components/copy-field.tsx';
import { Section } from '../../components/surface.tsx';
import { useTraffic } from '../../stores/traffic.ts';
import { useAppStatus } from '../../stores/app-status.ts';
import { meanPrice } from '../../view/requests.ts';
import { endpointUrl } from '../../view/endpoint.ts';
import { contextSize, dateTime, usd, usdFine, usdPerHour, usdPerMonth } from '../../view/format.ts';
import { runsServerless } from '../../view/consequences.ts';
import { ConsequencesSection } from './consequences-section.tsx';
import { FactList } from './fact-list.tsx';
import { GuardSection } from './guard-section.tsx';
import { IdleSection } from './idle-section.tsx';
import { LiveSection } from './live-section.tsx';
import { words } from './messages.ts';
import { PhaseTimeline } from './phase-timeline.tsx';
import { TargetsSection } from './targets-section.tsx';
import { WorkersSection } from './workers-section.tsx';

export function SummaryTab({ view }: { readonly view: DeploymentView }): ReactNode {
  return (
    <div className="space-y-4 px-5 py-4">
      <PhaseTimeline view={view} />
      {view.pod !== null && <LiveSection view={view} />}
      <EndpointSection view={view} />
      <TargetsSection view={view} />
      <div className="grid grid-cols-2 gap-4 @max-3xl:grid-cols-1">
        <IdleSection view={view} />
        <GuardSection view={view} />
        <CostSection view={view} />
        {runsServerless(view) ? <WorkersSection view={view} /> : <PodSection view={view} />}
      </div>
      <ConsequencesSection view={view} />
    </div>
  );
}

function EndpointSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const status = useAppStatus((state) => state.status);
  if (status === null) return null;
  return (
    <Section
      title={words.endpoint.title}
      aside={
        <a href={to.connect()} className={buttonClass('ghost', 'sm')}>
          {words.endpoint.snippets}
        </a>
      }
    >
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <CopyField label={words.endpoint.url} value={endpointUrl(status)} />
        <CopyField label={words.endpoint.model} value={view.models[0] ?? view.name} />
      </div>
      {view.models.length > 1 && (
        <p className="mt-2 text-sm text-soft">
          {words.alsoAnswers} {view.models.slice(1).join(', ')}.
        </p>
      )}
    </Section>
  );
}

function CostSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const w = words.cost;
  const recent = useTraffic((state) => state.recent);
  const price = meanPrice(recent ?? [], view.name);
  return (
    <Section title={w.title}>
      <FactList
        facts={[
          [w.now, usdPerHour(view.cost.nowUsdPerHour)],
          [
            w.today,
            view.spec.budget.usdPerDay === null
              ? usd(view.cost.todayUsd)
              : words.ofBudget(usd(view.cost.todayUsd), usd(view.spec.budget.usdPerDay)),
          ],
          [w.total, usd(view.cost.totalUsd)],
          ...(price === null ? [] : ([[w.recent, w.recentOf(usdFine(price.usd), price.of)]] as const)),
          ...(view.cost.restUsdPerMonth > 0
            ? ([[w.rest, usdPerMonth(view.cost.restUsdPerMonth)]] as const)
            : []),
        ]}
      />
    </Section>
  );
}

function PodSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const { pod, spec } = view;
  const wish = [
    [words.edit.model, <code key="model">{spec.model}</code>],
    [words.edit.context, words.contextLine(contextSize(spec.contextTokens), spec.concurrency)],
  ] as const;
  return (
    <Section title={words.pod.title}>
      <FactList
        facts={
          pod === null
            ? [...wish, [words.facts.hardware, words.pod.none]]
            : [
                ...wish,
                [
                  words.facts.hardware,
                  `${pod.gpuCount > 1 ? `${pod.gpuCount} × ` : ''}${pod.gpuTypeId ?? words.facts.unknown}${pod.gpuUtilPercent === null ? '' : words.facts.busy(pod.gpuUtilPercent)}`,
                ],
                [words.facts.place, words.facts.placeOf(pod.cloud, pod.dataCenterId)],
                [words.facts.image, <code key="image">{pod.image}</code>],
                [words.facts.podId, <code key="id">{pod.id}</code>],
                [words.facts.created, dateTime(pod.createdAt)],
              ]
        }
      />
    </Section>
  );
}
