import type { MethodHandlers, StreamHandlers } from '../../shared/api.ts';
import { voiceOf } from '../../shared/clients/voice.ts';
import { AppError } from '../../shared/errors.ts';
import { connectCheck, type CheckTarget, type ConnectCheckParts } from '../activity/connect-check.ts';
import { playgroundChat, type PlaygroundParts } from '../activity/playground.ts';
import type { RequestLog } from '../activity/request-log.ts';
import type { Fleet } from '../deployments/types.ts';
import type { ProxyStats } from '../proxy/proxy-stats.ts';

export interface ActivityParts extends PlaygroundParts, ConnectCheckParts {
  readonly fleet: Pick<Fleet, 'list'>;
  readonly requests: RequestLog;
  readonly inFlight: () => number;
  readonly targets: () => ProxyStats['targets'];
}

export function activityHandlers(
  parts: ActivityParts,
): Pick<MethodHandlers, 'requests.recent' | 'traffic.recent' | 'targets.list' | 'connect.check'> {
  return {
    'requests.recent': async (filter) => ({ requests: parts.requests.recent(filter) }),
    'traffic.recent': async (filter) => parts.requests.traffic(filter, parts.inFlight()),
    'targets.list': async () => ({
      targets: parts.targets().map((target) => ({ ...target, models: [...target.models] })),
    }),
    'connect.check': async ({ client, deployment }, signal) => {
      const target = readyTarget(parts.fleet, deployment);
      return { checks: await connectCheck(parts, voiceOf(client), target, signal) };
    },
  };
}

export function playgroundStreams(parts: ActivityParts): Pick<StreamHandlers, 'playground.chat'> {
  return { 'playground.chat': (request, signal) => playgroundChat(parts, request, signal) };
}

function readyTarget(fleet: Pick<Fleet, 'list'>, ref: string): CheckTarget {
  const view = fleet.list().find(({ name, id }) => name === ref || id === ref);
  if (view === undefined) throw new AppError('not_found', `There is no deployment "${ref}".`);
  if (view.state !== 'ready') {
    throw new AppError('deployment_stopped', `"${view.name}" is not ready; a check starts nothing.`, {
      advice: 'Start it, then check again.',
    });
  }
  const first = view.phases[0];
  const last = view.phases.findLast(({ endedAt }) => endedAt !== null);
  const bootSeconds =
    first === undefined || last?.endedAt == null
      ? null
      : (Date.parse(last.endedAt) - Date.parse(first.startedAt)) / 1000;
  return { model: view.models[0] ?? view.name, bootSeconds };
}
