import type { DeploymentView } from '../../../shared/model.ts';
import type { Words } from '../words/en.ts';
import type { MenuItem } from '../menu/menu-item.ts';

/** A deployment in the menu: its state and cost in words, and under it what can be done, each with its price. */
export function deploymentItem(
  view: DeploymentView,
  quote: number | null | undefined,
  now: number,
  words: Words,
): MenuItem {
  const told = [stateOf(view, words), costOf(view, words)].filter((part) => part !== '');
  const verbs = [...toggle(view, quote, words), ...awake(view, now, words)];
  return {
    kind: 'submenu',
    label: `${view.name} — ${told.join(', ')}`,
    items: [
      ...verbs,
      ...(verbs.length === 0 ? [] : [{ kind: 'line' as const }]),
      {
        kind: 'action',
        label: words.tray.copyModel,
        action: { do: 'copy-model', model: view.models[0] ?? view.name },
      },
      {
        kind: 'action',
        label: words.tray.details,
        action: { do: 'open', page: `/deployments/${view.name}` },
      },
    ],
  };
}

function toggle(view: DeploymentView, quote: number | null | undefined, words: Words): MenuItem[] {
  const rate = view.cost.nowUsdPerHour;
  if (view.actions.includes('stop')) {
    const saves = rate > 0 ? words.money.perHour(words.money.usd(rate)) : null;
    return [{ kind: 'action', label: words.tray.stop(saves), action: { do: 'stop', deployment: view.name } }];
  }
  if (!view.actions.includes('start')) return [];
  const price = quote === undefined || quote === null ? null : words.money.perHour(words.money.usd(quote));
  return [{ kind: 'action', label: words.tray.start(price), action: { do: 'start', deployment: view.name } }];
}

function awake(view: DeploymentView, now: number, words: Words): MenuItem[] {
  if (view.state !== 'ready') return [];
  const hours = [1, 4, 8].map((count) => ({
    kind: 'action' as const,
    label: words.tray.hours(count),
    action: { do: 'keep-awake' as const, deployment: view.name, minutes: count * 60 },
  }));
  const minutes =
    view.idleStopsAt === null ? null : Math.max(0, Math.ceil((Date.parse(view.idleStopsAt) - now) / 60_000));
  return [
    { kind: 'submenu', label: words.tray.keepAwake, items: hours },
    ...(minutes === null ? [] : [{ kind: 'text' as const, label: words.tray.idleStop(minutes) }]),
  ];
}

export function stateOf(view: DeploymentView, words: Words): string {
  const word = wordOf(view, words);
  return view.stillBilling && view.desired !== 'running' ? `${word}, ${words.state.stillBilling}` : word;
}

function wordOf(view: DeploymentView, { state }: Words): string {
  if (view.state === 'ready' && view.inFlight > 0) return state.busy(view.inFlight);
  return state[view.state];
}

function costOf(view: DeploymentView, words: Words): string {
  if (view.cost.nowUsdPerHour > 0) return words.money.perHour(words.money.usd(view.cost.nowUsdPerHour));
  if (view.cost.restUsdPerMonth > 0) {
    return words.money.perDay(words.money.usd((view.cost.restUsdPerMonth * 12) / 365));
  }
  return '';
}
