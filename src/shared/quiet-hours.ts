import { z } from 'zod';
import { timeOfDaySchema } from './schedule.ts';

/** A stretch of the day by the clock on the wall in which only money and loss are told. */
export const quietHoursSchema = z
  .strictObject({
    from: timeOfDaySchema,
    /** Earlier than `from` = on the next day. */
    to: timeOfDaySchema,
  })
  .refine(({ from, to }) => from !== to, { error: 'must end at another time than they begin', path: ['to'] });
export type QuietHours = z.infer<typeof quietHoursSchema>;

/** Whether an instant lies in them, by the computer's own clock. */
export function isQuiet(hours: QuietHours | null, at: Date): boolean {
  if (hours === null) return false;
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  const { from, to } = hours;
  return from < to ? from <= time && time < to : time >= from || time < to;
}

const pad = (value: number): string => String(value).padStart(2, '0');
