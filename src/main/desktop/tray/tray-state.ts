import type { AppStatus, CostSummary, DeploymentView } from '../../../shared/model.ts';
import type { UserSettings } from '../../../shared/user-settings.ts';

/** What the tray, the badge, the notifications and the quit question are made of. */
export interface DesktopState {
  /** null until the core answered, and while it changes clouds. */
  readonly status: AppStatus | null;
  readonly deployments: readonly DeploymentView[];
  readonly costs: CostSummary | null;
  readonly settings: UserSettings;
  /** Hourly price of starting a sleeping deployment, by its id; null = none could be had. */
  readonly quotes: Readonly<Record<string, number | null>>;
  /** Version that waits to be installed. */
  readonly update: string | null;
}

/** Something at RunPod bills by the hour, or may. */
export const isBilling = (view: DeploymentView): boolean => view.cost.nowUsdPerHour > 0 || view.stillBilling;

export const isStarting = (view: DeploymentView): boolean =>
  view.state === 'building' ||
  view.state === 'placing' ||
  view.state === 'pulling' ||
  view.state === 'loading' ||
  view.state === 'warming';

export function billing(views: readonly DeploymentView[]): {
  readonly views: readonly DeploymentView[];
  readonly usdPerHour: number;
} {
  const found = views.filter(isBilling);
  return { views: found, usdPerHour: found.reduce((sum, view) => sum + view.cost.nowUsdPerHour, 0) };
}

/** The OpenAI-style address that clients are given. */
export const endpointOf = (status: AppStatus): string => `${status.proxy.url.replace(/\/v1\/?$|\/$/, '')}/v1`;

/** The most that everything can cost if this computer dies now; null = something has no bound. */
export function unattendedUsd(views: readonly DeploymentView[]): number | null {
  let sum = 0;
  for (const { unattended } of views.filter(isBilling)) {
    if (unattended.usd === null) return null;
    sum += unattended.usd;
  }
  return sum;
}
