import type { ReactNode } from 'react';
import type { UserSettings } from '../../../shared/model.ts';
import { Choice, labelled } from '../../components/choice.tsx';
import { SwitchRow } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { WithSettings } from './with-settings.tsx';
import { words } from './messages.ts';

const TRAY_CLICKS = ['popover', 'window'] as const;

/** Only where there is a desktop around the page. */
export function DesktopTab(): ReactNode {
  return (
    <WithSettings
      resets={[
        'desktop.startAtLogin',
        'desktop.startHidden',
        'desktop.closeToTray',
        'desktop.trayClick',
        'desktop.costInMenuBar',
      ]}
    >
      {({ settings, save }) => {
        const { desktop } = settings;
        const set = (change: Partial<UserSettings['desktop']>): void =>
          save({ ...settings, desktop: { ...desktop, ...change } });
        return (
          <>
            <Section title={words.desktop.start}>
              <SwitchRow
                label={words.desktop.login}
                hint={words.desktop.loginHint}
                checked={desktop.startAtLogin}
                onChange={(startAtLogin) => set({ startAtLogin })}
              />
              <SwitchRow
                label={words.desktop.hidden}
                checked={desktop.startHidden}
                onChange={(startHidden) => set({ startHidden })}
              />
              <SwitchRow
                label={words.desktop.closeToTray}
                hint={words.desktop.closeToTrayHint}
                checked={desktop.closeToTray}
                onChange={(closeToTray) => set({ closeToTray })}
              />
            </Section>
            <Section title={words.desktop.tray}>
              <ChoiceRow label={words.desktop.trayClick}>
                <Choice
                  label={words.desktop.trayClick}
                  options={labelled(TRAY_CLICKS, words.desktop)}
                  value={desktop.trayClick}
                  onChange={(trayClick) => set({ trayClick })}
                />
              </ChoiceRow>
              <SwitchRow
                label={words.desktop.cost}
                hint={words.desktop.costHint}
                checked={desktop.costInMenuBar}
                onChange={(costInMenuBar) => set({ costInMenuBar })}
              />
            </Section>
          </>
        );
      }}
    </WithSettings>
  );
}

function ChoiceRow({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="flex flex-wrap items-center gap-4 py-1.5">
      <span className="grow font-medium" aria-hidden>
        {label}
      </span>
      {children}
    </div>
  );
}
