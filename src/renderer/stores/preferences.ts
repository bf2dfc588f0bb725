import { z } from 'zod';
import { create } from 'zustand';

/** How this window or browser shows things; nothing here changes what the app does. */
export const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  /** As it was when last heard of: the setting itself is kept by the app, for tray and notifications too. */
  language: z.enum(['system', 'en', 'de']).catch('system'),
  density: z.enum(['comfortable', 'compact']).catch('comfortable'),
  /** Single-letter keys can be turned off (WCAG 2.1.4). */
  singleKeys: z.boolean().catch(true),
  welcomed: z.boolean().catch(false),
  recentCommands: z.array(z.string()).max(5).catch([]),
});
export type Preferences = z.infer<typeof preferencesSchema>;

export const usePreferences = create<Preferences>(() => preferencesSchema.parse({}));

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change);
}

export function rememberCommand(id: string): void {
  usePreferences.setState((state) => ({
    recentCommands: [id, ...state.recentCommands.filter((known) => known !== id)].slice(0, 5),
  }));
}
