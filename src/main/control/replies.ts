import type { IncomingMessage, ServerResponse } from 'node:http';
import { asAppError, AppError, toErrorBody } from '../../shared/errors.ts';

/** Held by every answer; there are no CORS headers anywhere (SECURITY 4.3, rule 11). */
const SAFETY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const;

/** Documents of the browser UI: its own files only, nothing inline, nothing remote, framed by nobody. */
const UI_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

export function setSafetyHeaders(res: ServerResponse): void {
  for (const [name, value] of Object.entries(SAFETY_HEADERS)) res.setHeader(name, value);
  res.setHeader('content-security-policy', NO_CONTENT_POLICY);
}

export function allowUi(res: ServerResponse): void {
  res.setHeader('content-security-policy', UI_POLICY);
  res.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()');
}

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  send(res, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** A failed call as `{ error: ErrorBody }` under the status of the table. */
export function sendError(res: ServerResponse, error: unknown): void {
  const known = asAppError(error);
  if (known.retryAfterSeconds !== undefined) {
    res.setHeader('retry-after', Math.ceil(known.retryAfterSeconds));
  }
  sendJson(res, known.status, { error: toErrorBody(known) });
}

/** A page without scripts or styles, for people who came without a session or before the UI was built. */
export function sendPage(res: ServerResponse, status: number, title: string, text: readonly string[]): void {
  const paragraphs = text.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
  const head = `<meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title>`;
  const body = `<h1>${escapeHtml(title)}</h1>\n${paragraphs}`;
  send(
    res,
    status,
    'text/html; charset=utf-8',
    `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body>\n${body}\n</body></html>\n`,
  );
}

function send(res: ServerResponse, status: number, contentType: string, body: string): void {
  if (res.headersSent || res.destroyed) return;
  res.statusCode = status;
  res.setHeader('content-type', contentType);
  res.setHeader('content-length', Buffer.byteLength(body));
  res.end(body);
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}

/**
 * Reads a JSON body; an empty one stands for `{}`.
 * @throws AppError unsupported_media_type, body_too_large, invalid_input, client_closed
 */
export async function readJson(req: IncomingMessage, maxBytes: number): Promise<unknown> {
  const contentType = req.headers['content-type'] ?? '';
  if (!/^application\/json\s*(?:;\s*charset=utf-8\s*)?$/i.test(contentType)) {
    throw new AppError(
      'unsupported_media_type',
      `The content type "${contentType.slice(0, 80)}" is not accepted.`,
    );
  }
  const tooLarge = new AppError('body_too_large', `The body is larger than ${maxBytes} bytes.`);
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('client_closed', 'The caller left before its request was complete.', { cause: error });
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw new AppError('invalid_input', `The body is not JSON (${jsonProblem(error)}).`, { cause: error });
  }
}

/** V8's message quotes the text around the fault, which may be a secret: only the place is kept. */
function jsonProblem(error: unknown): string {
  const place =
    error instanceof Error ? /at position \d+|Unexpected end/.exec(error.message)?.[0] : undefined;
  return place?.toLowerCase() ?? 'syntax error';
}
