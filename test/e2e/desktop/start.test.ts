import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { DesktopHome } from '../../support/desktop/desktop.ts';
import { DesktopApp } from '../../support/desktop-double/desktop-app.ts';
import { startSandboxProcess, type SandboxProcess } from '../../support/instance.ts';
import { label } from './support/in-page.ts';

const mapSchema = z.object({ sources: z.array(z.string()) });

/** Modules of the app that were loaded, by the maps of the chunks that were. */
async function modulesOf(app: DesktopApp, root: string): Promise<string[]> {
  const loaded = await app.ask<string[]>({ do: 'loaded' });
  const chunks = loaded
    .filter((url) => url.startsWith('file:') && url.includes('/out/main/'))
    .map((url) => fileURLToPath(url));
  const inside = chunks.flatMap((file) => {
    const map = `${file}.map`;
    return existsSync(map) ? mapSchema.parse(JSON.parse(readFileSync(map, 'utf8'))).sources : [];
  });
  const outside = loaded.filter((url) => url.includes('/node_modules/') && !url.includes('playwright'));
  return [...inside, ...outside.map((url) => url.replace(root, ''))].map((path) =>
    path.replace(/^.*?(node_modules|src)\//, '$1/'),
  );
}

/** What a start with a key must not pay for: it is loaded when it is first used. */
const HEAVY = [
  'node_modules/dockerode',
  'node_modules/docker-modem',
  'node_modules/ssh2',
  'node_modules/@grpc',
  'node_modules/protobufjs',
  'node_modules/electron-updater',
  'node_modules/builder-util-runtime',
  'node_modules/jsonc-parser',
  'node_modules/yaml',
  'node_modules/@decimalturn/toml-patch',
  'src/main/sandbox/',
  'src/main/cli/',
  'src/renderer/',
];

describe('what a start loads', () => {
  const home = new DesktopHome();
  let sandbox: SandboxProcess;
  let app: DesktopApp;
  let root: string;

  beforeAll(async () => {
    root = await builtApp();
    sandbox = await startSandboxProcess();
    app = await DesktopApp.start(home, { env: sandbox.env });
    await app.until(
      'RunPod in the tray',
      (seen) => label(seen, 'nothing running') !== undefined && label(seen, 'Sandbox') === undefined,
    );
  });
  afterAll(async () => {
    await app.end();
    await sandbox.stop();
    home.remove();
  });

  it('is the core and nothing heavy, once a key is there', async () => {
    const modules = await modulesOf(app, root);
    expect(modules.some((path) => path.includes('src/main/manager.ts'))).toBe(true);
    expect(modules.some((path) => path.includes('node_modules/undici'))).toBe(true);
    const heavy = modules.filter(
      (path) => HEAVY.some((name) => path.includes(name)) || /tokenizer/i.test(path),
    );
    expect(heavy).toEqual([]);
  });
});
