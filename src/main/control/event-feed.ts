import type { AppEvent } from '../../shared/api.ts';
import type { Clock } from '../platform/clock.ts';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import { sseFrame, type SseChannel } from './sse-channel.ts';

export interface EventFeedOptions {
  readonly subscribe: (listener: (event: AppEvent) => void) => Unsubscribe;
  readonly clock: Clock;
  /** Data of the first event, `hello`. */
  readonly hello: object;
  readonly heartbeatMs: number;
  /** Events kept for a reader that has stopped reading. */
  readonly mostQueued: number;
}

/**
 * `GET /control/events`: `hello`, then every event in order, with a comment as heartbeat. A reader that falls more than
 * `mostQueued` events behind loses them all and is told by `lagged { dropped }`; after `hello` and after `lagged` the
 * reader reads the state anew. `bye` is the last event of a server that ends.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #readers = new Set<SseChannel>();

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#readers.size;
  }

  attach(channel: SseChannel): void {
    const { clock, hello, heartbeatMs, subscribe } = this.#options;
    const outbox = new Outbox(channel, this.#options.mostQueued);
    this.#readers.add(channel);
    outbox.push(sseFrame('hello', hello));
    const unsubscribe = subscribe((event) => outbox.push(sseFrame(event.name, event.payload)));
    const stopBeating = clock.every(heartbeatMs, () => {
      if (channel.ready) channel.write(': \n\n');
    });
    channel.left.addEventListener(
      'abort',
      () => {
        this.#readers.delete(channel);
        unsubscribe();
        stopBeating();
      },
      { once: true },
    );
  }

  /** Tells every reader that no more will come. */
  close(): void {
    for (const channel of this.#readers) {
      channel.write(sseFrame('bye', {}));
      channel.end();
    }
  }
}

/** Frames on their way to one reader, bounded. */
class Outbox {
  readonly #channel: SseChannel;
  readonly #most: number;
  #waiting: string[] = [];
  #dropped = 0;
  #draining = false;

  constructor(channel: SseChannel, most: number) {
    this.#channel = channel;
    this.#most = most;
  }

  push(frame: string): void {
    if (this.#channel.left.aborted) return;
    if (!this.#draining && this.#channel.ready) {
      this.#channel.write(frame);
      return;
    }
    if (this.#dropped > 0 || this.#waiting.length >= this.#most) {
      // Half a history misleads more than none: the reader is told to read the state anew.
      this.#dropped += this.#waiting.length + 1;
      this.#waiting = [];
    } else {
      this.#waiting.push(frame);
    }
    this.#drainLater();
  }

  #drainLater(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#channel.onceReady(() => {
      this.#draining = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#dropped > 0) {
      this.#channel.write(sseFrame('lagged', { dropped: this.#dropped }));
      this.#dropped = 0;
    }
    while (this.#waiting.length > 0 && this.#channel.ready) this.#channel.write(this.#waiting.shift() ?? '');
    if (this.#waiting.length > 0) this.#drainLater();
  }
}
