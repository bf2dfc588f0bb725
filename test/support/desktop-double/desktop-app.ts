import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { cleanEnv } from '../processes.ts';
import type { Command, Seen, SeenItem, Told } from './protocol.ts';

const here = import.meta.dirname;

export interface DesktopOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another system's habits; the machine stays what it is. */
  readonly platform?: 'darwin' | 'win32' | 'linux';
  /** What answers whether somebody shows tray icons: yes, no, or no session bus at all. */
  readonly trayHost?: 'yes' | 'no' | 'unknown';
  readonly packaged?: boolean;
  readonly languages?: string;
  /** The app's folder, of a built tree or of an unpacked archive. */
  readonly root?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly output: string;
}

/** A folder that outlives restarts of the app, with the data and the browser profile in it. */
export class DesktopHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'rplm-desktop-'));

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The built app under the double, as a user and the system see it. */
export class DesktopApp {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly ended: Promise<Exit>;
  readonly milestones = new Map<string, number>();
  #browser: Browser | null = null;
  readonly #crashed = new Set<Page>();
  #lastId = 0;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    child.on('message', (told: Told) => this.#heard(told));
    this.ended = new Promise((done) => {
      child.once('close', (code) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`The app ended.\n${this.#output}`));
        done({ code, output: this.#output });
      });
    });
  }

  static async start(home: DesktopHome, options: DesktopOptions = {}): Promise<DesktopApp> {
    const app = new DesktopApp(launch(home, options, join(home.folder, 'profile')));
    const port = await Promise.race([
      new Promise<string>((done) => {
        app.#child.on('message', (told: Told) => 'started' in told && done(told.started.devtools));
      }),
      app.ended.then(({ output }) => Promise.reject(new Error(`The app did not start:\n${output}`))),
    ]);
    app.#browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    for (const context of app.#browser.contexts()) {
      for (const page of context.pages()) app.#note(page);
      context.on('page', (page) => app.#note(page));
    }
    return app;
  }

  /** A later start of the program on the same home: hands its arguments over and ends. */
  static later(home: DesktopHome, options: DesktopOptions = {}): Promise<Exit> {
    return new DesktopApp(launch(home, options, '')).ended;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#output;
  }

  async ask<T = unknown>(command: Command): Promise<T> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.send({ id, command });
    return (await answer) as T;
  }

  see(): Promise<Seen> {
    return this.ask<Seen>({ do: 'see' });
  }

  /** Looks until what is seen satisfies; then returns it. */
  async until(what: string, holds: (seen: Seen) => boolean, timeoutMs = 20_000): Promise<Seen> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const seen = await this.see();
      if (holds(seen)) return seen;
      if (performance.now() > end) {
        throw new Error(
          `${what} was not seen within ${timeoutMs} ms:\n${JSON.stringify(seen, null, 1)}\n${this.#output}`,
        );
      }
      await new Promise((done) => setTimeout(done, 40));
    }
  }

  clickMenu(...path: readonly string[]): Promise<unknown> {
    return this.ask({ do: 'click-menu', menu: 'tray', path });
  }

  /** Waits for a box and answers it; returns what it said. */
  async answer(label: string, timeoutMs?: number): Promise<Seen['dialogs'][number]> {
    const isThere = (seen: Seen): boolean => seen.dialogs.some((dialog) => dialog.buttons.includes(label));
    const { dialogs } = await this.until(`a box with "${label}"`, isThere, timeoutMs);
    const dialog = dialogs.find(({ buttons }) => buttons.includes(label));
    await this.ask({ do: 'answer', label });
    if (dialog === undefined) throw new Error('The box is gone.');
    return dialog;
  }

  /** The page of a window, as Playwright drives it. */
  async page(which: 'main' | '#/popover' = 'main'): Promise<Page> {
    const end = performance.now() + 20_000;
    for (;;) {
      const pages = this.#browser?.contexts().flatMap((context) => context.pages()) ?? [];
      const found = pages.find((page) => {
        const isOurs = page.url().includes('bundle.app.test/index.html');
        return (
          isOurs && !this.#crashed.has(page) && page.url().endsWith('#/popover') === (which === '#/popover')
        );
      });
      if (found !== undefined) return found;
      if (performance.now() > end) {
        throw new Error(
          `No page ${which} among ${pages.map((page) => page.url()).join(', ')}\n${this.#output}`,
        );
      }
      await new Promise((done) => setTimeout(done, 40));
    }
  }

  async quit(): Promise<Exit> {
    await this.ask({ do: 'quit' }).catch(() => undefined);
    return this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process however it stands; for the end of a test. */
  async end(): Promise<void> {
    await this.#browser?.close().catch(() => undefined);
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(killer);
  }

  #note(page: Page): void {
    page.on('crash', () => this.#crashed.add(page));
  }

  #heard(told: Told): void {
    if ('milestone' in told) this.milestones.set(told.milestone, told.ms);
    if (!('id' in told)) return;
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.ok) waiting?.resolve(told.value);
    else waiting?.reject(new Error(told.error));
  }
}

/** Finds an item by the beginning of its label, at any depth of `path`. */
export function menuItem(items: readonly SeenItem[], ...path: readonly string[]): SeenItem | undefined {
  const [label = '', ...rest] = path;
  const found = items.find((item) => item.label.startsWith(label) && item.type !== 'separator');
  return rest.length === 0 || found === undefined ? found : menuItem(found.items, ...rest);
}

function launch(home: DesktopHome, options: DesktopOptions, profile: string): ChildProcess {
  const root = options.root ?? resolve(here, '../../..');
  const bin = fakeBus(home, options.trayHost ?? 'yes');
  return spawn(
    process.execPath,
    [
      '--import',
      join(here, 'register.ts'),
      join(here, 'run.ts'),
      join(root, 'out/main/index.js'),
      profile,
      '--port',
      '0',
      '--control-port',
      '0',
      ...(options.args ?? []),
    ],
    {
      cwd: root,
      env: cleanEnv({
        RUNPOD_LLM_DATA_DIR: home.dataDir,
        XDG_CONFIG_HOME: join(home.folder, 'config'),
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
        ...(options.platform === undefined ? {} : { DESKTOP_DOUBLE_PLATFORM: options.platform }),
        ...(options.packaged === true ? { DESKTOP_DOUBLE_PACKAGED: '1' } : {}),
        ...(options.languages === undefined ? {} : { DESKTOP_DOUBLE_LANGUAGES: options.languages }),
        ...options.env,
      }),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
}

/** The session bus as far as the app asks it: whether a StatusNotifierHost is registered. */
function fakeBus(home: DesktopHome, host: 'yes' | 'no' | 'unknown'): string {
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
