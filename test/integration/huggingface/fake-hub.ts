import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface FakeRepo {
  readonly sha: string;
  readonly info?: object;
  readonly files: readonly { readonly path: string; readonly size: number; readonly lfs?: boolean }[];
  /** Contents of small files. */
  readonly contents?: Readonly<Record<string, unknown>>;
  /** Needs this token for anything but the info, as gated models do. */
  readonly token?: string;
}

/** Answers instead of the repositories; `usual` = leaves this request to them. */
type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
export const usual = Symbol('usual');

export interface FakeHub {
  readonly endpoint: string;
  readonly repos: Map<string, FakeRepo>;
  /** Method and path of every request, oldest first. */
  readonly requests: string[];
  readonly authorizations: (string | undefined)[];
  misbehave: Handler | null;
  /** Entries a page of the file list. */
  pageSize: number;
  searchAnswer: unknown;
}

/** The hub's few routes over real HTTP, with its headers for errors and paging. */
export async function startFakeHub(): Promise<FakeHub> {
  const server = createServer((request, response) => {
    hub.requests.push(`${request.method} ${request.url}`);
    hub.authorizations.push(request.headers.authorization);
    const outcome = hub.misbehave === null ? usual : hub.misbehave(request, response);
    if (outcome === usual) answer(hub, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const hub: FakeHub = {
    endpoint: `http://127.0.0.1:${port}`,
    repos: new Map(),
    requests: [],
    authorizations: [],
    misbehave: null,
    pageSize: 1000,
    searchAnswer: [],
  };
  return hub;
}

export function deny(
  status: number,
  code: string | null,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_, response) => {
    response.writeHead(status, code === null ? {} : { 'x-error-code': code }).end('{"error":"no"}');
  };
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

const ROUTE = /^\/(?:api\/models\/)?([^/]+\/[^/]+)(?:\/(revision|tree|resolve)\/([^/]+)(?:\/(.+))?)?$/;

function answer(hub: FakeHub, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', hub.endpoint);
  if (url.pathname === '/api/models') return json(response, hub.searchAnswer);
  const [, name = '', kind = 'revision', at = 'main', path = ''] = ROUTE.exec(url.pathname) ?? [];
  const repo = hub.repos.get(name);
  if (repo === undefined) return deny(401, 'RepoNotFound')(request, response);
  if (at !== 'main' && at !== repo.sha) return deny(404, 'RevisionNotFound')(request, response);
  if (kind === 'revision') return json(response, { id: name, sha: repo.sha, ...repo.info });
  if (!mayRead(repo, request)) {
    return deny(request.headers.authorization === undefined ? 401 : 403, 'GatedRepo')(request, response);
  }
  return kind === 'tree' ? tree(hub, repo, url, response) : file(repo, path, request, response);
}

const mayRead = (repo: FakeRepo, request: IncomingMessage): boolean =>
  repo.token === undefined || request.headers.authorization === `Bearer ${repo.token}`;

function file(repo: FakeRepo, path: string, request: IncomingMessage, response: ServerResponse): void {
  const content = repo.contents?.[path];
  if (content === undefined) deny(404, 'EntryNotFound')(request, response);
  else json(response, content);
}

function tree(hub: FakeHub, repo: FakeRepo, url: URL, response: ServerResponse): void {
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const page = repo.files.slice(from, from + hub.pageSize);
  const more = from + hub.pageSize < repo.files.length;
  url.searchParams.set('cursor', String(from + hub.pageSize));
  json(
    response,
    page.map(({ path, size, lfs }) => ({
      type: 'file',
      path,
      // Large files: the size of the pointer, and the content's beside it.
      ...(lfs === true ? { size: 135, lfs: { size } } : { size }),
    })),
    more ? { link: `<${url.toString()}>; rel="next"` } : {},
  );
}
