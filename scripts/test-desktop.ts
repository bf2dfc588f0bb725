/**
 * `npm run test:desktop`: the desktop's specs on Electron itself, the same that run on the double. Where its program is not here (it is
 * downloaded, not shipped in the package) or no display is, says so: those tests then ran on the double only.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { electronProgram, whyNoDisplay } from './desktop-runtime.ts';

/** Written against one interface; the others look into the double or into packages. */
const SPECS = ['conformance', 'first-run', 'windows', 'system', 'quit', 'hostile'] as const;

const root = resolve(import.meta.dirname, '..');
const uid = process.getuid?.() ?? null;
const why =
  electronProgram(root) === null
    ? 'Electron’s program is not installed (get it with: npx install-electron)'
    : whyNoDisplay({ platform: process.platform, env: process.env, uid });

if (why !== null) {
  process.stdout.write(
    `Cannot run here: ${why}.\n` +
      'The same specs run on the desktop double in `npm run test:e2e`; what that does not prove is listed in\n' +
      'test/support/desktop-double/README.md.\n',
  );
} else {
  const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');
  const specs = SPECS.map((name) => `test/e2e/desktop/${name}.test.ts`);
  const args = [vitest, 'run', '--project', 'e2e', ...specs];
  const env = { ...process.env, DESKTOP_RUNNER: 'electron' };
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
}
