import type { Language } from '../../shared/language.ts';

/** Every catalogue of words; each lies beside what it is for, its German as `messages.de.ts` beside it. */
export const CATALOGUES = [
  'shell',
  'components',
  'view',
  'core',
  'connect',
  'costs',
  'deploy',
  'deployment',
  'images',
  'logs',
  'overview',
  'playground',
  'popover',
  'servers',
  'settings',
  'welcome',
] as const;
export type CatalogueId = (typeof CATALOGUES)[number];

/** Another language's words for all catalogues; that each is complete is checked where they are gathered. */
export type Translation = Readonly<Record<CatalogueId, object>>;

interface Entry {
  /** What everybody holds; its words are exchanged in place. */
  readonly words: object;
  readonly english: object;
}

const entries = new Map<CatalogueId, Entry>();
let language: Language = 'en';
let translation: Translation | null = null;

/**
 * Makes English words known. What comes back is the same object, in whichever language is spoken: read it where
 * something is shown, never once for all when a module is loaded.
 */
export function catalogue<T extends object>(id: CatalogueId, words: T): T {
  entries.set(id, { words, english: { ...words } });
  if (translation !== null) Object.assign(words, translation[id]);
  return words;
}

export const spokenLanguage = (): Language => language;

/** From now on every catalogue speaks this language; null = English as it was written. */
export function putTranslation(next: Language, words: Translation | null): void {
  language = next;
  translation = words;
  for (const [id, entry] of entries) Object.assign(entry.words, words?.[id] ?? entry.english);
}
