import { clipboard, dialog, shell } from 'electron';
import type { Words } from '../words/en.ts';

export interface AboutParts {
  readonly version: string;
  /** Licences of everything that is shipped. */
  readonly licencesFile: string;
  readonly words: () => Words;
}

export function aboutText(version: string, versions: Readonly<Record<string, string | undefined>>): string {
  return [
    `Version ${version}`,
    `Electron ${versions['electron'] ?? '-'} · Chromium ${versions['chrome'] ?? '-'} · Node ${versions['node'] ?? '-'}`,
    `${process.platform} ${process.arch}`,
    'MIT License',
  ].join('\n');
}

/** What this is, which versions it is made of, and whose work is in it. */
export async function showAbout({ version, licencesFile, words }: AboutParts): Promise<void> {
  const { app, about } = words();
  const text = aboutText(version, process.versions);
  const { response } = await dialog.showMessageBox({
    type: 'info',
    message: app,
    detail: text,
    buttons: [about.close, about.licences, about.copy],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  if (response === 1) await shell.openPath(licencesFile);
  if (response === 2) await clipboard.writeText(`${app}\n${text}`);
}
