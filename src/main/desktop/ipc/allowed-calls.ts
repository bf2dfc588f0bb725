import type { MethodName, StreamName } from '../../../shared/api.ts';
import type { WindowRole } from './trusted-sender.ts';

/** What the popover needs; it can start and stop, but neither delete, adopt, nor touch secrets and settings. */
const POPOVER: ReadonlySet<string> = new Set<MethodName | StreamName>([
  'app.status',
  'deployments.list',
  'deployments.get',
  'deployments.start',
  'deployments.stop',
  'deployments.stopAll',
  'deployments.keepAlive',
  'costs.summary',
  'traffic.recent',
  'requests.recent',
  'plan.make',
  'settings.get',
]);

export function mayAsk(role: WindowRole, name: string): boolean {
  return role === 'main' || POPOVER.has(name);
}
