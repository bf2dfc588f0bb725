import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRunner, RealContainer } from '../pods/runtimes.ts';
import type { SandboxOptions } from '../types.ts';
import type { World } from '../world.ts';
import { ProcessContainer } from './real-container.ts';
import { writePrograms, type Programs } from './shim.ts';
import { ShimServer } from './shim-server.ts';

const PREFIX = 'runpod-sandbox-';

/** Runs start commands as processes of this machine; its folder is made on first use. */
export class ProcessRunner implements ContainerRunner {
  readonly #world: World;
  readonly #wanted: SandboxOptions['runProcesses'];
  readonly #shims = new ShimServer();
  #place: { readonly folder: string; readonly programs: Programs } | null = null;

  constructor(world: World, wanted: SandboxOptions['runProcesses']) {
    this.#world = world;
    this.#wanted = wanted;
  }

  accepts(argv: readonly string[]): boolean {
    return typeof this.#wanted === 'function' ? this.#wanted(argv) : this.#wanted;
  }

  run(...[pod, boot, argv, hooks]: Parameters<ContainerRunner['run']>): RealContainer {
    this.#place ??= makePlace();
    const { folder, programs } = this.#place;
    const home = join(folder, `${pod.id}-${boot.n}`);
    mkdirSync(home, { recursive: true });
    const parts = { world: this.#world, programs, shims: this.#shims, hooks, home };
    return new ProcessContainer(parts, pod, boot, argv);
  }

  async dispose(): Promise<void> {
    await this.#shims.dispose();
    if (this.#place !== null) rmSync(this.#place.folder, { recursive: true, force: true });
  }
}

/** The folder's name carries the process, so that what a killed one left behind can be told and removed. */
function makePlace(): { readonly folder: string; readonly programs: Programs } {
  for (const entry of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  return { folder, programs: writePrograms(folder) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process: not ours to clean up after.
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM';
  }
}
