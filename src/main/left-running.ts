import type { DeploymentView } from '../shared/model.ts';
import { formatUsd, formatUsdPerHour } from '../shared/money.ts';

const HOUR_MS = 3_600_000;

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
  const hours = Math.max(0, Date.parse(unattended.until) - now) / HOUR_MS;
  const by = pod === null && endpoint != null ? 'RunPod, as its work ends,' : 'its own watchdog';
  return `ended by ${by} within ${hours.toFixed(1)} h, at most ${formatUsd(unattended.usd)}`;
}
