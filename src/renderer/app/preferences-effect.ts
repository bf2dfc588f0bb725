import { preferencesSchema, usePreferences, type Preferences } from '../stores/preferences.ts';

const KEY = 'runpod-llm.preferences';

/** Loads what this window remembers, keeps it, and puts theme and density on the page. Returns a function that ends it. */
export function keepPreferences(): () => void {
  usePreferences.setState(read());
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const show = (): void => apply(usePreferences.getState(), dark.matches);
  const onChange = (preferences: Preferences): void => {
    window.localStorage.setItem(KEY, JSON.stringify(preferences));
    show();
  };
  show();
  dark.addEventListener('change', show);
  const unsubscribe = usePreferences.subscribe(onChange);
  return () => {
    unsubscribe();
    dark.removeEventListener('change', show);
  };
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
