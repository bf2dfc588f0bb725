import type { ReactNode } from 'react';
import type { LanguageChoice } from '../../../shared/language.ts';
import type { Client } from '../../api/client.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Choice } from '../../components/choice.tsx';
import { SwitchRow } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { navigate, to } from '../../app/router.ts';
import { Button } from '../../components/button.tsx';
import { setPreferences, usePreferences } from '../../stores/preferences.ts';
import { words } from './messages.ts';

const THEMES = [
  { id: 'system', label: 'System' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
] as const;

const DENSITIES = [
  { id: 'comfortable', label: 'Comfortable' },
  { id: 'compact', label: 'Compact' },
] as const;

/** A language is called by its own name, so that whoever speaks it finds it. */
const languages = () =>
  [
    { id: 'system', label: words.looks.system },
    { id: 'en', label: 'English' },
    { id: 'de', label: 'Deutsch' },
  ] as const;

export function AppearanceTab(): ReactNode {
  const { theme, density, language, singleKeys } = usePreferences();
  const { client } = useApp();
  return (
    <div className="max-w-2xl space-y-4 px-5 py-4">
      <Section title="Looks">
        <Row label="Theme">
          <Choice
            label="Theme"
            options={THEMES}
            value={theme}
            onChange={(next) => setPreferences({ theme: next })}
          />
        </Row>
        <Row label="Density">
          <Choice
            label="Density"
            options={DENSITIES}
            value={density}
            onChange={(next) => setPreferences({ density: next })}
          />
        </Row>
        <Row label={words.looks.language}>
          <Choice
            label={words.looks.language}
            options={languages()}
            value={language}
            onChange={(next) => void setLanguage(client, next)}
          />
        </Row>
        <SwitchRow
          label="Single-letter keys"
          hint="“?” lists all keys."
          checked={singleKeys}
          onChange={(on) => setPreferences({ singleKeys: on })}
        />
      </Section>
      <Section title="First steps">
        <div className="flex items-center gap-4">
          <p className="grow text-soft">
            The welcome page leads from a key to a working endpoint in three decisions.
          </p>
          <Button onClick={() => navigate(to.welcome())}>Show it again</Button>
        </div>
      </Section>
    </div>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="flex items-center gap-4 py-1.5">
      <span className="grow font-medium">{label}</span>
      {children}
    </div>
  );
}

/** The app's own setting first: tray, menus and notifications speak it too. */
async function setLanguage(client: Client, language: LanguageChoice): Promise<void> {
  try {
    const settings = await client.call('settings.get', {});
    await client.call('settings.set', { ...settings, desktop: { ...settings.desktop, language } });
    setPreferences({ language });
  } catch (error) {
    tell(error, words.notSaved);
  }
}
