import { chooseLanguage, type LanguageChoice } from '../../../shared/language.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';

const CATALOGUES = { en, de } as const;

/** The words of the chosen language, or of the first of the system's languages that there is a catalogue for. */
export const chooseWords = (choice: LanguageChoice, systemLanguages: readonly string[]): Words =>
  CATALOGUES[chooseLanguage(choice, systemLanguages)];
