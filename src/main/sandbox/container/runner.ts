import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRunner, RealContainer } from '../pods/runtimes.ts';
import type { SandboxOptions } from '../types.ts';
import type { World } from '../world.ts';
import { ProcessContainer } from './real-container.ts';
import { writePrograms, type Programs } from './shim.ts';
import { ShimServer } from './shim-server.ts';

/** Runs start commands as processes of this machine; its folder of programs is made on first use. */
export class ProcessRunner implements ContainerRunner {
  readonly #world: World;
  readonly #wanted: SandboxOptions['runProcesses'];
  readonly #shims = new ShimServer();
  #folder: string | null = null;
  #programs: Programs | null = null;

  constructor(world: World, wanted: SandboxOptions['runProcesses']) {
    this.#world = world;
    this.#wanted = wanted;
  }

  accepts(argv: readonly string[]): boolean {
    return typeof this.#wanted === 'function' ? this.#wanted(argv) : this.#wanted;
  }

  run(...[pod, boot, argv, hooks]: Parameters<ContainerRunner['run']>): RealContainer {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'runpod-sandbox-bin-'));
    this.#programs ??= writePrograms(this.#folder);
    const parts = { world: this.#world, programs: this.#programs, shims: this.#shims, hooks };
    return new ProcessContainer(parts, pod, boot, argv);
  }

  async dispose(): Promise<void> {
    await this.#shims.dispose();
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }
}
