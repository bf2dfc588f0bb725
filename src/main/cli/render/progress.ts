import { formatUsd, usdForMs } from '../../../shared/money.ts';
import type { DeploymentView } from '../../../shared/model.ts';
import { safeText } from './safe-text.ts';
import { currentPhase, duration, PHASE_WORDS, stateWords, stopwatch } from './words.ts';

/** A wait as one line that is redrawn: what happens, for how long, how long it usually takes, what it has cost. */
export function progressLine(view: DeploymentView, now: number): string {
  const phase = currentPhase(view);
  const parts = [stateWords(view).text];
  if (phase?.detail != null) parts.push(safeText(phase.detail, false));
  const since = Date.parse(phase?.startedAt ?? view.since);
  const usual = phase?.usualSeconds == null ? '' : ` (usually ${duration(phase.usualSeconds * 1000)})`;
  parts.push(`${stopwatch(now - since)}${usual}`);
  const money = spentText(view, now);
  if (money !== null) parts.push(money);
  return parts.join(' · ');
}

/** A wait as lines that are appended, one a phase; `startedAt` is when the wait began. */
export function phaseStartLine(view: DeploymentView, startedAt: number, now: number): string {
  const phase = currentPhase(view);
  const usual = phase?.usualSeconds == null ? '' : `, usually ${duration(phase.usualSeconds * 1000)}`;
  const price = priceNow(view);
  const words = phase === null ? stateWords(view).text : PHASE_WORDS[phase.phase];
  return `[${stopwatch(now - startedAt)}] ${words}${usual}${price}`;
}

function priceNow({ pod, endpoint, state, cost }: DeploymentView): string {
  if (pod !== null) return `, ${formatUsd(pod.usdPerHour)}/h`;
  if (state === 'building') return ', nothing bills';
  if (endpoint == null) return '';
  if (cost.nowUsdPerHour > 0) return `, ${formatUsd(cost.nowUsdPerHour)}/h`;
  return state === 'stopping' || state === 'terminating' ? '' : ', no worker bills yet';
}

/** Changes exactly when a new line is worth appending. */
export function phaseKey(view: DeploymentView): string {
  return `${view.state} ${currentPhase(view)?.phase ?? ''} ${view.pod?.id ?? view.endpoint?.id ?? ''}`;
}

/** What this pod has cost so far, at its price by the hour. */
function spentText(view: DeploymentView, now: number): string | null {
  if (view.pod === null) {
    if (view.endpoint != null && view.cost.nowUsdPerHour > 0)
      return `${formatUsd(view.cost.nowUsdPerHour)}/h`;
    if (view.stillBilling) return 'still billing';
    return view.state === 'building' ? 'nothing bills' : null;
  }
  const { usdPerHour, createdAt } = view.pod;
  const spent = usdForMs(usdPerHour, Math.max(0, now - Date.parse(createdAt)));
  return `${formatUsd(spent)} so far (${formatUsd(usdPerHour)}/h)`;
}

/** For somebody whose wait ends early: what goes on without them. */
export function goesOn(view: DeploymentView): string {
  const price = view.cost.nowUsdPerHour || view.pod?.usdPerHour || 0;
  const money = price > 0 ? ` and costs ${formatUsd(price)}/h` : '';
  return `${view.name} goes on (${stateWords(view).text})${money}.`;
}
