import { homedir } from 'node:os';
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { SecretStatus } from '../../shared/model.ts';
import { asAppError } from '../../shared/errors.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { Emitter, type Disposable, type Unsubscribe } from '../platform/lifecycle.ts';
import type { AppConfig } from './app-config.ts';
import { describeConfig, type ConfigValue } from './describe-config.ts';
import { leavesOf, loadConfig, type ConfigInput, type LoadedConfig } from './load-config.ts';

export interface ConfigChange {
  readonly config: AppConfig;
  /** Paths in the file's form, such as `log_level`; a changed deployment by its name. */
  readonly changed: readonly string[];
  /** Those of them that count only after the next start. */
  readonly afterRestart: readonly string[];
}

/** The configuration of a running app: the last good one, and what is wrong with the file if anything is. */
export interface ConfigSource extends Disposable {
  current(): AppConfig;
  /** What is wrong with the file now; the last good configuration stays. null = nothing. */
  problem(): string | null;
  /** What was understood otherwise than written, for people. */
  notes(): readonly string[];
  /** Every value with its source; pass the secrets' status to show them too, masked. */
  describe(secrets?: readonly SecretStatus[]): ConfigValue[];
  /** Called after the configuration or its problem changed. */
  onChange(listener: (change: ConfigChange) => void): Unsubscribe;
  dispose(): void;
}

export interface ConfigSourceInput extends Pick<ConfigInput, 'flags'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly home?: string;
  readonly platform?: NodeJS.Platform;
  readonly clock?: Clock;
  /** How often the file is looked at. */
  readonly pollMs?: number;
}

const POLL_MS = 2000;

/** Addresses and folders are taken at the start; a change of them counts after the next one. */
const AFTER_RESTART =
  /^(?:data_dir|cache_dir|cloud|runpod|huggingface|docker|proxy\.(?:host|port|max_connections|cache\.(?:memory|disk)_mb)|control|sandbox|logs)(?:\.|$)/;

/**
 * Loads the configuration and watches its file.
 * @throws AppError config_invalid when it is bad at the start
 */
export function openConfiguration(input: ConfigSourceInput): ConfigSource {
  return new WatchedConfig(input);
}

class WatchedConfig implements ConfigSource {
  readonly #input: ConfigInput;
  readonly #changes: Emitter<ConfigChange>;
  readonly #stop: Unsubscribe;
  #loaded: LoadedConfig;
  #problem: string | null = null;
  /** How the file looked when it was last read, and at the last glance. */
  #read: string;
  #seen: string;

  constructor(input: ConfigSourceInput) {
    const { clock = systemClock, pollMs = POLL_MS } = input;
    this.#input = {
      flags: input.flags,
      env: input.env,
      cwd: input.cwd ?? process.cwd(),
      home: input.home ?? homedir(),
      platform: input.platform ?? process.platform,
    };
    this.#changes = new Emitter((error) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#problem = `A part of the app could not take the changed configuration: ${reason}`;
    });
    this.#loaded = loadConfig(this.#input);
    this.#read = appearance(this.#loaded.filePath);
    this.#seen = this.#read;
    // Looking works on every file system, which notifications do not, and costs one call.
    this.#stop = clock.every(pollMs, () => this.#look());
  }

  current(): AppConfig {
    return this.#loaded.config;
  }

  problem(): string | null {
    return this.#problem;
  }

  notes(): readonly string[] {
    return this.#loaded.notes;
  }

  describe(secrets: readonly SecretStatus[] = []): ConfigValue[] {
    return describeConfig(this.#loaded, secrets);
  }

  onChange(listener: (change: ConfigChange) => void): Unsubscribe {
    return this.#changes.subscribe(listener);
  }

  dispose(): void {
    this.#stop();
  }

  #look(): void {
    const now = appearance(this.#loaded.filePath);
    const isSettled = now === this.#seen;
    this.#seen = now;
    // An editor may be in the middle of writing: a file is read once it looked the same twice.
    if (!isSettled || now === this.#read) return;
    this.#read = now;
    this.#reload(now);
  }

  #reload(look: string): void {
    const before = this.#loaded;
    const problemBefore = this.#problem;
    try {
      if (look === GONE) throw new Error(`${before.filePath} is gone; the last good configuration is kept.`);
      this.#loaded = loadConfig(this.#input);
      this.#problem = null;
    } catch (error) {
      this.#problem = look === GONE && error instanceof Error ? error.message : asAppError(error).message;
    }
    const changed = changedPaths(before, this.#loaded);
    if (changed.length === 0 && this.#problem === problemBefore) return;
    this.#changes.emit({
      config: this.#loaded.config,
      changed,
      afterRestart: changed.filter((path) => AFTER_RESTART.test(path)),
    });
  }
}

const GONE = 'gone';

/** Tells one state of a file from another without reading it. */
function appearance(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? GONE : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

/** A deployment is changed as a whole, everything else value by value. */
function changedPaths(before: LoadedConfig, after: LoadedConfig): string[] {
  if (before === after) return [];
  const old = new Map(leavesOf(before.config).map((leaf) => [leaf.name, leaf]));
  const now = new Map(leavesOf(after.config).map((leaf) => [leaf.name, leaf]));
  const leaves = [...now.values(), ...old.values()];
  const changed = leaves.filter(({ name }) => !isDeepStrictEqual(old.get(name)?.value, now.get(name)?.value));
  return [...new Set(changed.map((leaf) => leaf.whole))];
}
