import type { ReactNode } from 'react';
import type { UserSettings } from '../../../shared/model.ts';
import { say, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { useCall } from '../../app/use-call.ts';
import { Loading, ProblemPanel } from '../../components/surface.tsx';
import { words } from './messages.ts';

export interface Inside {
  readonly settings: UserSettings;
  /** Saves the whole; what was shown before comes back when it fails. */
  readonly save: (next: UserSettings) => void;
}

/** Loads the settings for a form and saves them as a whole. */
export function WithSettings({ children }: { readonly children: (inside: Inside) => ReactNode }): ReactNode {
  const { client } = useApp();
  const settings = useCall('settings.get', {});
  if (settings.value === null) {
    return settings.problem === null ? (
      <Loading what="settings" />
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
        say(words.saved);
      },
      (error: unknown) => {
        settings.put(before);
        tell(error, words.notSaved);
      },
    );
  };
  return <div className="max-w-2xl space-y-4 px-5 py-4">{children({ settings: before, save })}</div>;
}
