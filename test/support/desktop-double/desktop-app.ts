import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { cleanEnv } from '../processes.ts';
import { Desktop, type DesktopHome, type DesktopOptions, type Exit } from '../desktop/desktop.ts';
import { fakeBus } from '../desktop/fake-bus.ts';
import type { Command, Told } from '../desktop/protocol.ts';

const here = import.meta.dirname;

export interface DoubleOptions extends DesktopOptions {
  /** Another system's habits; the machine stays what it is. */
  readonly platform?: 'darwin' | 'win32' | 'linux';
  readonly packaged?: boolean;
  readonly languages?: string;
  /** The app's folder, of a built tree or of an unpacked archive. */
  readonly root?: string;
}

/** The built app under the double, as a user and the system see it. */
export class DesktopApp extends Desktop {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly ended: Promise<Exit>;
  readonly milestones = new Map<string, number>();
  #rssBefore = 0;
  #browser: Browser | null = null;
  readonly #crashed = new Set<Page>();
  #lastId = 0;
  #output = '';

  private constructor(child: ChildProcess) {
    super();
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

  static async start(home: DesktopHome, options: DoubleOptions = {}): Promise<DesktopApp> {
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
  static later(home: DesktopHome, options: DoubleOptions = {}): Promise<Exit> {
    return new DesktopApp(launch(home, options, '')).ended;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What the process took before the app's first line, in bytes. */
  get rssBefore(): number {
    return this.#rssBefore;
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

  protected pages(): readonly Page[] {
    const pages = this.#browser?.contexts().flatMap((context) => context.pages()) ?? [];
    return pages.filter(
      (page) => page.url().includes('bundle.app.test/index.html') && !this.#crashed.has(page),
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

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
    if ('started' in told) this.#rssBefore = told.started.rss;
    if (!('id' in told)) return;
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.ok) waiting?.resolve(told.value);
    else waiting?.reject(new Error(told.error));
  }
}

function launch(home: DesktopHome, options: DoubleOptions, profile: string): ChildProcess {
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
