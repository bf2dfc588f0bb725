import { asAppError } from '../../../shared/errors.ts';
import type { ReplyBody } from '../call.ts';
import type { Voice } from '../dialects/voice.ts';
import { MARK, NOBODY, type Flow, type Mark, type Sink } from '../flow.ts';
import type { Ticker, Ticking } from '../ticker.ts';
import type { Trace } from '../trace.ts';

/**
 * The body a client reads: speaks while there is nothing to say, joins the answer when it comes, and turns a break into
 * the dialect's last words. Chunks hold whole events, so a beat between two chunks never cuts one.
 */
export class LiveStream implements Flow, Sink, Ticking {
  readonly #ticker: Ticker;
  readonly #voice: Voice;
  readonly #trace: Trace;
  readonly #beatMs: number;
  #sink: Sink | null = null;
  #source: Flow | null = null;
  /** Said before the sink was there. */
  #unsaid: Buffer[] = [];
  #opened = false;
  #begun = false;
  #paused = false;
  #over: 'no' | 'ended' | Error | 'left' = 'no';
  #left: Error | null = null;
  #lastAt: number;

  constructor(ticker: Ticker, voice: Voice, trace: Trace, patienceMs: number | null) {
    this.#ticker = ticker;
    this.#voice = voice;
    this.#trace = trace;
    this.#beatMs = Math.min(voice.beatMs, Math.max(1000, (patienceMs ?? Infinity) / 2));
    ticker.add(this);
    this.#lastAt = ticker.now;
  }

  /** Commits the stream before there is an answer. */
  open(): void {
    this.#opened = true;
    const opening = this.#voice.open();
    if (opening !== null) this.#say(opening);
  }

  /** The answer is there. */
  attach(body: ReplyBody): void {
    const flow = body.kind === 'flow' ? body.flow : onlyChunk(body.bytes);
    const joined = this.#opened ? this.#voice.adopt(flow) : flow;
    if (this.#left !== null) {
      joined.cancel(this.#left);
      return;
    }
    this.#source = joined;
    if (this.#sink !== null) this.#begin(joined);
  }

  start(sink: Sink): void {
    this.#sink = sink;
    for (const said of this.#unsaid.splice(0)) sink.data(said, MARK.events);
    if (this.#over === 'ended') sink.end();
    else if (this.#over instanceof Error) sink.fail(this.#over);
    else if (this.#source !== null) this.#begin(this.#source);
  }
  pause(): void {
    this.#paused = true;
    this.#source?.pause();
  }
  resume(): void {
    this.#paused = false;
    this.#source?.resume();
  }
  cancel(reason: Error): void {
    this.#left = reason;
    this.#over = 'left';
    this.#sink = NOBODY;
    this.#ticker.delete(this);
    this.#source?.cancel(reason);
  }

  data(chunk: Buffer, mark: Mark): void {
    this.#begun = true;
    this.#lastAt = this.#ticker.now;
    this.#sink?.data(chunk, mark);
  }
  end(): void {
    this.#ticker.delete(this);
    if (this.#over !== 'no') return;
    this.#over = 'ended';
    this.#sink?.end();
  }
  fail(error: Error): void {
    this.#ticker.delete(this);
    if (this.#over !== 'no') return;
    const known = asAppError(error);
    this.#trace.error ??= known;
    const words = this.#voice.error(known);
    if (words === null) {
      this.#over = known;
      this.#sink?.fail(known);
      return;
    }
    this.#say(words);
    this.#over = 'ended';
    this.#sink?.end();
  }

  tick(now: number): void {
    if (this.#paused || now - this.#lastAt < this.#beatMs) return;
    this.#lastAt = now;
    if (this.#opened || this.#begun) this.#say(this.#voice.beat(this.#begun));
  }

  #begin(source: Flow): void {
    source.start(this);
    if (this.#paused) source.pause();
  }

  #say(words: Buffer): void {
    if (this.#sink === null) this.#unsaid.push(words);
    else this.#sink.data(words, MARK.events);
  }
}

function onlyChunk(bytes: Buffer): Flow {
  return {
    start: (sink) => {
      sink.data(bytes, MARK.bytes);
      sink.end();
    },
    pause: () => {},
    resume: () => {},
    cancel: () => {},
  };
}
