import type { ReactNode } from 'react';
import type { UserSettings } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { applySettings } from '../../app/apply-settings.ts';
import { useApp } from '../../app/app-context.ts';
import { useCall } from '../../app/use-call.ts';
import { cx } from '../../components/cx.ts';
import { Loading, ProblemPanel } from '../../components/surface.tsx';
import type { SettingPath } from '../../view/settings.ts';
import { words } from './messages.ts';
import { ResetButton } from './reset-button.tsx';

export interface Inside {
  readonly settings: UserSettings;
  /** Saves the whole; what was shown before comes back when it fails. */
  readonly save: (next: UserSettings) => void;
}

/** Loads the settings for a form and saves them as a whole. */
export function WithSettings({
  resets = [],
  wide = false,
  children,
}: {
  /** What the tab can put back to the way it is by itself. */
  readonly resets?: readonly SettingPath[];
  readonly wide?: boolean;
  readonly children: (inside: Inside) => ReactNode;
}): ReactNode {
  const { client } = useApp();
  const settings = useCall('settings.get', {});
  if (settings.value === null) {
    return settings.problem === null ? (
      <Loading what={words.title} />
    ) : (
      <div className="p-5">
        <ProblemPanel problem={settings.problem} onRetry={settings.reload} />
      </div>
    );
  }
  const before = settings.value;
  const save = (next: UserSettings): void => {
    settings.put(next);
    client.call('settings.set', next).then(
      (stored) => {
        settings.put(stored);
        applySettings(stored);
        say(words.saved);
      },
      (error: unknown) => {
        settings.put(before);
        tell(error, words.notSaved);
      },
    );
  };
  const inside = { settings: before, save };
  return (
    <div className={cx('space-y-4 px-5 py-4', !wide && 'max-w-2xl')}>
      {children(inside)}
      {resets.length > 0 && <ResetButton {...inside} paths={resets} />}
    </div>
  );
}
