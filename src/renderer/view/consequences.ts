import type { DeploymentView } from '../../shared/model.ts';
import { isBilling, isStarting } from './state.ts';
import { priceUp, usd } from './format.ts';
import { words } from './messages.ts';

/** What each action keeps, loses and costs, in words: the same sentences in dialogs and on the detail page. */
export function stopEffects(view: DeploymentView): string[] {
  const saves = view.cost.nowUsdPerHour > 0 ? [words.effects.billingEnds(usd(view.cost.nowUsdPerHour))] : [];
  if (view.inFlight > 0) saves.push(words.effects.cutOff(view.inFlight));
  return [...saves, ...storageEffects(view), words.effects.rentsAgain];
}

/** What it runs on, or would: in mode `auto` the requests decide. */
export const runsServerless = ({ spec, auto, endpoint, pod }: DeploymentView): boolean =>
  pod === null && (endpoint != null || (auto?.mode ?? spec.mode) === 'serverless');

function storageEffects(view: DeploymentView): string[] {
  if (runsServerless(view)) return [words.effects.endpointKept];
  const volume = view.spec.volume === null ? [] : [words.effects.volumeKept(view.spec.volume.path)];
  if (view.spec.onStop === 'terminate') {
    return [words.effects.podRemoved, ...volume];
  }
  return [words.effects.podKept, ...volume];
}

export function terminateEffects(view: DeploymentView): string[] {
  return [
    words.effects.removed(view.name),
    whatIsDeleted(view),
    ...(view.spec.volume === null ? [] : [words.effects.volumeBills]),
  ];
}

function whatIsDeleted({ pod, endpoint }: DeploymentView): string {
  if (endpoint != null) return words.effects.endpointDeleted;
  return pod === null ? words.effects.nothingRuns : words.effects.podDeleted;
}

export function restartEffects(view: DeploymentView): string[] {
  return [
    words.effects.unavailable,
    ...(view.inFlight > 0 ? [words.effects.cutOff(view.inFlight)] : []),
    runsServerless(view) ? words.effects.workersAnew : words.effects.diskCleared,
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

export const startVerb = (usdPerHour: number): string => words.startFor(priceUp(usdPerHour));
