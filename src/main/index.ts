import { app, dialog } from 'electron';
import { homedir } from 'node:os';
import { openGround } from './body.ts';
import { pageOfLink } from './desktop/deep-link.ts';
import { Desktop } from './desktop/desktop.ts';
import { claimLinks, isFirstInstance, onLaterStart, takeIdentity } from './desktop/identity.ts';
import { parseLaunch } from './desktop/launch.ts';
import { openOwned, openWithRetry } from './desktop/open-with-retry.ts';
import { appPaths } from './desktop/paths.ts';
import { declareBeforeReady } from './desktop/security/harden.ts';
import { openElectronSettings } from './desktop/settings-file.ts';
import { chooseWords } from './desktop/words/choose-words.ts';
import { Disposables } from './platform/lifecycle.ts';
import { resolveDataDir } from './settings/folders.ts';
import type { SettingsFile } from './settings/user-settings.ts';

/** The desktop's entry: an order of steps, each in a file of its own. What must come before ready has no await above it. */
const argv = process.argv.slice(1);
const launch = parseLaunch(argv);
const { platform, env } = process;
const machine = { platform, env, home: homedir(), cwd: process.cwd() };

declareBeforeReady();
takeIdentity({ platform, dataDir: resolveDataDir(launch.dataDir, machine) });
// Not awaited: the app becomes ready only after this module has been evaluated.
if (isFirstInstance(argv)) start().catch(fail);
else app.exit(0);

async function start(): Promise<void> {
  const links: string[] = launch.page === null ? [] : [launch.page];
  let openPage = (page: string): void => void links.push(page);
  let showWindow = (): void => undefined;
  // macOS hands links over by an event, which may come before anything is ready.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    const page = pageOfLink(url);
    if (page !== null) openPage(page);
  });
  onLaterStart((later) => {
    const { page } = parseLaunch(later);
    if (page === null) showWindow();
    else openPage(page);
  });
  app.on('activate', () => showWindow());
  app.on('window-all-closed', () => undefined); // The tray goes on; quitting is a decision.
  await app.whenReady();

  const desktop = await openDesktop();
  if (desktop === null) return;
  openPage = (page) => desktop.openPage(page);
  showWindow = () => desktop.showWindow();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => desktop.end());
  desktop.harden();
  claimLinks();
  const tray = desktop.showTray(launch.hidden);
  if (!launch.hidden && !desktop.startsHidden) showWindow();
  // Hidden only where an icon shows that the app runs.
  else void tray.then((presence) => (presence === 'yes' ? undefined : showWindow()));
  desktop.watchSystem();
  if (!(await desktop.startCore())) return desktop.end();
  for (const page of links.splice(0)) desktop.openPage(page);
  await desktop.startUpdates();
}

/** null = the data directory cannot be used, and people gave up. */
async function openDesktop(): Promise<Desktop | null> {
  const owned = new Disposables();
  const paths = appPaths();
  let file: SettingsFile | null = null;
  const ground = await openWithRetry(
    () =>
      openOwned('ground', owned, (attempt) =>
        openGround(
          {
            flags: launch.flags,
            env,
            terminal: null,
            memorySecrets: true,
            openSettings: (folder) => (file = openElectronSettings(folder)),
          },
          attempt,
        ),
      ),
    () => chooseWords('system', app.getPreferredSystemLanguages()),
  );
  if (ground === null || file === null) {
    app.exit(1);
    return null;
  }
  const devServer = app.isPackaged ? undefined : env['ELECTRON_RENDERER_URL'];
  return new Desktop({
    ground,
    file,
    paths,
    platform,
    env,
    devOrigin: devServer === undefined ? null : new URL(devServer).origin,
    home: machine.home,
    closeGround: () => owned.dispose(),
  });
}

/** What no step knows how to handle. */
function fail(error: unknown): void {
  dialog.showErrorBox('RunPod LLM Manager', error instanceof Error ? error.message : String(error));
  app.exit(1);
}
