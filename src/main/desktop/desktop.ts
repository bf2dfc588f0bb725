import { app, nativeTheme, session, shell } from 'electron';
import { join } from 'node:path';
import { chooseLanguage } from '../../shared/language.ts';
import { startCore, type Ground, type RunningCore } from '../body.ts';
import { createLocalApi, type LocalApi } from '../control/local-api.ts';
import type { Host } from '../host.ts';
import { systemClock } from '../platform/clock.ts';
import { Disposables } from '../platform/lifecycle.ts';
import { systemRandom } from '../platform/random.ts';
import type { SettingsFile } from '../settings/user-settings.ts';
import { version } from '../version.ts';
import { createPerformer } from './actions.ts';
import { watchCrashes, type CrashWatch } from './crash/watch-crashes.ts';
import type { DesktopAction } from './desktop-action.ts';
import { createActGuard } from './guard/act-guard.ts';
import { DesktopStore } from './desktop-store.ts';
import { createNews, type NewsDesk } from './notifications/news-desk.ts';
import { openOwned, openWithRetry } from './open-with-retry.ts';
import type { AppPaths } from './paths.ts';
import { hardenContents, hardenSession } from './security/harden.ts';
import { openLink } from './security/open-link.ts';
import { serveAssets } from './security/serve-assets.ts';
import { showAbout } from './system/about.ts';
import { askWithDialog, type Ask } from './system/ask.ts';
import { createBadge } from './system/badge.ts';
import { Quitting } from './system/quitting.ts';
import { startUpdates, type Updates } from './system/updates.ts';
import { watchSystem } from './system/watch-system.ts';
import { AppTray } from './tray/tray.ts';
import { findTrayHost, type TrayPresence } from './tray/tray-host.ts';
import { trayModel } from './tray/tray-model.ts';
import { AppWindows } from './windows/app-windows.ts';
import type { Rectangle } from './windows/window-state.ts';
import { chooseWords } from './words/choose-words.ts';
import type { Words } from './words/en.ts';

export interface DesktopParts {
  readonly ground: Ground;
  readonly file: SettingsFile;
  readonly paths: AppPaths;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** Origin of the development server; null in a built app. */
  readonly devOrigin: string | null;
  readonly home: string;
  /** Ends what was opened before the desktop. */
  readonly closeGround: () => Promise<void>;
}

const CONSOLE_URL = 'https://console.runpod.io/';

/** The desktop around the core: windows, tray and system, each an adapter of its own, wired here. */
export class Desktop {
  readonly #parts: DesktopParts;
  readonly #owned = new Disposables();
  readonly #api = Promise.withResolvers<LocalApi>();
  readonly #ask: Ask;
  readonly #store: DesktopStore;
  readonly #quitting: Quitting;
  readonly #crashes: CrashWatch;
  readonly #windows: AppWindows;
  readonly #perform: (action: DesktopAction) => void;
  readonly #tray: AppTray;
  readonly #news: NewsDesk;
  #host: Host | null = null;
  #core: LocalApi | null = null;
  #updates: Updates | null = null;
  #presence: TrayPresence = 'unknown';

  constructor(parts: DesktopParts) {
    this.#parts = parts;
    this.#api.promise.catch(() => undefined); // Whoever waits for the core is told; nobody may.
    this.#ask = askWithDialog(() => (this.#windows.main.isShown ? this.#windows.main.window : null));
    this.#store = new DesktopStore({ ...this.#common(), settings: parts.ground.settings });
    this.#quitting = this.#newQuitting();
    this.#crashes = watchCrashes({
      ...this.#common(),
      folder: join(this.#dataDir(), 'crashes'),
      version,
      log: parts.ground.log,
      ask: this.#ask,
      end: (how) => this.#quitting.now(how),
    });
    this.#windows = this.#newWindows();
    this.#perform = this.#newPerformer();
    this.#tray = new AppTray({
      platform: parts.platform,
      folder: parts.paths.trayIcons,
      isBarDark: () => nativeTheme.shouldUseDarkColorsForSystemIntegratedUI,
      perform: this.#perform,
      onClick: (icon) => this.#clicked(icon),
    });
    this.#news = createNews({
      ...this.#common(),
      settings: parts.ground.settings,
      perform: this.#perform,
      isWindowFocused: () => this.#windows.main.isFocused,
    });
  }

  /** The user wants no window at the start. */
  get startsHidden(): boolean {
    return this.#parts.ground.settings.get().desktop.startHidden;
  }

  openPage(page: string): void {
    this.#windows.openPage(page);
  }

  showWindow(): void {
    this.#windows.main.show();
  }

  /** Ends without a question. */
  end(): void {
    this.#quitting.now();
  }

  /** Shuts the pages in before the first one is made. */
  harden(): void {
    const { paths, devOrigin, ground } = this.#parts;
    const parts = { devOrigin, openPage: (page: string) => this.openPage(page), log: ground.log.log };
    hardenContents(parts);
    hardenSession(session.defaultSession, serveAssets(paths.ui), parts);
  }

  /** The icon, as soon as somebody would show it. On a desktop without a tray the app says so once. */
  async showTray(atLogin: boolean): Promise<TrayPresence> {
    const leaving = new AbortController();
    this.#owned.defer('tray search', () => leaving.abort());
    this.#render();
    try {
      this.#presence = await findTrayHost({ ...this.#parts, clock: systemClock, atLogin }, leaving.signal);
    } catch {
      return this.#presence; // The app ends while it searches.
    }
    if (this.#presence === 'no') {
      this.#tray.dispose();
      this.#tellOnce('no-tray', this.#words().noTray);
    }
    return this.#presence;
  }

  watchSystem(): void {
    const { ground, platform, env, home } = this.#parts;
    const watched = watchSystem({
      platform,
      env,
      home,
      clock: systemClock,
      log: ground.log,
      settings: ground.settings,
      words: () => this.#words(),
      perform: this.#perform,
      onSleep: () => this.#host?.manager().fleet.computerSleeps(),
      onAwake: () => {
        this.#host?.manager().fleet.hurry();
        void this.#store.refresh();
      },
      onLock: () => this.#windows.popover.hide(),
      onShutdown: () => this.#quitting.now(),
      onLook: () => this.#render(),
    });
    this.#owned.add('system', watched);
    const badge = createBadge();
    const unsubscribe = this.#store.onChange((state) => {
      this.#render();
      badge(state);
      this.#news.see(state);
    });
    this.#owned.defer('desktop state', unsubscribe);
  }

  /** The core, and from then on all that is shown of it. False = it could not be started and people gave up. */
  async startCore(): Promise<boolean> {
    const { ground, paths } = this.#parts;
    const input = { resourcesDir: paths.resources, uiDir: paths.ui, onShutdown: () => this.#quitting.now() };
    const open = (attempt: Disposables): Promise<RunningCore> => startCore(ground, input, attempt);
    const core = await openWithRetry(
      () => openOwned('core', this.#owned, open),
      () => this.#words(),
    );
    if (core === null) {
      this.#api.reject(new Error('The core was not started.'));
      return false;
    }
    this.#host = core.host;
    this.#core = createLocalApi(core.host, { checkOutputs: true });
    this.#owned.add('desktop store', this.#store);
    this.#owned.add('news', this.#news);
    this.#owned.add('windows', this.#windows);
    this.#news.follow(this.#core);
    this.#api.resolve(this.#core);
    await this.#store.follow(this.#core);
    return true;
  }

  async startUpdates(): Promise<void> {
    const { ground, paths } = this.#parts;
    this.#updates = await startUpdates({
      feedFile: paths.updateFeed,
      clock: systemClock,
      random: systemRandom,
      log: ground.log.log,
      onReady: (next) => {
        this.#store.setUpdate(next);
        this.#news.tell(this.#words().notify.update(next), this.#words().notify.updateBody);
      },
    });
    if (this.#updates !== null) this.#owned.defer('updates', this.#updates.stop);
  }

  #words(): Words {
    const { language } = this.#parts.ground.settings.get().desktop;
    return chooseWords(language, app.getPreferredSystemLanguages());
  }

  #dataDir(): string {
    return this.#parts.ground.configuration.current().dataDir;
  }

  #common() {
    return {
      clock: systemClock,
      log: this.#parts.ground.log.log,
      words: () => this.#words(),
      api: () => this.#core,
      state: () => this.#store.state,
    };
  }

  #newQuitting(): Quitting {
    return new Quitting({
      ...this.#common(),
      ask: this.#ask,
      dispose: async () => {
        await this.#owned.dispose();
        await this.#parts.closeGround();
      },
    });
  }

  #newWindows(): AppWindows {
    const { paths, file, devOrigin } = this.#parts;
    return new AppWindows({
      ...this.#common(),
      api: this.#api.promise,
      preload: paths.preload,
      icon: paths.windowIcon,
      title: this.#words().app,
      systemLanguage: chooseLanguage('system', app.getPreferredSystemLanguages()),
      isPackaged: app.isPackaged,
      devOrigin,
      file,
      guard: createActGuard({ ...this.#common(), ask: this.#ask }),
      onMade: (window) => this.#crashes.watch(window),
      onClose: () => this.#closed(),
      onSessionEnd: () => this.#quitting.now(),
    });
  }

  #newPerformer(): (action: DesktopAction) => void {
    const { ground, paths } = this.#parts;
    const about = { version, licencesFile: paths.licences, words: () => this.#words() };
    return createPerformer({
      ...this.#common(),
      settings: ground.settings,
      ask: this.#ask,
      openPage: (page) => this.openPage(page),
      quickView: () => this.#windows.popover.toggle(this.#tray.bounds()),
      showAbout: () => void showAbout(about),
      openConsole: () =>
        openLink(CONSOLE_URL, { openPage: (page) => this.openPage(page), log: ground.log.log }),
      showLogs: () => void shell.openPath(join(this.#dataDir(), 'logs')),
      installUpdate: () => {
        this.#quitting.agree();
        this.#updates?.install();
      },
      quit: () => app.quit(),
      tell: (title, body) => this.#news.tell(title, body),
    });
  }

  #render(): void {
    if (this.#presence === 'no') return;
    this.#tray.render(trayModel(this.#store.state, systemClock.now(), this.#words()));
  }

  #clicked(icon: Rectangle): void {
    const { trayClick } = this.#parts.ground.settings.get().desktop;
    if (trayClick === 'popover') this.#windows.popover.toggle(icon);
    else this.showWindow();
  }

  /** The close button leaves the app in the tray where there is one; elsewhere it quits, which may ask. */
  #closed(): 'close' | 'hide' | 'keep' {
    if (this.#quitting.isAgreed) return 'close';
    const { closeToTray } = this.#parts.ground.settings.get().desktop;
    if (this.#parts.platform === 'darwin' || (closeToTray && this.#presence === 'yes')) {
      this.#tellOnce('closed-to-tray', this.#words().close);
      return 'hide';
    }
    app.quit();
    return 'keep';
  }

  #tellOnce(hint: string, text: { readonly title: string; readonly body: string }): void {
    const key = `hint-${hint}`;
    if (this.#parts.file.get(key) === true) return;
    this.#parts.file.set(key, true);
    this.#news.tell(text.title, text.body);
  }
}
