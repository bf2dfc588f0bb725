/**
 * `npm start`: the desktop app where there can be one, else the same app without a window, in this process. Arguments
 * after `--` go to whichever it is: `npm start -- --sandbox`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { getElectron, whyNoDisplay } from './desktop-runtime.ts';
import { isStale } from './stale.ts';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const noDisplay = whyNoDisplay({
  platform: process.platform,
  env: process.env,
  uid: process.getuid?.() ?? null,
});
const electron = noDisplay === null ? getElectron(root, say) : { why: noDisplay };

if ('program' in electron) startDesktop(electron.program);
else await startHeadless(electron.why);

function startDesktop(program: string): void {
  const sources = ['src', 'electron.vite.config.ts', 'vite.config.ts', 'package.json'];
  if (isStale(root, 'out/main/index.js', sources)) {
    say('Building the desktop app');
    const build = node(['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn']);
    if (build !== 0) process.exit(build);
  }
  const { ELECTRON_RUN_AS_NODE: _notAsNode, ...env } = process.env;
  const child = spawn(program, [root, ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`The desktop app could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}

async function startHeadless(why: string): Promise<void> {
  say(`No desktop app, because ${why}: running headless.`);
  if (isStale(root, 'out/renderer/index.html', ['src/renderer', 'src/shared', 'vite.config.ts'])) {
    say('Building the browser interface');
    if (node(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error']) !== 0) {
      say('It could not be built; the command line and the endpoint work without it.');
    }
  }
  process.argv.splice(1, process.argv.length - 1, resolve(root, 'src/main/cli/main.ts'), 'serve', ...args);
  await import('../src/main/cli/main.ts');
}

/** Runs a program of node_modules with this Node, whatever `node` means elsewhere. Returns its exit code. */
function node(argv: readonly string[]): number {
  return spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' }).status ?? 1;
}
