import { readFile, realpath, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { allowUi, sendPage } from './replies.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** The bundler puts a hash of the content into these names: what is at such an address never changes. */
const HASHED = /^\/assets\/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/**
 * The built renderer as files: exact ones by their path, the index for every address of a page. Nothing outside the
 * folder is served, whatever the path or a link inside the folder says.
 */
export class StaticSite {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async reply(res: ServerResponse, path: string, headOnly: boolean): Promise<void> {
    const relative = safePath(path);
    const file = relative === null ? null : await this.#find(relative);
    if (file !== null) {
      await sendFile(res, file, HASHED.test(path), headOnly);
      return;
    }
    if (relative === null || extname(relative) in TYPES) {
      sendPage(res, 404, 'Not found', ['There is no such file.']);
      return;
    }
    const index = await this.#find('index.html');
    if (index === null) sendNotBuilt(res);
    else await sendFile(res, index, false, headOnly);
  }

  async #find(relative: string): Promise<string | null> {
    try {
      const root = await realpath(this.#folder);
      const file = await realpath(join(root, relative));
      const inside = file.startsWith(root + sep);
      return inside && (await stat(file)).isFile() ? file : null;
    } catch {
      return null; // Absent, or unreadable: the same to a browser.
    }
  }
}

/** The path below the folder; null for what no build ever contains: parent steps, hidden files, odd characters. */
function safePath(path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const parts = decoded.split('/').filter((part) => part !== '');
  const odd = parts.some((part) => part.startsWith('.') || /[\\:\p{Cc}]/u.test(part));
  return odd ? null : parts.join('/');
}

async function sendFile(
  res: ServerResponse,
  file: string,
  hashed: boolean,
  headOnly: boolean,
): Promise<void> {
  const content = await readFile(file);
  allowUi(res);
  if (hashed) res.setHeader('cache-control', 'private, max-age=31536000, immutable');
  res.setHeader('content-type', TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream');
  res.setHeader('content-length', content.length);
  res.end(headOnly ? undefined : content);
}

function sendNotBuilt(res: ServerResponse): void {
  sendPage(res, 503, 'The browser interface is not built', [
    'This installation runs from its sources, and its interface has not been built yet.',
    'Build it with: npm run build',
    'Then reload this page. The command line works without it: npm run cli -- --help',
  ]);
}
