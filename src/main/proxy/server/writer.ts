import type { ServerResponse } from 'node:http';
import { AppError } from '../../../shared/errors.ts';
import { EVENTS_TYPE, type Reply } from '../call.ts';
import type { Flow, Sink } from '../flow.ts';
import type { Ticker, Ticking } from '../ticker.ts';

/** On every answer (SECURITY 4.3.11). */
const SAFETY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** `no-transform` and x-accel-buffering keep proxies on the way from holding events back (trap 8). */
const STREAM_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache, no-store, no-transform',
  'x-accel-buffering': 'no',
};

export interface WriteOptions {
  readonly ticker: Ticker;
  readonly stalledReaderMs: number;
  readonly extra: Readonly<Record<string, string>>;
  /** HEAD: the headers alone. */
  readonly bodyless: boolean;
}

/**
 * Writes a reply. A slow reader pauses the flow, and with it the model server; one that stops reading for too long is
 * cut off, so that it cannot hold the GPU (trap 26). @returns the flow being written, to cancel when the client leaves
 */
export function writeReply(res: ServerResponse, reply: Reply, options: WriteOptions): Flow | null {
  if (reply.body.kind === 'bytes') {
    writeBytes(res, reply.status, reply.headers, reply.body.bytes, options);
    return null;
  }
  const streams = reply.headers['content-type']?.startsWith(EVENTS_TYPE) === true;
  res.writeHead(reply.status, {
    ...reply.headers,
    ...(streams ? STREAM_HEADERS : SAFETY_HEADERS),
    ...options.extra,
  });
  const writer = new FlowWriter(res, reply.body.flow, options);
  writer.begin();
  return reply.body.flow;
}

/** Longer bodies gain nothing from being copied into the write of their headers. */
const ONE_WRITE_BYTES = 16 * 1024;

/** Headers and a short body leave in one write: node:http joins them only when the body is text, here byte for byte. */
function writeBytes(
  res: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Buffer,
  options: WriteOptions,
): void {
  res.writeHead(status, {
    ...headers,
    ...SAFETY_HEADERS,
    ...options.extra,
    'content-length': bytes.length,
  });
  if (options.bodyless) res.end();
  else if (bytes.length <= ONE_WRITE_BYTES) res.end(bytes.toString('latin1'), 'latin1');
  else res.end(bytes);
}

class FlowWriter implements Sink, Ticking {
  readonly #res: ServerResponse;
  readonly #flow: Flow;
  readonly #options: WriteOptions;
  #stalledAt: number | null = null;
  #wrote = false;

  constructor(res: ServerResponse, flow: Flow, options: WriteOptions) {
    this.#res = res;
    this.#flow = flow;
    this.#options = options;
  }

  begin(): void {
    this.#res.on('drain', () => this.#moving());
    this.#res.on('close', () => this.#options.ticker.delete(this));
    this.#flow.start(this);
    if (!this.#wrote && !this.#res.writableEnded) this.#res.flushHeaders();
  }

  data(chunk: Buffer): void {
    this.#wrote = true;
    if (this.#res.write(chunk) || this.#stalledAt !== null) return;
    this.#options.ticker.add(this);
    this.#stalledAt = this.#options.ticker.now;
    this.#flow.pause();
  }

  end(): void {
    this.#wrote = true;
    this.#options.ticker.delete(this);
    this.#res.end();
  }

  /** Nothing true can be said any more: only a broken connection tells the client that this is not the end. */
  fail(): void {
    this.#options.ticker.delete(this);
    this.#res.destroy();
  }

  tick(now: number): void {
    if (this.#stalledAt === null || now - this.#stalledAt < this.#options.stalledReaderMs) return;
    this.#options.ticker.delete(this);
    this.#flow.cancel(new AppError('client_closed', 'The client stopped reading.'));
    this.#res.destroy();
  }

  #moving(): void {
    if (this.#stalledAt === null) return;
    this.#stalledAt = null;
    this.#options.ticker.delete(this);
    this.#flow.resume();
  }
}
