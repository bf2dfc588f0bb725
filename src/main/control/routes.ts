import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MethodName } from '../../shared/api.ts';
import { AppError, isAbort } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Credentials, Identity } from './credentials.ts';
import type { EventFeed } from './event-feed.ts';
import type { LocalApi } from './local-api.ts';
import { readJson, sendJson, sendPage } from './replies.ts';
import { isFromOwnPage, isOfThisComputer, type RequestFacts } from './request-guard.ts';
import { SseChannel } from './sse-channel.ts';
import type { StaticSite } from './static-site.ts';
import { replyWithStream, shuttingDown } from './stream-reply.ts';

export interface RouteParts {
  readonly api: LocalApi;
  readonly feed: EventFeed;
  readonly credentials: Credentials;
  readonly site: StaticSite;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxBodyBytes: number;
  readonly maxChatBytes: number;
  readonly heartbeatMs: number;
  /** Fires when the server begins to end: streams end then. */
  readonly closing: AbortSignal;
  /** Fires a moment later: calls that still run are given up. */
  readonly closed: AbortSignal;
  readonly address: () => { readonly url: string; readonly port: number };
}

export interface Routes {
  sessionCookie(header: string | undefined): string | undefined;
  handle(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity | null,
    facts: RequestFacts,
  ): Promise<void>;
}

/** They change files of whoever runs the app, which a person must be able to see. */
const THIS_COMPUTER_ONLY: ReadonlySet<string> = new Set<MethodName>([
  'connect.preview',
  'connect.write',
  'connect.restore',
]);

/** What each address does, once a request has passed the checks at the door. */
export function createRoutes(parts: RouteParts): Routes {
  // Cookies are shared by all ports of a host: the port in the name keeps two instances apart.
  const cookieName = (): string => `runpod_llm_${parts.address().port}`;
  return {
    sessionCookie: (header) => cookieValue(header, cookieName()),
    async handle(req, res, identity, facts) {
      const [pathname = '', query] = facts.target.split('?', 2);
      if (pathname === '/ui/login') {
        requireMethod(req, res, 'GET');
        login(parts, cookieName(), req, res, new URLSearchParams(query).get('code') ?? '');
        return;
      }
      if (identity === null) {
        askToSignIn(req, res);
        return;
      }
      if (pathname === '/control' || pathname.startsWith('/control/')) {
        await control(parts, req, res, identity, pathname.slice('/control/'.length), facts);
        return;
      }
      requireMethod(req, res, 'GET', 'HEAD');
      await parts.site.reply(res, pathname, req.method === 'HEAD');
    },
  };
}

async function control(
  parts: RouteParts,
  req: IncomingMessage,
  res: ServerResponse,
  identity: Identity,
  name: string,
  facts: RequestFacts,
): Promise<void> {
  if (name === 'events') {
    requireMethod(req, res, 'GET');
    parts.feed.attach(new SseChannel(req, res));
    return;
  }
  requireMethod(req, res, 'POST');
  // A cookie goes along with any page's request; only the own page's requests say so themselves.
  if (identity === 'session' && !isFromOwnPage(facts)) {
    throw new AppError('origin_not_allowed', 'A browser session may be used by its own page only.');
  }
  if (identity === 'session' && THIS_COMPUTER_ONLY.has(name) && !isOfThisComputer(facts)) {
    throw new AppError('origin_not_allowed', 'Files are written from a browser on the same computer only.', {
      advice: 'Use runpod-llm connect <client> --write on the computer that runs the app.',
    });
  }
  // A conversation with pictures in it is sent whole with every question.
  const most = name === 'stream/playground.chat' ? parts.maxChatBytes : parts.maxBodyBytes;
  const input = await readJson(req, most);
  if (name === 'ui-link') {
    if (identity !== 'token') throw new AppError('not_found', 'Links are made with the control token only.');
    const { url } = parts.address();
    sendJson(res, 200, { url: `${url}/ui/login?code=${parts.credentials.newLoginCode()}` });
    return;
  }
  if (name.startsWith('stream/')) {
    const leaving = leavingSignal(res, parts.closing);
    const source = parts.api.streamUnchecked(name.slice('stream/'.length), input, leaving);
    await replyWithStream(source, new SseChannel(req, res), parts);
    return;
  }
  sendJson(res, 200, await call(parts, name, input, res));
}

async function call(parts: RouteParts, name: string, input: unknown, res: ServerResponse): Promise<unknown> {
  try {
    return await parts.api.callUnchecked(name, input, leavingSignal(res, parts.closed));
  } catch (error) {
    if (isAbort(error) && parts.closed.aborted) throw shuttingDown();
    throw error;
  }
}

function login(
  parts: RouteParts,
  cookieName: string,
  req: IncomingMessage,
  res: ServerResponse,
  code: string,
): void {
  // Browsers that load links ahead of the click would use the code up.
  if (/prefetch|prerender/.test(String(req.headers['sec-purpose'] ?? req.headers['purpose'] ?? ''))) {
    sendPage(res, 503, 'Not loaded ahead', ['Open this link to use it.']);
    return;
  }
  const session = parts.credentials.redeem(code);
  if (session === null) {
    sendPage(res, 401, 'This link has been used or is too old', [
      'A link opens the interface once, within five minutes.',
      'Get a new one with: runpod-llm ui',
    ]);
    return;
  }
  parts.log.info({}, 'browser signed in');
  res.setHeader('set-cookie', `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`);
  res.writeHead(303, { location: '/', 'content-length': 0 }).end();
}

function askToSignIn(req: IncomingMessage, res: ServerResponse): void {
  const wantsPage = req.method === 'GET' && (req.headers.accept ?? '').includes('text/html');
  if (!wantsPage) {
    throw new AppError(
      'invalid_api_key',
      'The control port needs its token, or the session of a signed-in browser.',
      {
        advice: 'Use the runpod-llm command, or sign a browser in with: runpod-llm ui',
      },
    );
  }
  sendPage(res, 401, 'This browser is not signed in', [
    'Get a link that signs it in with: runpod-llm ui',
    'A session ends when the app is restarted.',
  ]);
}

function requireMethod(req: IncomingMessage, res: ServerResponse, ...allowed: readonly string[]): void {
  if (allowed.includes(req.method ?? '')) return;
  res.setHeader('allow', allowed.join(', '));
  throw new AppError('method_not_allowed', `${req.method} is not allowed here.`, {
    advice: `Use ${allowed.join(' or ')}.`,
  });
}

/** Fires when the caller has gone before its answer was complete, or the server ends. */
function leavingSignal(res: ServerResponse, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  return AbortSignal.any([gone.signal, closing]);
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}
