import type { AppStatus, CostSummary, DeploymentView, Radar, UserSettings } from '../../shared/model.ts';
import { to } from '../app/router.ts';
import { duration, percent, usd, usdPerMonth } from './format.ts';
import { words } from './messages.ts';
import { problemFrom } from './problem.ts';
import { unseenText } from './unseen.ts';
import { fromCore } from './core-words.ts';

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
    ...unseenItems(facts.radar),
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
      title: words.attention.billing(view.name),
      text: words.attention.billingText(usd(view.cost.nowUsdPerHour)),
      href,
      verb: words.attention.open,
    });
  }
  if (view.problem !== null) {
    const problem = problemFrom(view.problem);
    items.push({
      id: `problem-${view.id}`,
      tone: 'bad',
      title: `${view.name}: ${problem.title}`,
      text: problem.advice,
      href,
      verb: words.attention.open,
    });
  }
  if (view.watchdog.state === 'unprotected') {
    items.push({
      id: `guard-${view.id}`,
      tone: 'warn',
      title: words.attention.unguarded(view.name),
      text: words.attention.unguardedText(fromCore(view.watchdog.reason ?? '').text).trim(),
      href,
      verb: words.attention.open,
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
        ? words.attention.budgetReached
        : words.attention.budgetShare(percent(costs.todayUsd / budget)),
      text: words.attention.budgetText(usd(costs.todayUsd), usd(budget)),
      href: to.settings('budget'),
      verb: words.attention.changeBudget,
    });
  }
  if (costs.runwayHours !== null && costs.runwayHours < RUNWAY_WARN_HOURS && costs.nowUsdPerHour > 0) {
    items.push({
      id: 'runway',
      tone: costs.runwayHours < 6 ? 'bad' : 'warn',
      title:
        costs.runwayHours <= 0
          ? words.attention.balanceEmpty
          : words.attention.runway(duration(costs.runwayHours * 3_600_000)),
      text: words.attention.runwayText,
      href: to.costs(),
      verb: words.attention.seeCosts,
    });
  }
  return items;
}

function unseenItems(radar: Radar | null): AttentionItem[] {
  const text = unseenText(radar?.unseen ?? []);
  if (text === null) return [];
  const href = to.costs();
  return [
    { id: 'unseen', tone: 'warn', title: words.attention.unseen, text, href, verb: words.attention.review },
  ];
}

function radarItems(radar: Radar | null): AttentionItem[] {
  return (radar?.items ?? [])
    .filter((item) => item.ownership !== 'known' && (item.usdPerHour > 0 || item.usdPerMonthAtRest > 0))
    .map((item) => ({
      id: `radar-${item.id}`,
      tone: item.ownership === 'orphan' ? ('bad' as const) : ('warn' as const),
      title: words.stray[item.ownership === 'orphan' ? 'orphan' : 'foreign'](
        words.itemKinds[item.kind],
        item.name,
      ),
      text:
        item.usdPerHour > 0
          ? words.attention.strayRunning(usd(item.usdPerHour))
          : words.attention.strayResting(usdPerMonth(item.usdPerMonthAtRest)),
      href: to.costs(),
      verb: words.attention.review,
    }));
}

function keychainItems(status: AppStatus | null): AttentionItem[] {
  if (status === null || status.keychain.available) return [];
  return [
    {
      id: 'keychain',
      tone: 'warn',
      title: words.attention.keychain,
      text: status.keychain.reason ?? words.attention.keychainText,
      href: to.settings('keys'),
      verb: words.attention.seeKeys,
    },
  ];
}
