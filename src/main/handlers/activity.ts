import type { MethodHandlers, StreamHandlers } from '../../shared/api.ts';
import { playgroundChat, type PlaygroundParts } from '../activity/playground.ts';
import type { RequestLog } from '../activity/request-log.ts';

export interface ActivityParts extends PlaygroundParts {
  readonly requests: RequestLog;
  readonly inFlight: () => number;
}

export function activityHandlers(
  parts: ActivityParts,
): Pick<MethodHandlers, 'requests.recent' | 'traffic.recent'> {
  return {
    'requests.recent': async (filter) => ({ requests: parts.requests.recent(filter) }),
    'traffic.recent': async (filter) => parts.requests.traffic(filter, parts.inFlight()),
  };
}

export function playgroundStreams(parts: ActivityParts): Pick<StreamHandlers, 'playground.chat'> {
  return { 'playground.chat': (request, signal) => playgroundChat(parts, request, signal) };
}
