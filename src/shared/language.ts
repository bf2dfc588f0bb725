/** The languages the app speaks; English is the one that every other falls back to. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What the user chose; `system` = the first of the system's languages that the app speaks. */
export type LanguageChoice = 'system' | Language;

/** `tags` are BCP 47, the most wanted first. */
export function chooseLanguage(choice: LanguageChoice, tags: readonly string[]): Language {
  if (choice !== 'system') return choice;
  for (const tag of tags) {
    const wanted = tag.toLowerCase().split(/[-_]/, 1)[0];
    const spoken = LANGUAGES.find((language) => language === wanted);
    if (spoken !== undefined) return spoken;
  }
  return 'en';
}
