import type { IncomingMessage, ServerResponse } from 'node:http';

/** One server-sent event; without a name it is a plain message. */
export function sseFrame(name: string | null, data: unknown): string {
  // JSON has no raw line breaks, so one data line always suffices.
  return `${name === null ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/**
 * An open answer of server-sent events. Writers ask `ready` before they write more: what a slow reader has not taken
 * stays in the socket's buffer, never in ours.
 */
export class SseChannel {
  readonly #res: ServerResponse;
  readonly #left = new AbortController();

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#res = res;
    req.socket.setNoDelay(true);
    res.statusCode = 200;
    res.setHeader('content-type', 'text/event-stream; charset=utf-8');
    res.setHeader('x-accel-buffering', 'no');
    res.on('close', () => this.#left.abort());
    // A reader that vanishes mid-write is a normal end, told by 'close'.
    res.on('error', () => this.#left.abort());
    res.flushHeaders();
  }

  /** Fires when the reader has gone or the channel was ended. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** False while the reader owes us a drain. */
  get ready(): boolean {
    return !this.#res.writableNeedDrain;
  }

  write(frame: string): void {
    if (!this.#left.signal.aborted) this.#res.write(frame);
  }

  /** Calls back once the reader has caught up. */
  onceReady(fn: () => void): void {
    this.#res.once('drain', fn);
  }

  /** Resolves when more may be written, or the reader has gone. */
  async whenReady(): Promise<void> {
    if (this.ready || this.left.aborted) return;
    await new Promise<void>((resolve) => {
      this.#res.once('drain', resolve);
      this.left.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  end(): void {
    if (!this.#res.writableEnded) this.#res.end();
  }
}
