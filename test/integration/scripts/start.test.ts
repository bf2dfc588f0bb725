import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { electronProgram, getElectron } from '../../../scripts/desktop-runtime.ts';
import { isStale } from '../../../scripts/stale.ts';
import { tempDir } from '../../support/temp.ts';

function write(root: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

/** A checkout whose Electron is a shell script. */
function withElectron(script: string): string {
  const root = tempDir();
  write(root, 'node_modules/electron/path.txt', 'electron');
  write(root, 'node_modules/electron/dist/electron', `#!/bin/sh\n${script}\n`, 0o755);
  return root;
}

/** A checkout without Electron's program, whose installer does this. */
function withInstaller(script: string): string {
  const root = tempDir();
  write(root, 'node_modules/electron/install.js', script);
  return root;
}

const silent = (): void => {};

describe.skipIf(process.platform === 'win32')('the desktop runtime', () => {
  it('is the program that the package names', () => {
    const root = withElectron('echo v45');
    const program = join(root, 'node_modules/electron/dist/electron');
    expect(electronProgram(root)).toBe(program);
    expect(getElectron(root, silent)).toEqual({ program });
  });

  it('is not taken on trust: a program that lacks a library is told in one line', () => {
    const root = withElectron(
      'echo "electron: error while loading shared libraries: libnss3.so: not found" >&2; exit 127',
    );
    expect(getElectron(root, silent)).toEqual({ why: 'the desktop runtime does not start here (not found)' });
  });

  it('is downloaded when it is missing', () => {
    const root = withInstaller(`
      const fs = require('node:fs');
      fs.mkdirSync(__dirname + '/dist');
      fs.writeFileSync(__dirname + '/dist/electron', '#!/bin/sh\\necho v45', { mode: 0o755 });
      fs.writeFileSync(__dirname + '/path.txt', 'electron');
    `);
    const said: string[] = [];
    expect(getElectron(root, (line) => said.push(line))).toEqual({
      program: join(root, 'node_modules/electron/dist/electron'),
    });
    expect(said).toHaveLength(1);
  });

  it('may be out of reach', () => {
    expect(getElectron(withInstaller('process.exit(1)'), silent)).toEqual({
      why: 'the desktop runtime could not be downloaded',
    });
  });

  it('is not fetched against the user’s will', () => {
    process.env['ELECTRON_SKIP_BINARY_DOWNLOAD'] = '1';
    onTestFinished(() => {
      delete process.env['ELECTRON_SKIP_BINARY_DOWNLOAD'];
    });
    expect(getElectron(tempDir(), silent)).toEqual({ why: 'Electron was not downloaded' });
  });
});

describe('a build', () => {
  it('is stale when it is missing or older than a source', () => {
    const root = tempDir();
    const at = (path: string, seconds: number): void => {
      write(root, path, '');
      utimesSync(join(root, path), seconds, seconds);
    };
    at('src/deep/one.ts', 1000);
    utimesSync(join(root, 'src/deep'), 1000, 1000);
    utimesSync(join(root, 'src'), 1000, 1000);
    expect(isStale(root, 'out/main.js', ['src'])).toBe(true);
    at('out/main.js', 2000);
    expect(isStale(root, 'out/main.js', ['src', 'absent.ts'])).toBe(false);
    at('vite.config.ts', 3000);
    expect(isStale(root, 'out/main.js', ['src'])).toBe(false);
    expect(isStale(root, 'out/main.js', ['src', 'vite.config.ts'])).toBe(true);
  });
});
