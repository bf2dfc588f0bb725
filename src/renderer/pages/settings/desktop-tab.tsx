import type { ReactNode } from 'react';
import type { UserSettings } from '../../../shared/model.ts';
import { Choice } from '../../components/choice.tsx';
import { SwitchRow } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { WithSettings } from './with-settings.tsx';

const TRAY_CLICKS = [
  { id: 'popover', label: 'Small window' },
  { id: 'window', label: 'App window' },
] as const;

/** Only where there is a desktop around the page. */
export function DesktopTab(): ReactNode {
  return (
    <WithSettings>
      {({ settings, save }) => {
        const { desktop } = settings;
        const set = (change: Partial<UserSettings['desktop']>): void =>
          save({ ...settings, desktop: { ...desktop, ...change } });
        return (
          <>
            <Section title="Start and window">
              <SwitchRow
                label="Start at login"
                hint="In the background, without a window."
                checked={desktop.startAtLogin}
                onChange={(startAtLogin) => set({ startAtLogin })}
              />
              <SwitchRow
                label="Begin without a window"
                checked={desktop.startHidden}
                onChange={(startHidden) => set({ startHidden })}
              />
              <SwitchRow
                label="Close to the tray"
                hint="The app goes on and keeps watch over what bills."
                checked={desktop.closeToTray}
                onChange={(closeToTray) => set({ closeToTray })}
              />
            </Section>
            <Section title="Tray and menus">
              <ChoiceRow label="A click on the tray icon opens the">
                <Choice
                  label="A click on the tray icon opens the"
                  options={TRAY_CLICKS}
                  value={desktop.trayClick}
                  onChange={(trayClick) => set({ trayClick })}
                />
              </ChoiceRow>
              <SwitchRow
                label="Cost beside the icon"
                hint="macOS only."
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
