import type { DeploymentView } from '../shared/model.ts';
import { formatUsd, formatUsdPerHour } from '../shared/money.ts';

const MINUTE_MS = 60_000;

/** For somebody who ends the app: what bills on without it, and until when (SPEC 0: nothing bills unseen). */
export function leftRunning(views: readonly DeploymentView[], now: number): string[] {
  const bills = views.filter((view) => view.cost.nowUsdPerHour > 0 || view.stillBilling);
  if (bills.length === 0) return [];
  return [
    ...bills.map((view) => `${view.name} goes on: ${priceText(view)}, ${endText(view, now)}.`),
    'To stop it all: start the app again, then: runpod-llm stop-all',
  ];
}

function priceText({ cost }: DeploymentView): string {
  return cost.nowUsdPerHour > 0 ? formatUsdPerHour(cost.nowUsdPerHour) : 'RunPod has not confirmed its end';
}

function endText({ unattended, pod, endpoint }: DeploymentView, now: number): string {
  if (unattended.usd === null) return 'and nothing but this app ends it';
  if (unattended.until === null) return `at most ${formatUsd(unattended.usd)}`;
  const minutes = Math.max(1, Math.ceil((Date.parse(unattended.until) - now) / MINUTE_MS));
  const within = minutes < 60 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
  const by =
    pod === null && endpoint != null ? 'RunPod when its workers have no more work,' : 'its own watchdog';
  return `ended by ${by} within ${within}, at most ${formatUsd(unattended.usd)}`;
}
