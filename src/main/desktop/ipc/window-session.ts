import { AppError } from '../../../shared/errors.ts';

/** Running calls and streams that one page may have, and messages that wait for it. */
const MOST_CALLS = 200;
const MOST_STREAMS = 32;
const MOST_WAITING = 1000;

/**
 * What one page has under way. A reload, a crash or the window's end cancels all of it; messages to a page that does
 * not listen yet wait, the oldest giving way.
 */
export class WindowSession {
  readonly #send: (channel: string, payload: unknown) => void;
  readonly #calls = new Map<number, AbortController>();
  readonly #streams = new Map<number, { readonly abort: AbortController; readonly credit: Credit }>();
  #waiting: { readonly channel: string; readonly payload: unknown }[] = [];
  #isReady = false;

  constructor(send: (channel: string, payload: unknown) => void) {
    this.#send = send;
  }

  get running(): number {
    return this.#calls.size + this.#streams.size;
  }

  ready(): void {
    this.#isReady = true;
    for (const { channel, payload } of this.#waiting.splice(0)) this.#send(channel, payload);
  }

  /** Sends now, or when the page listens. */
  push(channel: string, payload: unknown): void {
    if (this.#isReady) {
      this.#send(channel, payload);
      return;
    }
    this.#waiting.push({ channel, payload });
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** @throws AppError rate_limited */
  beginCall(id: number): AbortSignal {
    if (this.#calls.size >= MOST_CALLS) throw tooMany('calls', MOST_CALLS);
    return begin(this.#calls, id, new AbortController());
  }

  endCall(id: number): void {
    this.#calls.delete(id);
  }

  cancelCall(id: number): void {
    this.#calls.get(id)?.abort();
  }

  /** @throws AppError rate_limited */
  beginStream(id: number, mostAhead: number): { readonly signal: AbortSignal; readonly credit: Credit } {
    if (this.#streams.size >= MOST_STREAMS) throw tooMany('streams', MOST_STREAMS);
    if (this.#streams.has(id)) throw inUse(id);
    const abort = new AbortController();
    const credit = new Credit(mostAhead);
    this.#streams.set(id, { abort, credit });
    return { signal: abort.signal, credit };
  }

  acknowledge(id: number, count: number): void {
    this.#streams.get(id)?.credit.add(count);
  }

  endStream(id: number): void {
    this.#streams.delete(id);
  }

  leaveStream(id: number): void {
    const stream = this.#streams.get(id);
    stream?.abort.abort();
    stream?.credit.release();
  }

  /** Another page takes this one's place, or none does. */
  reset(): void {
    this.#isReady = false;
    this.#waiting = [];
    for (const call of this.#calls.values()) call.abort();
    for (const id of this.#streams.keys()) this.leaveStream(id);
    this.#calls.clear();
    this.#streams.clear();
  }
}

/** How many items may be sent before the page says that it took some. */
export class Credit {
  #left: number;
  readonly #most: number;
  #wake: () => void = () => undefined;
  #released = false;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Takes one; waits while there is none. */
  async take(): Promise<void> {
    while (this.#left === 0 && !this.#released) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#left--;
  }

  /** A page cannot win more than it was given. */
  add(count: number): void {
    this.#left = Math.min(this.#most, this.#left + count);
    this.#wake();
  }

  /** Nobody takes any more: whoever waits goes on, to find out. */
  release(): void {
    this.#released = true;
    this.#wake();
  }
}

function begin(calls: Map<number, AbortController>, id: number, abort: AbortController): AbortSignal {
  if (calls.has(id)) throw inUse(id);
  calls.set(id, abort);
  return abort.signal;
}

const inUse = (id: number): AppError => new AppError('invalid_input', `The number ${id} is in use already.`);

const tooMany = (what: string, most: number): AppError =>
  new AppError('rate_limited', `This window has ${most} ${what} under way.`);
