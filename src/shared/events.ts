import { z } from 'zod';
import { requestRecordSchema } from './activity.ts';
import { appStatusSchema, deploymentViewSchema, historyEntrySchema } from './model.ts';
import { newsSchema } from './news.ts';
import { sweepSchema } from './sweep.ts';

/** Things that happen; sent to every subscriber in order. */
export const events = {
  'deployment.changed': deploymentViewSchema,
  'deployment.removed': z.object({ id: z.string(), name: z.string() }),
  'history.added': z.object({ deploymentId: z.string(), entry: historyEntrySchema }),
  /** A sweep was made, undone, begun, or came a step on. */
  'sweep.changed': sweepSchema,
  'costs.changed': z.object({ nowUsdPerHour: z.number(), todayUsd: z.number() }),
  'app.changed': appStatusSchema,
  'request.finished': requestRecordSchema,
  /** For people: ready, failed, idle soon, stopped with its cost, orphan found, budget. */
  notification: newsSchema,
} as const;

export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;
export type AppEvent = {
  [N in EventName]: { readonly name: N; readonly payload: EventPayload<N> };
}[EventName];
