import { describe, expect, it } from 'vitest';
import { isQuiet, quietHoursSchema } from '../../../src/shared/quiet-hours.ts';
import { userSettingsSchema } from '../../../src/shared/user-settings.ts';

const at = (time: string): Date => new Date(`2026-11-24T${time}:00`);

describe('quiet hours', () => {
  it.each([
    ['22:00', '07:00', '21:59', false],
    ['22:00', '07:00', '22:00', true],
    ['22:00', '07:00', '00:00', true],
    ['22:00', '07:00', '06:59', true],
    ['22:00', '07:00', '07:00', false],
    ['12:00', '13:30', '11:59', false],
    ['12:00', '13:30', '12:00', true],
    ['12:00', '13:30', '13:29', true],
    ['12:00', '13:30', '13:30', false],
  ])('from %s to %s at %s: %s', (from, to, time, quiet) => {
    expect(isQuiet({ from, to }, at(time))).toBe(quiet);
  });

  it('are none unless they are set', () => {
    expect(userSettingsSchema.parse({}).notifications.quietHours).toBeNull();
    expect(isQuiet(null, at('03:00'))).toBe(false);
  });

  it.each([
    [{ from: '22:00', to: '22:00' }, 'must end at another time'],
    [{ from: '24:00', to: '07:00' }, 'must be a time of day'],
    [{ from: '22:00' }, 'expected string'],
  ])('refuses %j', (hours, why) => {
    expect(quietHoursSchema.safeParse(hours).error?.message).toContain(why);
  });
});
