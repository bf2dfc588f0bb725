import type { Duplex } from 'node:stream';
import { AppError } from '../../../shared/errors.ts';
import { renderError } from '../dialects/errors.ts';

/**
 * What never became a request is answered in the shape of every other error, and its connection closed: headers or a
 * body that do not arrive in time, headers that are too large, bytes that are no HTTP. On a connection that owes an
 * answer to a whole request (`owing`), these bytes would be taken for part of it: it only ends.
 */
export function endBadBytes(error: NodeJS.ErrnoException, socket: Duplex, owing: boolean): void {
  if (owing || !socket.writable) socket.destroy();
  else socket.end(answerTo(error), () => socket.destroy());
}

function answerTo(error: NodeJS.ErrnoException): string {
  const { status, headers, body } = renderError(reasonOf(error), 'plain', '');
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} ${PHRASES[status] ?? 'Bad Request'}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}

const PHRASES: Readonly<Record<number, string>> = {
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function reasonOf(error: NodeJS.ErrnoException): AppError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('request_timeout', 'The request did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('headers_too_large', 'The headers are larger than 16 KB.');
    default:
      return new AppError('invalid_input', 'What was sent is not HTTP.');
  }
}
