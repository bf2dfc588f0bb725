import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Coding agents as their users install them. Exact versions: what they send changes from week to week. */
const PACKAGES = {
  codex: ['@openai/codex', '0.169.0'],
  claude: ['@anthropic-ai/claude-code', '2.1.330'],
  opencode: ['opencode-ai', '1.18.33'],
  // Its main package installs by a script; a platform's own is the whole program.
  kilo: [`@kilocode/cli-${process.platform}-${process.arch}`, '7.7.9'],
} as const;
export type AgentName = keyof typeof PACKAGES;

const INSTALL_MS = 300_000;

/** The program, run without a package's install scripts; a platform's binary lies in a package of its own. */
function programIn(folder: string, agent: AgentName): readonly string[] {
  const modules = join(folder, 'node_modules');
  const { platform, arch } = process;
  const exe = platform === 'win32' ? '.exe' : '';
  switch (agent) {
    case 'codex':
      return [process.execPath, join(modules, '@openai', 'codex', 'bin', 'codex.js')];
    case 'claude':
      return [join(modules, '@anthropic-ai', `claude-code-${platform}-${arch}`, `claude${exe}`)];
    case 'opencode': {
      const system = platform === 'win32' ? 'windows' : platform;
      return [join(modules, `opencode-${system}-${arch}`, 'bin', `opencode${exe}`)];
    }
    case 'kilo':
      return [join(modules, '@kilocode', `cli-${platform}-${arch}`, 'bin', `kilo${exe}`)];
  }
}

export type Installed = { readonly command: readonly string[]; remove(): void } | { readonly reason: string };

/**
 * Installs an agent from npm into a folder of its own, in bounded time. `AGENTS_DIR` names a folder to keep and use again.
 * @returns why not, when the registry or this platform does not offer it
 */
export function installAgent(agent: AgentName): Installed {
  const [name, version] = PACKAGES[agent];
  const kept = process.env['AGENTS_DIR'];
  const folder = kept === undefined ? mkdtempSync(join(tmpdir(), `agent-${agent}-`)) : join(kept, agent);
  mkdirSync(folder, { recursive: true });
  const remove = (): void => {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const command = programIn(folder, agent);
  if (!existsSync(command.at(-1) ?? '')) {
    const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
    const npm = spawnSync('npm', [...args, `${name}@${version}`], { encoding: 'utf8', timeout: INSTALL_MS });
    if (npm.status !== 0 || !existsSync(command.at(-1) ?? '')) {
      remove();
      const said = `${npm.error?.message ?? ''} ${npm.stderr ?? ''}`.trim().slice(0, 300);
      return { reason: `${name}@${version} cannot be had for this machine from npm: ${said}` };
    }
  }
  return { command, remove };
}

export interface AgentRun {
  readonly child: ChildProcess;
  /** Everything it printed so far, both streams. */
  output(): string;
  /** Its exit code; null = a signal. */
  readonly ended: Promise<number | null>;
}

/** An agent at work in an empty home and project, knowing nothing of the user's. */
export class AgentHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'agent-home-'));
  readonly project = join(this.folder, 'project');
  readonly #runs: AgentRun[] = [];

  constructor() {
    mkdirSync(this.project);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  run(command: readonly string[], env: Readonly<Record<string, string>>): AgentRun {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: this.project,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder,
        XDG_CONFIG_HOME: join(this.folder, 'config'),
        XDG_DATA_HOME: join(this.folder, 'data'),
        XDG_STATE_HOME: join(this.folder, 'state'),
        XDG_CACHE_HOME: join(this.folder, 'cache'),
        NO_COLOR: '1',
        ...env,
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
    }
    const ended = new Promise<number | null>((resolve) => {
      child.on('error', () => resolve(null));
      child.on('exit', (code) => resolve(code));
    });
    const run = { child, output: () => text, ended };
    this.#runs.push(run);
    return run;
  }

  /** Ends what still runs, children included, and removes the folder. */
  async remove(): Promise<void> {
    for (const { child } of this.#runs) {
      if (child.exitCode === null && child.signalCode === null) killGroup(child);
    }
    await Promise.all(this.#runs.map((run) => run.ended));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
