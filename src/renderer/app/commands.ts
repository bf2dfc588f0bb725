import type { DeploymentView } from '../../shared/model.ts';
import { announce } from '../stores/announcer.ts';
import { useCosts } from '../stores/costs.ts';
import { setPreferences } from '../stores/preferences.ts';
import type { Quote } from '../stores/quotes.ts';
import { openPanel } from '../stores/shell.ts';
import { billingNow } from '../view/consequences.ts';
import { priceUp, usd } from '../view/format.ts';
import { isBilling, sortForOverview } from '../view/state.ts';
import type { Actions } from './actions.ts';
import { bindingOf, shownKey, type Command } from './keys.ts';
import { shell } from './messages.ts';
import { SECTIONS } from './pages.ts';
import { navigate, to } from './router.ts';

export interface PaletteCommand {
  readonly id: string;
  readonly label: string;
  /** Price or key, at the right. */
  readonly hint: string | null;
  readonly run: () => void;
}

export interface PaletteContext {
  readonly actions: Actions;
  readonly deployments: readonly DeploymentView[];
  readonly quotes: Readonly<Record<string, { readonly quote: Quote }>>;
  readonly body: 'desktop' | 'browser';
  readonly mac: boolean;
}

/** Everything the palette offers now, verbs first; whatever spends carries its price, whatever loses asks first. */
export function paletteCommands(context: PaletteContext): PaletteCommand[] {
  const { actions, deployments } = context;
  const key = (command: Command): string | null => {
    const binding = bindingOf(command);
    return binding === undefined ? null : shownKey(binding[context.body], context.mac);
  };
  const billing = billingNow(deployments);
  return [
    ...sortForOverview(deployments).flatMap((view) => deploymentCommands(view, context)),
    ...(billing.views.length === 0
      ? []
      : [
          {
            id: 'stop-all',
            label: `Stop all ${billing.views.length} running deployments…`,
            hint: `saves ${usd(billing.usdPerHour)}/h`,
            run: () => void actions.stopAll(),
          },
        ]),
    { id: 'deploy', label: 'Deploy a model', hint: key('deploy'), run: () => navigate(to.deploy()) },
    {
      id: 'copy-endpoint',
      label: 'Copy endpoint URL',
      hint: key('copyEndpoint'),
      run: () => void actions.copyEndpoint(),
    },
    { id: 'copy-key', label: 'Copy local key', hint: null, run: () => void actions.copyKey() },
    { id: 'read-costs', label: 'Read costs aloud', hint: null, run: readCosts },
    ...SECTIONS.map((section, index) => ({
      id: `go-${section.page}`,
      label: `Go to ${shell.pages[section.page]}`,
      hint: key(`section${sectionNumber(index)}`),
      run: () => navigate(section.href),
    })),
    { id: 'notices', label: 'Show notifications', hint: key('notices'), run: () => openPanel('notices') },
    { id: 'keys', label: 'List keyboard shortcuts', hint: key('keys'), run: () => openPanel('keys') },
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      label: `Theme: ${theme}`,
      hint: null,
      run: () => setPreferences({ theme }),
    })),
    ...(['comfortable', 'compact'] as const).map((density) => ({
      id: `density-${density}`,
      label: `Density: ${density}`,
      hint: null,
      run: () => setPreferences({ density }),
    })),
  ];
}

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const sectionNumber = (index: number): (typeof NUMBERS)[number] => NUMBERS[index] ?? 1;

function deploymentCommands(view: DeploymentView, { actions, quotes }: PaletteContext): PaletteCommand[] {
  const commands: PaletteCommand[] = [];
  if (view.actions.includes('stop')) {
    commands.push({
      id: `stop-${view.id}`,
      label: `Stop ${view.name}`,
      hint: view.cost.nowUsdPerHour > 0 ? `saves ${usd(view.cost.nowUsdPerHour)}/h` : null,
      run: () => void actions.stop(view),
    });
  }
  const quote = quotes[view.id]?.quote;
  if (view.actions.includes('start') && quote?.state === 'known') {
    commands.push({
      id: `start-${view.id}`,
      label: `Start ${view.name}`,
      hint: priceUp(quote.usdPerHour),
      run: () => void actions.start(view, quote.usdPerHour),
    });
  }
  if (view.state === 'ready') {
    commands.push({
      id: `chat-${view.id}`,
      label: `Chat with ${view.name}`,
      hint: null,
      run: () => navigate(to.playground(view.name)),
    });
  }
  commands.push({
    id: `open-${view.id}`,
    label: `Open ${view.name}`,
    hint: isBilling(view) ? `${usd(view.cost.nowUsdPerHour)}/h` : null,
    run: () => navigate(to.deployment(view.name)),
  });
  return commands;
}

function readCosts(): void {
  const summary = useCosts.getState().summary;
  if (summary === null) return announce('Costs are not known yet');
  const simulated = summary.simulated ? 'simulated ' : '';
  announce(
    `Now ${simulated}${usd(summary.nowUsdPerHour)} per hour, today ${usd(summary.todayUsd)}, this month ${usd(summary.monthUsd)}`,
  );
}
