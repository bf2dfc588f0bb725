import { chooseLanguage, type Language, type LanguageChoice } from '../../shared/language.ts';
import { preferencesSchema, usePreferences, type Preferences } from '../stores/preferences.ts';
import { speak } from '../words/speak.ts';

const KEY = 'runpod-llm.preferences';

/**
 * Loads what this window remembers, keeps it, and puts theme, density and language on the page; another window's change
 * is followed. Returns a function that ends it.
 */
export function keepPreferences(): () => void {
  usePreferences.setState(read());
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const show = (): void => apply(usePreferences.getState(), dark.matches);
  const onChange = (preferences: Preferences, before: Preferences): void => {
    window.localStorage.setItem(KEY, JSON.stringify(preferences));
    show();
    if (preferences.language !== before.language) void speak(languageFor(preferences.language));
  };
  const onElsewhere = (event: StorageEvent): void => {
    if (event.key === KEY) usePreferences.setState(read());
  };
  show();
  dark.addEventListener('change', show);
  window.addEventListener('storage', onElsewhere);
  const unsubscribe = usePreferences.subscribe(onChange);
  return () => {
    unsubscribe();
    dark.removeEventListener('change', show);
    window.removeEventListener('storage', onElsewhere);
  };
}

/** The desktop names the system's language in the page's address, so that window, tray and menus agree. */
export function languageFor(choice: LanguageChoice): Language {
  const named = new URLSearchParams(window.location.search).get('language');
  return chooseLanguage(choice, named === null ? navigator.languages : [named]);
}

function read(): Preferences {
  const text = window.localStorage.getItem(KEY);
  if (text === null) return preferencesSchema.parse({});
  try {
    return preferencesSchema.parse(JSON.parse(text));
  } catch {
    // Damaged storage means defaults: nothing of worth is kept here.
    return preferencesSchema.parse({});
  }
}

function apply(preferences: Preferences, systemIsDark: boolean): void {
  const dark = preferences.theme === 'dark' || (preferences.theme === 'system' && systemIsDark);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  document.documentElement.dataset['density'] = preferences.density;
}
