import type { UserSettings } from '../../../shared/user-settings.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';

const LANGUAGES = { en, de } as const;

/** The first language of the system's list that there is a catalogue for, unless the user chose one. */
export function chooseWords(
  choice: UserSettings['desktop']['language'],
  systemLanguages: readonly string[],
): Words {
  if (choice !== 'system') return LANGUAGES[choice];
  for (const tag of systemLanguages) {
    const language = tag.toLowerCase().split(/[-_]/, 1)[0];
    if (language === 'en' || language === 'de') return LANGUAGES[language];
  }
  return en;
}
