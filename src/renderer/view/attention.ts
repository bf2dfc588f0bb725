import type { AppStatus, CostSummary, DeploymentView, Radar, UserSettings } from '../../shared/model.ts';
import { to } from '../app/router.ts';
import { duration, percent, usd, usdPerMonth } from './format.ts';

/** Something the user should know or decide, most urgent first. */
export interface AttentionItem {
  readonly id: string;
  readonly tone: 'warn' | 'bad';
  readonly title: string;
  readonly text: string;
  readonly href: string;
  readonly verb: string;
}

export interface AttentionFacts {
  readonly deployments: readonly DeploymentView[];
  readonly radar: Radar | null;
  readonly costs: CostSummary | null;
  readonly status: AppStatus | null;
  readonly settings: UserSettings | null;
}

const RUNWAY_WARN_HOURS = 24;

export function attentionItems(facts: AttentionFacts): AttentionItem[] {
  return [
    ...facts.deployments.flatMap(deploymentItems),
    ...moneyItems(facts.costs, facts.settings),
    ...radarItems(facts.radar),
    ...keychainItems(facts.status),
  ].toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
}

function deploymentItems(view: DeploymentView): AttentionItem[] {
  const items: AttentionItem[] = [];
  const href = to.deployment(view.name);
  if (view.stillBilling && view.state !== 'ready') {
    items.push({
      id: `billing-${view.id}`,
      tone: 'bad',
      title: `${view.name} may still be billing`,
      text: `RunPod has not confirmed the stop; about ${usd(view.cost.nowUsdPerHour)}/h. The app keeps trying.`,
      href,
      verb: 'Open',
    });
  }
  if (view.problem !== null) {
    items.push({
      id: `problem-${view.id}`,
      tone: 'bad',
      title: `${view.name}: ${view.problem.message}`,
      text: view.problem.advice,
      href,
      verb: 'Open',
    });
  }
  if (view.watchdog.state === 'unprotected') {
    items.push({
      id: `guard-${view.id}`,
      tone: 'warn',
      title: `${view.name} has no watchdog`,
      text: `If this computer dies, nothing stops the pod. ${view.watchdog.reason ?? ''}`.trim(),
      href,
      verb: 'Open',
    });
  }
  return items;
}

function moneyItems(costs: CostSummary | null, settings: UserSettings | null): AttentionItem[] {
  if (costs === null) return [];
  const items: AttentionItem[] = [];
  const budget = settings?.budget.usdPerDay ?? null;
  if (budget !== null && costs.todayUsd >= budget * 0.8) {
    const reached = costs.todayUsd >= budget;
    items.push({
      id: 'budget-day',
      tone: reached ? 'bad' : 'warn',
      title: reached
        ? 'Today’s budget is reached'
        : `${percent(costs.todayUsd / budget)} of today’s budget is spent`,
      text: `${usd(costs.todayUsd)} of ${usd(budget)}. At the limit pods are stopped and requests do not start them.`,
      href: to.settings('budget'),
      verb: 'Change budget',
    });
  }
  if (costs.runwayHours !== null && costs.runwayHours < RUNWAY_WARN_HOURS && costs.nowUsdPerHour > 0) {
    items.push({
      id: 'runway',
      tone: costs.runwayHours < 6 ? 'bad' : 'warn',
      title: `The balance lasts about ${duration(costs.runwayHours * 3_600_000)}`,
      text: 'At $0 RunPod stops pods and deletes those without a network volume.',
      href: to.costs(),
      verb: 'See costs',
    });
  }
  return items;
}

function radarItems(radar: Radar | null): AttentionItem[] {
  return (radar?.items ?? [])
    .filter((item) => item.ownership !== 'known' && (item.usdPerHour > 0 || item.usdPerMonthAtRest > 0))
    .map((item) => ({
      id: `radar-${item.id}`,
      tone: item.ownership === 'orphan' ? ('bad' as const) : ('warn' as const),
      title: `${item.ownership === 'orphan' ? 'Orphan' : 'Foreign'} ${item.kind.replace('-', ' ')} “${item.name}”`,
      text:
        item.usdPerHour > 0
          ? `Costs ${usd(item.usdPerHour)}/h and belongs to no deployment here.`
          : `Costs ${usdPerMonth(item.usdPerMonthAtRest)} at rest and belongs to no deployment here.`,
      href: to.costs(),
      verb: 'Review',
    }));
}

function keychainItems(status: AppStatus | null): AttentionItem[] {
  if (status === null || status.keychain.available) return [];
  return [
    {
      id: 'keychain',
      tone: 'warn',
      title: 'This machine offers no keychain',
      text: status.keychain.reason ?? 'Secrets are read from the environment only.',
      href: to.settings('keys'),
      verb: 'See keys',
    },
  ];
}
