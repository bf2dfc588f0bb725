import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/errors.ts';

/**
 * Reads a request body into one buffer. Node's `requestTimeout` bounds how long it may take to arrive.
 * @throws AppError body_too_large (before reading when the length is declared), client_closed
 */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > limitBytes) return Promise.reject(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) {
        chunks.length = 0;
        req.pause();
        reject(tooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    });
    req.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
    });
    req.on('error', (error) => reject(new AppError('client_closed', 'The client left.', { cause: error })));
    // The request's close also comes after a whole body; only an early one means that the client left (trap 23).
    req.on('close', () => {
      if (!req.complete) reject(new AppError('client_closed', 'The client left.'));
    });
  });
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('body_too_large', `The body is larger than ${Math.round(limitBytes / 1_048_576)} MB.`);
}
