import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/errors.ts';

/**
 * Reads a request body into one buffer and hands it on in the same turn. Node's `requestTimeout` bounds how long it may
 * take to arrive. `failed` gets body_too_large (before reading when the length is declared) or client_closed; one of the
 * two is called, once.
 */
export function readBody(
  req: IncomingMessage,
  limitBytes: number,
  whole: (body: Buffer) => void,
  failed: (error: AppError) => void,
): void {
  if (declaresMore(req, limitBytes)) {
    failed(tooLarge(limitBytes));
    return;
  }
  let chunks: Buffer[] | null = [];
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    if (chunks === null) return;
    size += chunk.length;
    if (size <= limitBytes) {
      chunks.push(chunk);
      return;
    }
    chunks = null;
    req.pause();
    failed(tooLarge(limitBytes));
  });
  req.on('end', () => {
    if (chunks === null) return;
    const [only] = chunks;
    const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
    chunks = null;
    whole(body);
  });
  // The request's close also comes after a whole body; only an early one means that the client left (trap 23). Without a
  // listener for errors an early end is this close alone.
  req.on('close', () => {
    if (chunks === null || req.complete) return;
    chunks = null;
    failed(new AppError('client_closed', 'The client left.'));
  });
}

/** Known before anything is read, or asked for with 100 Continue. */
export function declaresMore(req: IncomingMessage, limitBytes: number): boolean {
  return Number(req.headers['content-length'] ?? 0) > limitBytes;
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('body_too_large', `The body is larger than ${Math.round(limitBytes / 1_048_576)} MB.`);
}
