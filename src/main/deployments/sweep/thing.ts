import { z } from 'zod';
import { sweepRefusalSchema, sweepSchema, sweepThingSchema } from '../../../shared/sweep.ts';

/** What a sweep keeps of a thing to tell whether it changed since. */
export const seenSchema = z.object({
  name: z.string(),
  status: z.string(),
  usdPerHour: z.number(),
  /** Workers of an endpoint that are up; 0 for all else. */
  running: z.number(),
  /** Workers an endpoint may have; null for all else. */
  maxWorkers: z.number().nullable(),
});
export type Seen = z.infer<typeof seenSchema>;

export const storedThingSchema = sweepThingSchema.extend({
  seen: seenSchema,
  /** When the last end was sent, on this computer's clock; null = none was. */
  sentAt: z.number().nullable(),
});
export type StoredThing = z.infer<typeof storedThingSchema>;

/** A sweep as it is stored from the moment it can no longer be undone. Instants are this computer's. */
export const storedSweepSchema = z.object({
  id: z.string(),
  simulated: z.boolean(),
  state: sweepSchema.shape.state,
  madeAt: z.number(),
  dueAt: z.number(),
  /** Tells the key it was made with from others; null = there was none. */
  keyMark: z.string().nullable(),
  things: z.array(storedThingSchema),
  refused: z.array(sweepRefusalSchema),
});
export type StoredSweep = z.infer<typeof storedSweepSchema>;

/** Whether nothing will happen to it any more. */
export const isSettled = ({ state }: Pick<StoredThing, 'state'>): boolean =>
  state === 'done' || state === 'left';
