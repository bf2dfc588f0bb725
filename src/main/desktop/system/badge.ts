import { app } from 'electron';
import type { DesktopState } from '../tray/tray-state.ts';

/** How many deployments need somebody: failed, or perhaps billing although they should not. */
export function badgeCount({ deployments }: DesktopState): number {
  return deployments.filter(
    (view) => view.state === 'failed' || (view.stillBilling && view.desired !== 'running'),
  ).length;
}

/** The number on the dock or launcher icon; systems without one ignore it. */
export function createBadge(): (state: DesktopState) => void {
  let shown = 0;
  return (state) => {
    const count = badgeCount(state);
    if (count === shown) return;
    shown = count;
    app.setBadgeCount(count);
  };
}
