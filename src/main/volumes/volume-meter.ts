import { asAppError, isAbort } from '../../shared/errors.ts';
import { HOURS_PER_MONTH } from '../../shared/money.ts';
import type { Ledger } from '../costs/ledger.ts';
import { networkVolumeUsdPerMonth } from '../costs/pricing.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { NetworkVolume, RunPodApi } from '../runpod/api.ts';
import { modelOfVolume } from './volume-name.ts';

export interface VolumeMeterParts {
  readonly api: Pick<RunPodApi, 'clockOffsetMs'> & {
    readonly networkVolumes: Pick<RunPodApi['networkVolumes'], 'list'>;
  };
  readonly ledger: Pick<Ledger, 'observe' | 'close' | 'open'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ids of the volumes that deployments mount. */
  readonly mounted: () => ReadonlySet<string>;
}

/** Volumes change rarely, and what one costs in this time is less than a cent. */
const LOOK_MS = 10 * 60_000;

/**
 * Keeps the ledger's account of network volumes, which bill in every state (FACTS 2.8, trap 15): those that a deployment
 * mounts or that this app made, under no deployment, since they outlive the deployments that share them. Others in the
 * account are somebody's own; they count in what rests, not in what the app spent.
 */
export class VolumeMeter {
  readonly #parts: VolumeMeterParts;
  readonly #end = new AbortController();
  #known: readonly NetworkVolume[] | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #stop: () => void = () => {};

  constructor(parts: VolumeMeterParts) {
    this.#parts = parts;
  }

  start(): void {
    this.look();
    this.#stop = this.#parts.clock.every(LOOK_MS, () => this.look());
  }

  async dispose(): Promise<void> {
    this.#stop();
    this.#end.abort();
    await this.#running;
  }

  /** Looks now: one was made or deleted, or somebody wants to know. */
  look(): void {
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#running = this.#look().finally(() => {
      this.#running = null;
      if (!this.#again || this.#end.signal.aborted) return;
      this.#again = false;
      this.look();
    });
  }

  /** A month of all volumes in the account, and of those in the ledger; null = they could not be read yet. */
  usdPerMonth(): { readonly all: number; readonly metered: number } | null {
    if (this.#known === null) return null;
    return { all: sumOf(this.#known), metered: sumOf(this.#known.filter((volume) => this.#isOurs(volume))) };
  }

  async #look(): Promise<void> {
    const { api, log } = this.#parts;
    try {
      this.#known = await api.networkVolumes.list(this.#end.signal);
    } catch (error) {
      if (isAbort(error) && this.#end.signal.aborted) return;
      // What was known goes on billing; a key that may not read volumes knows none.
      log.debug({ code: asAppError(error).code }, 'network volumes could not be read');
      return;
    }
    this.#book(this.#known);
  }

  #book(volumes: readonly NetworkVolume[]): void {
    const { ledger, clock, api } = this.#parts;
    const now = clock.now() + api.clockOffsetMs();
    const ours = volumes.filter((volume) => this.#isOurs(volume));
    for (const volume of ours) {
      const owner = { deploymentId: null, deploymentName: null };
      const usdPerHour = networkVolumeUsdPerMonth(volume.size) / HOURS_PER_MONTH;
      ledger.observe({ ...owner, resourceId: volume.id, kind: 'volume', usdPerHour }, now, now);
    }
    const alive = new Set(ours.map(({ id }) => id));
    for (const { resourceId, kind } of ledger.open()) {
      if (kind !== 'volume' || alive.has(resourceId)) continue;
      // It ended since the last look: booked at the later instant, and left to the bill.
      ledger.close(resourceId, kind, now, {
        estimated: true,
        note: 'deleted, or mounted by no deployment any more',
      });
    }
  }

  /** Once in the ledger it stays there for as long as it exists: who mounts it changes, its bill does not. */
  #isOurs({ id, name }: NetworkVolume): boolean {
    const { ledger, mounted } = this.#parts;
    return (
      mounted().has(id) ||
      modelOfVolume(name) !== null ||
      ledger.open().some(({ resourceId }) => resourceId === id)
    );
  }
}

const sumOf = (volumes: readonly NetworkVolume[]): number =>
  volumes.reduce((sum, { size }) => sum + networkVolumeUsdPerMonth(size), 0);
