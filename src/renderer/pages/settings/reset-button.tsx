import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { confirm } from '../../stores/confirm.ts';
import { settingsList, withStandard, type SettingPath } from '../../view/settings.ts';
import { words } from './messages.ts';
import { settingValue } from './setting-value.ts';
import type { Inside } from './with-settings.tsx';

/** Puts some of the app's settings back to their defaults. */
export function ResetButton({
  settings,
  save,
  paths,
  whole = false,
}: Inside & {
  /** Those that are meant. */
  readonly paths: readonly SettingPath[];
  /** All of them are meant. */
  readonly whole?: boolean;
}): ReactNode {
  const changes = settingsList(settings).filter(
    (setting) => !setting.isStandard && paths.includes(setting.path),
  );
  return (
    <AskReset
      changes={changes.map(({ path, value, standard }) =>
        words.reset.change(words.settings[path], settingValue(path, value), settingValue(path, standard)),
      )}
      whole={whole}
      onReset={() => save(withStandard(settings, paths))}
    />
  );
}

/** A reset, after a question that names what would change; blocked where nothing would. */
export function AskReset({
  changes,
  whole = false,
  onReset,
}: {
  /** One sentence each. */
  readonly changes: readonly string[];
  readonly whole?: boolean;
  readonly onReset: () => void;
}): ReactNode {
  const w = words.reset;
  const ask = async (): Promise<void> => {
    const question = {
      title: whole ? w.allTitle : w.title,
      effects: changes,
      verb: whole ? w.allVerb : w.verb,
      tone: 'normal' as const,
    };
    if (await confirm(question)) onReset();
  };
  return (
    <Button
      size="sm"
      look="ghost"
      icon={<RotateCcw size={13} aria-hidden />}
      blocked={changes.length === 0 ? w.nothing : null}
      onClick={() => void ask()}
    >
      {whole ? w.all : w.these}
    </Button>
  );
}
