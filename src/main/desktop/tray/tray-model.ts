import type { DeploymentView } from '../../../shared/model.ts';
import type { MenuItem } from '../menu/menu-item.ts';
import type { Words } from '../words/en.ts';
import { deploymentItem } from './deployment-item.ts';
import type { TrayShape } from './tray-icon.ts';
import { billing, isStarting, unattendedUsd, type DesktopState } from './tray-state.ts';

export interface TrayModel {
  readonly shape: TrayShape;
  readonly tooltip: string;
  /** Beside the icon, where the system shows text there. */
  readonly title: string;
  readonly items: readonly MenuItem[];
}

/** More deployments than a menu can be read with go to the window. */
const MOST_DEPLOYMENTS = 8;

/** The whole tray from the whole state: the first item is what a click opens, the last one quits (UX 3.4 A). */
export function trayModel(state: DesktopState, now: number, words: Words): TrayModel {
  const rate = billing(state.deployments);
  const headline = headlineOf(state, words);
  return {
    shape: shapeOf(state),
    tooltip: [words.app, headline].join('\n'),
    title:
      state.settings.desktop.costInMenuBar && rate.usdPerHour > 0
        ? words.money.perHour(words.money.usd(rate.usdPerHour))
        : '',
    items: withLines([
      [{ kind: 'action', label: words.tray.open, action: { do: 'open', page: '/' } }],
      [{ kind: 'text', label: headline }, ...notes(state, words)],
      deploymentItems(state, now, words),
      spending(state, words),
      [
        {
          kind: 'action',
          label: words.tray.copyEndpoint,
          action: { do: 'copy-endpoint' },
          enabled: state.status !== null,
        },
        {
          kind: 'action',
          label: words.tray.copyKey,
          action: { do: 'copy-key' },
          enabled: state.status !== null,
        },
      ],
      pages(state, words),
      [
        {
          kind: 'action',
          label: rate.views.length > 0 ? words.tray.quitBilling : words.tray.quit,
          action: { do: 'quit' },
        },
      ],
    ]),
  };
}

function headlineOf({ status, deployments, costs, settings }: DesktopState, words: Words): string {
  if (status === null) return words.tray.starting;
  const { views, usdPerHour } = billing(deployments);
  const { usdPerDay } = settings.budget;
  const today = words.money.usd(costs?.todayUsd ?? 0);
  return [
    views.length === 0 ? words.tray.nothing : words.tray.running(views.length),
    ...(usdPerHour > 0 ? [words.money.perHour(words.money.usd(usdPerHour))] : []),
    usdPerDay === null ? words.tray.today(today) : words.tray.todayOf(today, words.money.usd(usdPerDay)),
  ].join(' · ');
}

function notes({ status, deployments }: DesktopState, words: Words): MenuItem[] {
  if (status === null) return [];
  const lines: string[] = [];
  if (status.simulated) lines.push(words.tray.sandbox);
  else if (!status.runpod.reachable) {
    const needsKey = status.runpod.problem?.code.startsWith('runpod_key') ?? false;
    lines.push(needsKey ? words.tray.keyTrouble : words.tray.offline);
  }
  if (billing(deployments).views.length > 0) {
    const usd = unattendedUsd(deployments);
    lines.push(usd === null ? words.tray.unattendedNone : words.tray.unattended(words.money.usd(usd)));
  }
  return lines.map((label) => ({ kind: 'text', label }));
}

function deploymentItems(state: DesktopState, now: number, words: Words): MenuItem[] {
  if (state.status === null) return [];
  const sorted = state.deployments.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const shown = sorted.slice(0, MOST_DEPLOYMENTS);
  const rest = sorted.length - shown.length;
  if (sorted.length === 0) return [{ kind: 'text', label: words.tray.noDeployments }];
  return [
    ...shown.map((view) => deploymentItem(view, state.quotes[view.id], now, words)),
    ...(rest === 0
      ? []
      : [{ kind: 'action', label: words.tray.more(rest), action: { do: 'open', page: '/' } } as const]),
  ];
}

/** What costs or needs somebody first, then what sleeps. */
function rank(view: DeploymentView): number {
  if (view.state === 'failed' || (view.stillBilling && view.state !== 'ready')) return 0;
  if (view.state === 'ready') return 1;
  return isStarting(view) ? 2 : 3;
}

function spending(state: DesktopState, words: Words): MenuItem[] {
  if (state.status === null) return [];
  const { views, usdPerHour } = billing(state.deployments);
  const on = state.settings.proxy.wakeOnRequest;
  return [
    {
      kind: 'action',
      label: words.tray.startOnRequest,
      action: { do: 'start-on-request', on: !on },
      checked: on,
    },
    {
      kind: 'action',
      label:
        views.length === 0
          ? words.tray.stopAllNothing
          : words.tray.stopAll(views.length, words.money.perHour(words.money.usd(usdPerHour))),
      action: { do: 'stop-all' },
      enabled: views.length > 0,
    },
  ];
}

function pages({ costs, update }: DesktopState, words: Words): MenuItem[] {
  const costsLabel =
    costs === null
      ? words.menu.pages['/costs']
      : costs.balanceUsd === null
        ? words.tray.costs(words.money.usd(costs.monthUsd))
        : words.tray.costsAndBalance(words.money.usd(costs.monthUsd), words.money.usd(costs.balanceUsd));
  return [
    { kind: 'action', label: words.tray.overview, action: { do: 'quick-view' } },
    { kind: 'action', label: words.tray.deploy, action: { do: 'open', page: '/deploy' } },
    { kind: 'action', label: costsLabel, action: { do: 'open', page: '/costs' } },
    { kind: 'action', label: words.tray.settings, action: { do: 'open', page: '/settings' } },
    { kind: 'action', label: words.about.title, action: { do: 'about' } },
    ...(update === null
      ? []
      : [{ kind: 'action', label: words.tray.update(update), action: { do: 'install-update' } } as const]),
  ];
}

function withLines(groups: readonly (readonly MenuItem[])[]): MenuItem[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? group : [{ kind: 'line' } as const, ...group]));
}

/** What the icon says by its shape, the most urgent first. */
function shapeOf({ status, deployments }: DesktopState): TrayShape {
  const needsSomebody =
    deployments.some(
      (view) => view.state === 'failed' || (view.stillBilling && view.desired !== 'running'),
    ) ||
    (status !== null && !status.simulated && !status.runpod.reachable);
  if (needsSomebody) return 'attention';
  if (deployments.some(isStarting)) return 'starting';
  if (billing(deployments).views.length > 0) return 'running';
  return status?.simulated === true ? 'sandbox' : 'idle';
}
