import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../../../shared/errors.ts';
import { bytesReply } from '../call.ts';
import { renderError } from '../dialects/errors.ts';
import type { DialectName } from '../routes.ts';
import type { Ticker } from '../ticker.ts';
import { writeReply } from './writer.ts';

export interface Refusal {
  readonly error: AppError;
  readonly dialect: DialectName;
  readonly id: string;
  readonly extra: Readonly<Record<string, string>>;
}

/** Answers with an error, or breaks the connection where an answer has begun. */
export function writeRefusal(
  req: IncomingMessage,
  res: ServerResponse,
  refusal: Refusal,
  ticker: Ticker,
): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const { error, dialect, id, extra } = refusal;
  const { status, headers, body } = renderError(error, dialect, id);
  const reply = bytesReply(Buffer.from(JSON.stringify(body)));
  // A body that was not read would be taken for the next request: the connection ends with the answer.
  const close = req.complete || !bringsBody(req) ? {} : { connection: 'close' };
  writeReply(
    res,
    { ...reply, status, headers: { ...reply.headers, ...headers } },
    { ticker, stalledReaderMs: Infinity, extra: { ...extra, ...close }, bodyless: req.method === 'HEAD' },
  );
}

/** Known from the headers alone; whether a request has arrived whole only later. */
function bringsBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
