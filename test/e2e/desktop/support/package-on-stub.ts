import { build, Platform, type Configuration } from 'electron-builder';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../support/desktop-double/built-app.ts';

/** Before the fuses in Electron's program: version 1, nine fuses, then a byte each ('0' off, '1' on, 'r' removed). */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** What lies in Electron's download, without the program itself: enough to pack, not to start. */
export function stubElectron(folder: string): string {
  const version = (
    JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as { version: string }
  ).version;
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'), { recursive: true });
  writeFileSync(join(folder, 'version'), version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'resources.pak']) {
    writeFileSync(join(folder, name), 'stub');
  }
  for (const language of ['de', 'en-US', 'fr'])
    writeFileSync(join(folder, 'locales', `${language}.pak`), 'stub');
  const program = Buffer.concat([
    Buffer.from('stub '),
    Buffer.from(SENTINEL),
    Buffer.from([1, 9]),
    Buffer.from('101100101'),
    Buffer.from(' end'),
  ]);
  writeFileSync(join(folder, 'electron'), program);
  chmodSync(join(folder, 'electron'), 0o755);
  return folder;
}

/** Packs the built app for Linux with the real configuration. Returns the folder with the program in it. */
export async function packOnStub(
  config: Configuration,
  output: string,
  electronDist: string,
): Promise<string> {
  await build({
    projectDir: root,
    targets: Platform.LINUX.createTarget('dir'),
    publish: 'never',
    // The packager changes what it is given.
    config: { ...structuredClone(config), electronDist, directories: { ...config.directories, output } },
  });
  return join(output, 'linux-unpacked');
}
