import type { DeploymentView } from '../../shared/model.ts';
import { announce } from '../stores/announcer.ts';
import { useCosts } from '../stores/costs.ts';
import { setPreferences } from '../stores/preferences.ts';
import type { Quote } from '../stores/quotes.ts';
import { openPanel } from '../stores/shell.ts';
import { billingNow } from '../view/consequences.ts';
import { priceOf, priceUp, usd } from '../view/format.ts';
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
            label: shell.commands.stopAll(billing.views.length),
            hint: shell.commands.saves(usd(billing.usdPerHour)),
            run: () => void actions.stopAll(),
          },
        ]),
    { id: 'deploy', label: shell.commands.deploy, hint: key('deploy'), run: () => navigate(to.deploy()) },
    {
      id: 'copy-endpoint',
      label: shell.commands.copyEndpoint,
      hint: key('copyEndpoint'),
      run: () => void actions.copyEndpoint(),
    },
    { id: 'copy-key', label: shell.commands.copyKey, hint: null, run: () => void actions.copyKey() },
    { id: 'read-costs', label: shell.commands.readCosts, hint: null, run: readCosts },
    ...SECTIONS.map((section, index) => ({
      id: `go-${section.page}`,
      label: shell.commands.goTo(shell.pages[section.page]),
      hint: key(`section${sectionNumber(index)}`),
      run: () => navigate(section.href),
    })),
    { id: 'notices', label: shell.commands.notices, hint: key('notices'), run: () => openPanel('notices') },
    { id: 'keys', label: shell.commands.keys, hint: key('keys'), run: () => openPanel('keys') },
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      label: `${shell.looks.theme}: ${shell.looks.themes[theme]}`,
      hint: null,
      run: () => setPreferences({ theme }),
    })),
    ...(['comfortable', 'compact'] as const).map((density) => ({
      id: `density-${density}`,
      label: `${shell.looks.density}: ${shell.looks.densities[density]}`,
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
      label: shell.verbs.stop(view.name),
      hint: view.cost.nowUsdPerHour > 0 ? shell.commands.saves(usd(view.cost.nowUsdPerHour)) : null,
      run: () => void actions.stop(view),
    });
  }
  const quote = quotes[view.id]?.quote;
  if (view.actions.includes('start') && quote?.state === 'known') {
    commands.push({
      id: `start-${view.id}`,
      label: shell.commands.start(view.name),
      hint: priceOf(quote.kind, priceUp(quote.usdPerHour)),
      run: () => void actions.start(view, quote.usdPerHour),
    });
  }
  if (view.state === 'ready') {
    commands.push({
      id: `chat-${view.id}`,
      label: shell.commands.chat(view.name),
      hint: null,
      run: () => navigate(to.playground(view.name)),
    });
  }
  commands.push({
    id: `open-${view.id}`,
    label: shell.commands.open(view.name),
    hint: isBilling(view) ? `${usd(view.cost.nowUsdPerHour)}/h` : null,
    run: () => navigate(to.deployment(view.name)),
  });
  return commands;
}

function readCosts(): void {
  const summary = useCosts.getState().summary;
  if (summary === null) return announce(shell.commands.costsUnknown);
  const say = summary.simulated ? shell.costsAloudSimulated : shell.costsAloud;
  announce(say(usd(summary.nowUsdPerHour), usd(summary.todayUsd), usd(summary.monthUsd)));
}
