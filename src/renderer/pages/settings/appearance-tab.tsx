import type { ReactNode } from 'react';
import type { LanguageChoice } from '../../../shared/language.ts';
import type { Client } from '../../api/client.ts';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Choice, labelled } from '../../components/choice.tsx';
import { SwitchRow } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { shell } from '../../app/messages.ts';
import { navigate, to } from '../../app/router.ts';
import { Button } from '../../components/button.tsx';
import {
  preferencesSchema,
  setPreferences,
  usePreferences,
  type Preferences,
} from '../../stores/preferences.ts';
import { words } from './messages.ts';
import { AskReset } from './reset-button.tsx';

const THEMES = ['system', 'light', 'dark'] as const;
const DENSITIES = ['comfortable', 'compact'] as const;

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
      <Section title={words.looks.title}>
        <Row label={shell.looks.theme}>
          <Choice
            label={shell.looks.theme}
            options={labelled(THEMES, shell.looks.themes)}
            value={theme}
            onChange={(next) => setPreferences({ theme: next })}
          />
        </Row>
        <Row label={shell.looks.density}>
          <Choice
            label={shell.looks.density}
            options={labelled(DENSITIES, shell.looks.densities)}
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
          label={words.looks.singleKeys}
          hint={words.looks.singleKeysHint}
          checked={singleKeys}
          onChange={(on) => setPreferences({ singleKeys: on })}
        />
      </Section>
      <Section title={words.looks.firstSteps}>
        <div className="flex items-center gap-4">
          <p className="grow text-soft">{words.looks.welcome}</p>
          <Button onClick={() => navigate(to.welcome())}>{words.looks.showAgain}</Button>
        </div>
      </Section>
      <AskReset
        changes={lookChanges({ theme, density, language, singleKeys })}
        onReset={() => reset(client)}
      />
    </div>
  );
}

type Looks = Pick<Preferences, 'theme' | 'density' | 'language' | 'singleKeys'>;

const DEFAULTS: Looks = preferencesSchema.parse({});

function lookChanges(now: Looks): string[] {
  const onOff = (on: boolean): string => (on ? words.values.on : words.values.off);
  const language = (id: LanguageChoice): string => languages().find((one) => one.id === id)?.label ?? id;
  const rows = [
    [shell.looks.theme, shell.looks.themes[now.theme], shell.looks.themes[DEFAULTS.theme]],
    [shell.looks.density, shell.looks.densities[now.density], shell.looks.densities[DEFAULTS.density]],
    [words.looks.language, language(now.language), language(DEFAULTS.language)],
    [words.looks.singleKeys, onOff(now.singleKeys), onOff(DEFAULTS.singleKeys)],
  ] as const;
  return rows.flatMap(([name, value, standard]) =>
    value === standard ? [] : [words.reset.change(name, value, standard)],
  );
}

function reset(client: Client): void {
  const { theme, density, singleKeys, language } = DEFAULTS;
  setPreferences({ theme, density, singleKeys });
  void setLanguage(client, language);
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
