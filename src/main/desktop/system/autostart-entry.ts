import { AUTOSTART_FLAG } from '../launch.ts';

export interface AutostartFacts {
  readonly name: string;
  /** Path of this program. */
  readonly program: string;
  /** Path of the AppImage that holds it, as its runtime tells in APPIMAGE. */
  readonly appImage: string | undefined;
  /** Arguments before ours, such as the app's folder in development. */
  readonly args: readonly string[];
}

export const AUTOSTART_FILE = 'runpod-llm-manager.desktop';

/**
 * An XDG autostart entry (Desktop Entry Specification 1.5). Inside an AppImage the running program lies under a mount
 * that is gone at the next login, so the AppImage itself is started.
 */
export function autostartEntry(facts: AutostartFacts): string {
  const command = [facts.appImage ?? facts.program, ...facts.args, AUTOSTART_FLAG];
  return `${[
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    `Name=${facts.name}`,
    'Comment=Deploys LLMs on RunPod and serves them locally',
    `Exec=${command.map(quoted).join(' ')}`,
    'Icon=runpod-llm-manager',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    'X-KDE-autostart-after=panel',
  ].join('\n')}\n`;
}

/** In double quotes, with what the specification wants escaped inside them; `%` begins a field code. */
function quoted(argument: string): string {
  const escaped = argument.replaceAll(/["`$\\]/g, (character) => `\\${character}`);
  // The whole value is unescaped once more before the quoting is read.
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
}
