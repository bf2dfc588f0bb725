import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesktopHome, DesktopOptions } from './desktop.ts';

/** The session bus as far as the app asks it: whether a StatusNotifierHost is registered. Returns a folder for PATH. */
export function fakeBus(home: DesktopHome, host: NonNullable<DesktopOptions['trayHost']>): string {
  const folder = join(home.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  const body = {
    yes: 'echo "(<true>,)"',
    no: 'echo "Error: GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown" >&2; exit 1',
    unknown: 'echo "Error connecting: Could not connect" >&2; exit 1',
  }[host];
  const file = join(folder, 'gdbus');
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return folder;
}
