import type { AppEvent } from '../../shared/api.ts';
import { assertNever } from '../../shared/errors.ts';
import { startWishOf, takenOf, type DeploymentView } from '../../shared/model.ts';
import type { UserSettings } from '../../shared/user-settings.ts';
import type { LocalApi } from '../control/local-api.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import { Emitter, type Disposable, type Unsubscribe } from '../platform/lifecycle.ts';
import type { UserSettingsStore } from '../settings/user-settings.ts';
import type { DesktopState } from './tray/tray-state.ts';

export interface DesktopStoreParts {
  readonly settings: Pick<UserSettingsStore, 'get' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
}

const REFRESH_MS = 60_000;
/** Changes that come together are told together. */
const TOGETHER_MS = 50;
/** Asked prices grow old. */
const QUOTE_LASTS_MS = 10 * 60_000;

/** What the desktop knows of the core: a snapshot, kept up by events. */
export class DesktopStore implements Disposable {
  readonly #parts: DesktopStoreParts;
  readonly #changed: Emitter<DesktopState>;
  readonly #ends: Unsubscribe[] = [];
  readonly #leaving = new AbortController();
  readonly #asked = new Map<string, number>();
  #state: DesktopState;
  #api: LocalApi | null = null;
  #telling: Unsubscribe | null = null;
  #isQuoting = false;

  constructor(parts: DesktopStoreParts) {
    this.#parts = parts;
    this.#changed = new Emitter((error) => parts.log.error({ err: error }, 'desktop listener failed'));
    this.#state = {
      status: null,
      deployments: [],
      costs: null,
      settings: parts.settings.get(),
      quotes: {},
      update: null,
    };
    this.#ends.push(parts.settings.onChange((settings: UserSettings) => this.#put({ settings })));
  }

  get state(): DesktopState {
    return this.#state;
  }

  onChange(listener: (state: DesktopState) => void): Unsubscribe {
    return this.#changed.subscribe(listener);
  }

  /** Begins to follow the core. */
  async follow(api: LocalApi): Promise<void> {
    this.#api = api;
    this.#ends.push(
      api.subscribe((event) => this.#apply(event)),
      this.#parts.clock.every(REFRESH_MS, () => void this.refresh()),
    );
    await this.refresh();
  }

  /** Reads everything anew; a failed look leaves what was known. */
  async refresh(): Promise<void> {
    const api = this.#api;
    if (api === null) return;
    const { signal } = this.#leaving;
    const read = async (change: () => Promise<Partial<DesktopState>>): Promise<void> => {
      try {
        this.#put(await change());
      } catch (error) {
        if (!signal.aborted) this.#parts.log.debug({ err: error }, 'the desktop could not read the core');
      }
    };
    // Each by itself: a tray without costs still stops what runs.
    await Promise.all([
      read(async () => ({ status: await api.call('app.status', {}, signal) })),
      read(async () => api.call('deployments.list', {}, signal)),
      read(async () => ({ costs: await api.call('costs.summary', {}, signal) })),
    ]);
  }

  setUpdate(update: string | null): void {
    this.#put({ update });
  }

  dispose(): void {
    this.#leaving.abort();
    this.#telling?.();
    for (const end of this.#ends.splice(0)) end();
  }

  #apply(event: AppEvent): void {
    const { deployments, costs } = this.#state;
    switch (event.name) {
      case 'deployment.changed': {
        const rest = deployments.filter((view) => view.id !== event.payload.id);
        return this.#put({ deployments: [...rest, event.payload] });
      }
      case 'deployment.removed':
        return this.#put({ deployments: deployments.filter((view) => view.id !== event.payload.id) });
      case 'costs.changed':
        return costs === null ? undefined : this.#put({ costs: { ...costs, ...event.payload } });
      case 'app.changed':
        this.#put({ status: event.payload });
        return void this.refresh();
      case 'history.added':
      case 'sweep.changed':
      case 'request.finished':
      case 'notification':
        return undefined;
      default:
        return assertNever(event);
    }
  }

  #put(change: Partial<DesktopState>): void {
    this.#state = { ...this.#state, ...change };
    void this.#quote();
    this.#telling ??= this.#parts.clock.after(TOGETHER_MS, () => {
      this.#telling = null;
      this.#changed.emit(this.#state);
    });
  }

  /** Asks what starting each sleeping deployment would cost, one after the other. */
  async #quote(): Promise<void> {
    const api = this.#api;
    if (api === null || this.#isQuoting) return;
    this.#isQuoting = true;
    try {
      for (let view = this.#due(); view !== undefined; view = this.#due()) {
        this.#asked.set(view.id, this.#parts.clock.monotonic());
        const usdPerHour = await this.#priceOf(api, view);
        if (this.#leaving.signal.aborted) return;
        this.#state = { ...this.#state, quotes: { ...this.#state.quotes, [view.id]: usdPerHour } };
        this.#put({});
      }
    } finally {
      this.#isQuoting = false;
    }
  }

  #due(): DeploymentView | undefined {
    const now = this.#parts.clock.monotonic();
    return this.#state.deployments.find((view) => {
      const asked = this.#asked.get(view.id);
      return view.actions.includes('start') && (asked === undefined || now - asked > QUOTE_LASTS_MS);
    });
  }

  /** null = nothing fits, or the question failed. */
  async #priceOf(api: LocalApi, view: DeploymentView): Promise<number | null> {
    try {
      const plan = await api.call('plan.make', startWishOf(view), this.#leaving.signal);
      return takenOf(plan)?.usdPerHour ?? null;
    } catch (error) {
      this.#parts.log.debug({ err: error, model: view.spec.model }, 'no price for the tray');
      return null;
    }
  }
}
