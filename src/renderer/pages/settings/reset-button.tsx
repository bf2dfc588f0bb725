import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { confirm } from '../../stores/confirm.ts';
import { settingsList, withStandard, type Setting, type SettingPath } from '../../view/settings.ts';
import { words } from './messages.ts';
import { settingValue } from './setting-value.ts';
import type { Inside } from './with-settings.tsx';

/** Puts some settings back to what they are by themselves, after showing which would change. */
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
  const w = words.reset;
  const changes = settingsList(settings).filter(
    (setting) => !setting.isStandard && paths.includes(setting.path),
  );
  const reset = async (): Promise<void> => {
    const question = {
      title: whole ? w.allTitle : w.title,
      effects: changes.map(changeText),
      verb: whole ? w.allVerb : w.verb,
      tone: 'normal' as const,
    };
    if (await confirm(question)) save(withStandard(settings, paths));
  };
  return (
    <Button
      size="sm"
      look="ghost"
      icon={<RotateCcw size={13} aria-hidden />}
      blocked={changes.length === 0 ? w.nothing : null}
      onClick={() => void reset()}
    >
      {whole ? w.all : w.these}
    </Button>
  );
}

const changeText = ({ path, value, standard }: Setting): string =>
  words.reset.change(words.settings[path], settingValue(path, value), settingValue(path, standard));
