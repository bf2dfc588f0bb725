import type { ReactNode } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { SwitchRow } from '../components/field.tsx';
import { setPreferences, usePreferences } from '../stores/preferences.ts';
import { closePanel, useShell } from '../stores/shell.ts';
import { useApp } from './app-context.ts';
import { isMac } from './keyboard.ts';
import { BINDINGS, shownKey } from './keys.ts';
import { shell } from './messages.ts';

export function KeysPanel(): ReactNode {
  const open = useShell((state) => state.panel === 'keys');
  const { client } = useApp();
  const singleKeys = usePreferences((state) => state.singleKeys);
  return (
    <Dialog open={open} onClose={() => open && closePanel()} title={shell.help}>
      <div className="px-5 pt-3 pb-4">
        <dl className="grid grid-cols-1 gap-x-8 gap-y-1 sm:grid-cols-2">
          {BINDINGS.map((binding) => (
            <div key={binding.command} className="flex items-center justify-between gap-3 py-0.5">
              <dt>{shell.bindings[binding.command]}</dt>
              <dd>
                <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 text-sm">
                  {shownKey(binding[client.body], isMac)}
                </kbd>
              </dd>
            </div>
          ))}
        </dl>
        <div className="mt-3 border-t border-line pt-1">
          <SwitchRow
            label={shell.singleKeys}
            hint={shell.singleKeysHint}
            checked={singleKeys}
            onChange={(on) => setPreferences({ singleKeys: on })}
          />
        </div>
      </div>
    </Dialog>
  );
}
