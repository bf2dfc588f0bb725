import { z } from 'zod';

/** Habits of a deployment by the clock on the wall (SPEC 3.12). The defaults mean "none". */

export const weekdaySchema = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof weekdaySchema>;

export const timeOfDaySchema = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 08:30');

const daysSchema = z.array(weekdaySchema).min(1).max(7).default(['mon', 'tue', 'wed', 'thu', 'fri']);

export const timeZoneSchema = z
  .string()
  .max(100)
  .refine(isTimeZone, 'must be a time zone such as Europe/Berlin');

export const workingHoursSchema = z.strictObject({
  days: daysSchema,
  from: timeOfDaySchema,
  /** Not later than `from` = on the next day; the same = a whole day. */
  to: timeOfDaySchema,
});

export const prewarmSchema = z.strictObject({
  days: daysSchema,
  /** When it is to be ready; it is started earlier by the time a start usually takes. */
  at: timeOfDaySchema,
});
export type Prewarm = z.infer<typeof prewarmSchema>;

export const scheduleSchema = z.strictObject({
  /** null = the computer's. */
  timeZone: timeZoneSchema.nullable().default(null),
  /** At the end of working hours it is stopped; none = at any time. */
  hours: z.array(workingHoursSchema).max(14).default([]),
  /** Requests start it outside of working hours too. */
  wakeOutsideHours: z.boolean().default(true),
  prewarm: z.array(prewarmSchema).max(14).default([]),
  /** What happens to it when the computer goes to sleep, such as by closing the lid. */
  onSleep: z.enum(['nothing', 'stop']).default('nothing'),
});
export type Schedule = z.infer<typeof scheduleSchema>;

function isTimeZone(zone: string): boolean {
  try {
    Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
