import type { DeploymentView } from '../../shared/model.ts';
import { isBilling, isStarting } from './state.ts';
import { priceUp, usd } from './format.ts';

/** What each action keeps, loses and costs, in words: the same sentences in dialogs and on the detail page. */
export function stopEffects(view: DeploymentView): string[] {
  const saves = view.cost.nowUsdPerHour > 0 ? [`Billing of ${usd(view.cost.nowUsdPerHour)}/h ends.`] : [];
  if (view.inFlight > 0)
    saves.push(`${view.inFlight} running request${view.inFlight === 1 ? '' : 's'} will be cut off.`);
  return [...saves, ...storageEffects(view), 'The next request or start rents a GPU again.'];
}

function storageEffects(view: DeploymentView): string[] {
  const volume =
    view.spec.volume === null
      ? []
      : [`The network volume at ${view.spec.volume.path} is kept and bills as before.`];
  if (view.spec.onStop === 'terminate') {
    return [
      'The pod and its container disk are removed; weights download again at the next start.',
      ...volume,
    ];
  }
  return ['The pod and its disk are kept; stopped disks bill at twice the running rate.', ...volume];
}

export function terminateEffects(view: DeploymentView): string[] {
  return [
    `The deployment “${view.name}”, its settings and its history are removed.`,
    view.pod === null
      ? 'Nothing runs at RunPod for it now.'
      : 'Its pod and everything on the pod’s disk are deleted.',
    ...(view.spec.volume === null ? [] : ['The network volume is not deleted and keeps billing.']),
  ];
}

export function restartEffects(view: DeploymentView): string[] {
  return [
    'The model is not available until it is loaded again.',
    ...(view.inFlight > 0
      ? [`${view.inFlight} running request${view.inFlight === 1 ? '' : 's'} will be cut off.`]
      : []),
    'Everything on the container disk is cleared; billing goes on.',
  ];
}

/** Above this hourly price one click is not enough (UX 3.6). */
export const CONFIRM_ABOVE_USD_PER_HOUR = 2;

/** Stopping asks only when something is lost by it: running requests or a start under way. */
export const stopNeedsQuestion = (view: DeploymentView): boolean => view.inFlight > 0 || isStarting(view);

/** True when the sums over all deployments cannot be what they were: another state, rate or bound on the damage. */
export function moneyChanged(before: DeploymentView, after: DeploymentView): boolean {
  return (
    before.state !== after.state ||
    before.stillBilling !== after.stillBilling ||
    before.cost.nowUsdPerHour !== after.cost.nowUsdPerHour ||
    before.cost.restUsdPerMonth !== after.cost.restUsdPerMonth ||
    before.watchdog.state !== after.watchdog.state ||
    before.unattended.until !== after.unattended.until ||
    ((before.unattended.usd ?? 0) === 0) !== ((after.unattended.usd ?? 0) === 0)
  );
}

export function billingNow(views: readonly DeploymentView[]): {
  readonly views: readonly DeploymentView[];
  readonly usdPerHour: number;
} {
  const billing = views.filter(isBilling);
  return { views: billing, usdPerHour: billing.reduce((sum, view) => sum + view.cost.nowUsdPerHour, 0) };
}

export const startVerb = (usdPerHour: number): string => `Start for ${priceUp(usdPerHour)}`;
