import { quietHoursSchema } from '../../../shared/quiet-hours.ts';
import { duration, usd } from '../../view/format.ts';
import type { SettingPath } from '../../view/settings.ts';
import { words } from './messages.ts';

/** A value as people read it. */
export function settingValue(path: SettingPath, value: unknown): string {
  const w = words.values;
  if (value === null || value === undefined) return path.startsWith('budget.') ? w.noLimit : w.none;
  if (typeof value === 'boolean') return value ? w.on : w.off;
  if (typeof value === 'number') return path === 'cache.ttlMinutes' ? duration(value * 60_000) : usd(value);
  const hours = quietHoursSchema.safeParse(value);
  if (hours.success) return w.hours(hours.data.from, hours.data.to);
  return typeof value === 'string' && Object.hasOwn(w.choices, value)
    ? (Object.entries(w.choices).find(([name]) => name === value)?.[1] ?? value)
    : JSON.stringify(value);
}
