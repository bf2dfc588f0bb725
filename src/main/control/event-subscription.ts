import type { EventSourceMessage } from 'eventsource-parser';
import { events, type AppEvent, type EventName, type EventPayload } from '../../shared/api.ts';
import { AppError, isAbort } from '../../shared/errors.ts';
import type { AppStatus, DeploymentView } from '../../shared/model.ts';
import type { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { Emitter, type Disposable, type Unsubscribe } from '../platform/lifecycle.ts';

export interface EventSubscriptionOptions {
  /** Opens `GET /control/events`. */
  readonly open: (signal: AbortSignal) => AsyncIterable<EventSourceMessage>;
  /** What subscribers must know after they may have missed something. */
  readonly readState: (
    signal: AbortSignal,
  ) => Promise<{ readonly deployments: readonly DeploymentView[]; readonly status: AppStatus }>;
  readonly clock: Clock;
  /** A listener threw, or the code here did. */
  readonly onError: (error: unknown) => void;
}

const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 10_000;

const payloads: { readonly [N in EventName]: z.ZodType<EventPayload<N>> } = events;

/**
 * One connection for all listeners, open while there are any, opened again after every loss. Whenever it opens, and
 * after the instance has dropped events, the state is told anew: every deployment as changed, those that have gone as
 * removed. So nothing is missed between looking and listening, nor while the connection was lost.
 */
export class EventSubscription implements Disposable {
  readonly #options: EventSubscriptionOptions;
  readonly #emitter: Emitter<AppEvent>;
  readonly #known = new Map<string, string>();
  #running: AbortController | null = null;

  constructor(options: EventSubscriptionOptions) {
    this.#options = options;
    this.#emitter = new Emitter(options.onError);
  }

  subscribe(listener: (event: AppEvent) => void): Unsubscribe {
    const unsubscribe = this.#emitter.subscribe(listener);
    if (this.#running === null) {
      this.#running = new AbortController();
      void this.#run(this.#running.signal).catch(this.#options.onError);
    }
    return () => {
      unsubscribe();
      if (this.#emitter.size === 0) this.dispose();
    };
  }

  dispose(): void {
    this.#running?.abort();
    this.#running = null;
    this.#known.clear();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let waitMs = RETRY_FIRST_MS;
    while (!signal.aborted) {
      try {
        for await (const message of this.#options.open(signal)) {
          waitMs = RETRY_FIRST_MS;
          if (message.event === 'hello' || message.event === 'lagged') await this.#catchUp(signal);
          this.#hear(message);
        }
      } catch (error) {
        if (!(error instanceof AppError) && !isAbort(error)) throw error;
      }
      if (signal.aborted) return;
      await this.#options.clock.sleep(waitMs, signal).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, RETRY_MOST_MS);
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { deployments, status } = await this.#options.readState(signal);
    const present = new Set(deployments.map((view) => view.id));
    for (const [id, name] of Array.from(this.#known)) {
      if (!present.has(id)) this.#tell({ name: 'deployment.removed', payload: { id, name } });
    }
    for (const view of deployments) this.#tell({ name: 'deployment.changed', payload: view });
    this.#tell({ name: 'app.changed', payload: status });
  }

  /** Unknown events and payloads pass silently: a newer instance may say more than this client understands. */
  #hear(message: EventSourceMessage): void {
    const name = message.event;
    if (name === undefined || !isEventName(name)) return;
    const event = eventOf(name, message.data);
    if (event !== null) this.#tell(event);
  }

  #tell(event: AppEvent): void {
    if (event.name === 'deployment.changed') this.#known.set(event.payload.id, event.payload.name);
    if (event.name === 'deployment.removed') this.#known.delete(event.payload.id);
    this.#emitter.emit(event);
  }
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

function eventOf(name: EventName, data: string): AppEvent | null {
  const make = makers[name];
  try {
    return make(JSON.parse(data));
  } catch {
    return null;
  }
}

const maker =
  <N extends EventName>(name: N) =>
  (payload: unknown): { readonly name: N; readonly payload: EventPayload<N> } => ({
    name,
    payload: payloads[name].parse(payload),
  });

const makers: { readonly [N in EventName]: (payload: unknown) => AppEvent } = {
  'deployment.changed': maker('deployment.changed'),
  'deployment.removed': maker('deployment.removed'),
  'history.added': maker('history.added'),
  'sweep.changed': maker('sweep.changed'),
  'costs.changed': maker('costs.changed'),
  'app.changed': maker('app.changed'),
  'request.finished': maker('request.finished'),
  notification: maker('notification'),
};
