import { z } from 'zod';
import { LANGUAGES } from './language.ts';
import { quietHoursSchema } from './quiet-hours.ts';

/** What the user sets in the running app; start-up configuration is AppConfig (SPEC 1). */
export const userSettingsSchema = z.strictObject({
  budget: z
    .strictObject({
      /** At 80 % the user is told, at 100 % pods are stopped and wakes refused; null = no limit. */
      usdPerDay: z.number().positive().max(100_000).nullable().default(5),
      usdPerMonth: z.number().positive().max(1_000_000).nullable().default(null),
    })
    .prefault({}),
  cache: z
    .strictObject({
      /** deterministic = only requests with temperature 0 or a seed. */
      mode: z.enum(['off', 'deterministic', 'all']).default('deterministic'),
      ttlMinutes: z
        .int()
        .min(1)
        .max(60 * 24 * 30)
        .default(60 * 24),
    })
    .prefault({}),
  proxy: z
    .strictObject({
      /** Ollama's routes serve clients that cannot send a token (SPEC 4.2). */
      ollamaRoutes: z.boolean().default(false),
      wakeOnRequest: z.boolean().default(true),
    })
    .prefault({}),
  notifications: z
    .strictObject({
      ready: z.boolean().default(true),
      idleSoon: z.boolean().default(true),
      stopped: z.boolean().default(true),
      /** In these only money and loss are told; null = none. */
      quietHours: quietHoursSchema.nullable().default(null),
    })
    .prefault({}),
  /** How the desktop app behaves; other bodies keep it and heed nothing of it but the language. */
  desktop: z
    .strictObject({
      /** Started by the system at login, without a window. */
      startAtLogin: z.boolean().default(false),
      /** The window's close button leaves the app running, where a tray shows it. */
      closeToTray: z.boolean().default(true),
      /** The app's beginning without a window; the first start always shows one. */
      startHidden: z.boolean().default(false),
      /** What a click on the tray icon does, where the system leaves the choice. */
      trayClick: z.enum(['popover', 'window']).default('popover'),
      /** The hourly cost beside the icon (macOS). */
      costInMenuBar: z.boolean().default(true),
      /** Of tray, menus, notifications and interface, in every body. */
      language: z.enum(['system', ...LANGUAGES]).default('system'),
    })
    .prefault({}),
});
export type UserSettings = z.infer<typeof userSettingsSchema>;
