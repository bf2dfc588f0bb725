import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { electronProgram } from '../../../scripts/desktop-runtime.ts';
import { Desktop, type DesktopHome, type DesktopOptions, type Exit } from '../desktop/desktop.ts';
import { fakeBus } from '../desktop/fake-bus.ts';
import type { Command } from '../desktop/protocol.ts';
import { root } from '../desktop-double/built-app.ts';
import { cleanEnv } from '../processes.ts';

/** Electron's own program; null = it is not here, as where it cannot be downloaded. */
export const program = electronProgram(root);

/** The built app in Electron itself, with a recorder in its main process. */
export class ElectronApp extends Desktop {
  readonly #app: ElectronApplication;
  readonly ended: Promise<Exit>;
  #output = '';

  private constructor(app: ElectronApplication) {
    super();
    this.#app = app;
    const child = app.process();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.ended = new Promise((done) => {
      child.once('close', (code) => done({ code, output: this.#output }));
    });
  }

  static async start(home: DesktopHome, options: DesktopOptions = {}): Promise<ElectronApp> {
    const { executablePath, args, env } = launchOf(home, options);
    const recorder = join(import.meta.dirname, 'recorder.cjs');
    return new ElectronApp(await _electron.launch({ executablePath, args: ['-r', recorder, ...args], env }));
  }

  /** A later start of the program on the same home: hands its arguments over and ends. */
  static later(home: DesktopHome, options: DesktopOptions = {}): Promise<Exit> {
    const { executablePath, args, env } = launchOf(home, options);
    const child = spawn(executablePath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    return new Promise((done) => {
      child.once('close', (code) => done({ code, output }));
    });
  }

  get output(): string {
    return this.#output;
  }

  async ask<T = unknown>(command: Command): Promise<T> {
    const answer: unknown = await this.#app.evaluate((_modules, asked) => {
      const record: unknown = Reflect.get(globalThis, 'desktopRecorder');
      if (typeof record !== 'function') throw new Error('The recorder was not loaded.');
      return Reflect.apply(record, undefined, [asked]) as unknown;
    }, command);
    return answer as T;
  }

  protected pages(): readonly Page[] {
    return this.#app.windows();
  }

  signal(signal: NodeJS.Signals): void {
    this.#app.process().kill(signal);
  }

  async end(): Promise<void> {
    const child = this.#app.process();
    if (child.exitCode === null) child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(killer);
  }
}

function launchOf(
  home: DesktopHome,
  options: DesktopOptions,
): { readonly executablePath: string; readonly args: string[]; readonly env: Record<string, string> } {
  if (program === null) throw new Error('Electron’s program is not installed.');
  const bin = fakeBus(home, options.trayHost ?? 'yes');
  const display = ['DISPLAY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'XAUTHORITY'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = cleanEnv({
    RUNPOD_LLM_DATA_DIR: home.dataDir,
    XDG_CONFIG_HOME: join(home.folder, 'config'),
    ...Object.fromEntries(display),
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    ...options.env,
  });
  return {
    executablePath: program,
    args: [root, '--port', '0', '--control-port', '0', ...(options.args ?? [])],
    env: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}
