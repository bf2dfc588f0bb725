import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { isOwnUrl } from '../ipc/trusted-sender.ts';
import { PAGE_HEADERS } from './content-policy.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/**
 * Answers `app://bundle/…` from the folder of the built interface: GET and HEAD, known types, never anything outside
 * the folder, whatever the path or a link inside it says. Pages carry the content policy as a header.
 */
export function serveAssets(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET is answered.');
    const relative = isOwnUrl(request.url, null) ? safePath(new URL(request.url).pathname) : null;
    const type = relative === null ? undefined : TYPES[extname(relative)];
    if (relative === null || type === undefined) return plain(404, 'There is no such file.');
    const content = await readInside(folder, relative);
    if (content === null) return plain(404, 'There is no such file.');
    const headers = { ...PAGE_HEADERS, 'content-type': type, 'cache-control': 'no-cache' };
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(content), { headers });
  };
}

/** The path below the folder; null for what no build contains: steps up, hidden files, odd characters. */
function safePath(pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null; // Not an encoding that any page of ours writes.
  }
  const parts = decoded.split('/').filter((part) => part !== '');
  const odd = parts.some((part) => part.startsWith('.') || /[\\:%\p{Cc}]/u.test(part));
  if (odd) return null;
  return parts.length === 0 ? 'index.html' : parts.join('/');
}

async function readInside(folder: string, relative: string): Promise<Buffer | null> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, relative));
    return file.startsWith(root + sep) ? await readFile(file) : null;
  } catch {
    return null; // Absent and unreadable are the same to a page.
  }
}

const plain = (status: number, text: string): Response =>
  new Response(text, { status, headers: { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
