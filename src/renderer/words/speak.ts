import { create } from 'zustand';
import type { Language } from '../../shared/language.ts';
import { putTranslation, type Translation } from './catalogue.ts';

/** The language on the screen; whoever shows words is drawn anew when it changes. */
export const useSpoken = create<{ readonly language: Language }>(() => ({ language: 'en' }));

const LOADERS: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Translation>>> = {
  de: async () => (await import('./de.ts')).de,
};

let wanted: Language = 'en';

/** Loads a language's words and shows them. When they cannot be loaded the page goes on in the language it has. */
export async function speak(language: Language): Promise<void> {
  wanted = language;
  const words = language === 'en' ? null : await LOADERS[language]().catch(() => undefined);
  // Another choice was made meanwhile, or the words did not come.
  if (wanted !== language || words === undefined) return;
  putTranslation(language, words);
  document.documentElement.lang = language;
  useSpoken.setState({ language });
}
