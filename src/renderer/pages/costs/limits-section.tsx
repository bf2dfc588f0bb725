import type { ReactNode } from 'react';
import type { CostSummary } from '../../../shared/model.ts';
import { to } from '../../app/router.ts';
import { useCall } from '../../app/use-call.ts';
import { buttonClass } from '../../components/button.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { useDeployments } from '../../stores/deployments.ts';
import { percent, usd } from '../../view/format.ts';
import { limitState, tellAtUsd } from '../../view/limit-state.ts';
import { words } from './messages.ts';

/** Every budget with where it stands: the app's own for day and month, and the daily ones of deployments. */
export function LimitsSection({ summary }: { readonly summary: CostSummary }): ReactNode {
  const budget = useCall('settings.get', {}).value?.budget;
  const byId = useDeployments((state) => state.byId);
  const own = Object.values(byId).flatMap((view) =>
    view.spec.budget.usdPerDay === null
      ? []
      : [
          {
            name: words.deploymentToday(view.name),
            spent: view.cost.todayUsd,
            limit: view.spec.budget.usdPerDay,
          },
        ],
  );
  return (
    <Section
      title={words.limits}
      aside={
        <a href={to.settings('budget')} className={buttonClass('ghost', 'sm')}>
          {words.edit}
        </a>
      }
    >
      <dl className="space-y-2.5">
        <LimitRow name={words.today} spent={summary.todayUsd} limit={budget?.usdPerDay ?? null} />
        <LimitRow name={words.month} spent={summary.monthUsd} limit={budget?.usdPerMonth ?? null} />
        {own.map((row) => (
          <LimitRow key={row.name} {...row} />
        ))}
      </dl>
      <p className="mt-3 text-sm text-soft">{words.limitsText}</p>
    </Section>
  );
}

const BAR = { fine: 'text-ok', near: 'text-warn', reached: 'text-bad' } as const;

function LimitRow({
  name,
  spent,
  limit,
}: {
  readonly name: string;
  readonly spent: number;
  readonly limit: number | null;
}): ReactNode {
  if (limit === null) {
    return (
      <div className="flex items-baseline gap-3">
        <dt className="w-20 text-soft">{name}</dt>
        <dd>{words.noLimit}</dd>
      </div>
    );
  }
  const { share, state } = limitState(spent, limit);
  return (
    <div className="flex flex-wrap items-baseline gap-x-3">
      <dt className="min-w-20 text-soft">{name}</dt>
      <dd className="num grow">
        {usd(spent)} {words.of} {usd(limit)} ({percent(spent / limit)}){' '}
        {state === 'near' && <Tag tone="warn">{words.near}</Tag>}
        {state === 'reached' && <Tag tone="bad">{words.reached}</Tag>}
      </dd>
      <dd className="num text-sm text-soft">
        {words.tellAt(usd(tellAtUsd(limit)))}, <strong>{words.stopAt(usd(limit))}</strong>
      </dd>
      <dd aria-hidden className="w-full">
        <svg
          viewBox="0 0 100 4"
          preserveAspectRatio="none"
          className={`mt-1 h-1.5 w-full rounded-sm bg-sunken ${BAR[state]}`}
        >
          <rect width={share * 100} height="4" fill="currentColor" />
          <rect x="79.7" width="0.6" height="4" className="fill-line-strong" />
        </svg>
      </dd>
    </div>
  );
}
