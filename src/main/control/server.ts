import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asAppError, AppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Disposable } from '../platform/lifecycle.ts';
import type { Random } from '../platform/random.ts';
import { Credentials } from './credentials.ts';
import { EventFeed } from './event-feed.ts';
import { FailureLimit } from './failure-limit.ts';
import { createLocalApi, type CoreApi } from './local-api.ts';
import { sendError, setSafetyHeaders } from './replies.ts';
import { checkRequest, type RequestFacts } from './request-guard.ts';
import { createRoutes, type Routes } from './routes.ts';
import { StaticSite } from './static-site.ts';

export interface ControlServerOptions {
  readonly api: CoreApi;
  /** What the command line proves itself with; see `newControlToken`. */
  readonly token: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** 0 = any free one. */
  readonly port: number;
  /** Folder of the built renderer; may not exist yet. */
  readonly uiDir: string;
  /** Told to readers of events. */
  readonly version: string;
  /** More values of Host to answer to, port included; loopback names are known. */
  readonly allowedHosts?: readonly string[];
  /** Checks every answer against the contract: for tests and development. */
  readonly checkOutputs?: boolean;
  readonly limits?: Partial<ControlLimits>;
}

interface ControlLimits {
  readonly maxBodyBytes: number;
  readonly maxChatBytes: number;
  readonly maxConnections: number;
  /** Time for a request's headers, and for the whole request. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly heartbeatMs: number;
  readonly mostQueuedEvents: number;
  /** How long running calls may finish when the server ends. */
  readonly graceMs: number;
}

const LIMITS: ControlLimits = {
  maxBodyBytes: 1024 * 1024,
  maxChatBytes: 32 * 1024 * 1024,
  maxConnections: 64,
  headersMs: 10_000,
  requestMs: 30_000,
  heartbeatMs: 15_000,
  mostQueuedEvents: 1000,
  graceMs: 2000,
};

interface ControlAddress {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
}

export interface ControlServer extends Disposable {
  /** @throws AppError port_in_use */
  listen(): Promise<ControlAddress>;
  /** A link that lets one browser in, good once and for five minutes. */
  loginLink(): string;
  /** Tells readers, lets running calls finish for a moment, then closes everything. */
  dispose(): Promise<void>;
}

/**
 * The core over HTTP for the command line and the browser UI (SPEC 10), on loopback only:
 * `POST /control/<method>`, `POST /control/stream/<name>`, `GET /control/events`, `POST /control/ui-link`, and the UI.
 * Every request passes the same checks in the same order before any route sees it (SECURITY 4.3).
 */
export function createControlServer(options: ControlServerOptions): ControlServer {
  return new HttpControlServer(options);
}

class HttpControlServer implements ControlServer {
  readonly #options: ControlServerOptions;
  readonly #limits: ControlLimits;
  readonly #credentials: Credentials;
  readonly #failures: FailureLimit;
  readonly #feed: EventFeed;
  readonly #routes: Routes;
  readonly #closing = new AbortController();
  readonly #closed = new AbortController();
  readonly #hosts = new Set<string>();
  readonly #servers: Server[] = [];
  readonly #running = new Set<Promise<void>>();
  #address: ControlAddress | null = null;

  constructor(options: ControlServerOptions) {
    const { clock, random, api, log } = options;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#credentials = new Credentials(options.token, clock, random);
    this.#failures = new FailureLimit(clock);
    this.#feed = new EventFeed({
      subscribe: (listener) => api.subscribe(listener),
      clock,
      hello: { version: options.version },
      heartbeatMs: this.#limits.heartbeatMs,
      mostQueued: this.#limits.mostQueuedEvents,
    });
    this.#routes = createRoutes({
      api: createLocalApi(api, { checkOutputs: options.checkOutputs ?? false }),
      feed: this.#feed,
      credentials: this.#credentials,
      site: new StaticSite(options.uiDir),
      clock,
      log,
      maxBodyBytes: this.#limits.maxBodyBytes,
      maxChatBytes: this.#limits.maxChatBytes,
      heartbeatMs: this.#limits.heartbeatMs,
      closing: this.#closing.signal,
      closed: this.#closed.signal,
      address: () => this.#listening(),
    });
  }

  async listen(): Promise<ControlAddress> {
    const port = await this.#listenOn('127.0.0.1', this.#options.port);
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) this.#hosts.add(`${name}:${port}`);
    for (const host of this.#options.allowedHosts ?? []) this.#hosts.add(host);
    this.#address = { url: `http://127.0.0.1:${port}`, port };
    try {
      await this.#listenOn('::1', port);
    } catch (error) {
      // Machines without IPv6 do without; the address that is printed is the IPv4 one.
      this.#options.log.debug({ reason: asAppError(error).message }, 'control port not on ::1');
    }
    return this.#address;
  }

  loginLink(): string {
    return `${this.#listening().url}/ui/login?code=${this.#credentials.newLoginCode()}`;
  }

  async dispose(): Promise<void> {
    const closed = this.#servers.map(
      (server) =>
        new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve())),
    );
    this.#closing.abort();
    this.#feed.close();
    for (const server of this.#servers) server.closeIdleConnections();
    await this.#settle();
    this.#closed.abort();
    await this.#settle();
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  /** Waits for running calls, but not for long. */
  async #settle(): Promise<void> {
    const enough = new AbortController();
    const grace = this.#options.clock.sleep(this.#limits.graceMs, enough.signal).catch(() => undefined);
    await Promise.race([grace, Promise.all(this.#running)]);
    enough.abort();
  }

  #listening(): ControlAddress {
    if (this.#address === null) throw new AppError('internal', 'The control server does not listen yet.');
    return this.#address;
  }

  async #listenOn(host: string, port: number): Promise<number> {
    const server = createServer(
      {
        maxHeaderSize: 16 * 1024,
        // A missing Host is refused by our own check, like a wrong one.
        requireHostHeader: false,
        headersTimeout: this.#limits.headersMs,
        requestTimeout: this.#limits.requestMs,
        connectionsCheckingInterval: Math.min(1000, this.#limits.headersMs),
      },
      (req, res) => this.#accept(req, res),
    );
    server.maxConnections = this.#limits.maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port)));
      server.listen({ host, port, ipv6Only: true }, resolve);
    });
    this.#servers.push(server);
    return portOf(server.address());
  }

  #accept(req: IncomingMessage, res: ServerResponse): void {
    const work = this.#handle(req, res).catch((error: unknown) => this.#fail(req, res, error));
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** The checks in their order; routes come last. */
  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    setSafetyHeaders(res);
    if (this.#closing.signal.aborted) res.setHeader('connection', 'close');
    const facts: RequestFacts = { target: req.url ?? '', rawHeaders: req.rawHeaders };
    const refusal = checkRequest(facts, this.#hosts);
    if (refusal !== null) throw refusal;
    const cookie = this.#routes.sessionCookie(req.headers.cookie);
    const identity = this.#credentials.identify(req.headers.authorization, cookie);
    // A page that outlived its session is no attack: only tokens count.
    if (identity === null && req.headers.authorization !== undefined) this.#failures.count(req.socket);
    await this.#routes.handle(req, res, identity, facts);
  }

  #fail(req: IncomingMessage, res: ServerResponse, thrown: unknown): void {
    const error = asAppError(thrown);
    if (error.status >= 500 && !error.retryable) {
      this.#options.log.error(
        { path: pathOf(req), code: error.code, err: error.cause ?? error },
        'control call failed',
      );
    } else if (error.code === 'host_not_allowed' || error.code === 'origin_not_allowed') {
      this.#options.log.warn({ code: error.code, origin: req.headers.origin }, 'control call refused');
    }
    // What was refused unread is not read any further than this connection's buffers.
    if (!req.complete) res.setHeader('connection', 'close');
    sendError(res, error);
  }
}

function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').split('?', 1)[0] ?? '';
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new AppError('internal', 'The control server has no port.');
}

function listenError(error: Error, host: string, port: number): Error {
  if (Reflect.get(error, 'code') !== 'EADDRINUSE') return error;
  return new AppError('port_in_use', `Port ${port} on ${host} is taken by another program.`, {
    cause: error,
    advice: 'Stop the other program, or choose another port with --control-port.',
    details: { port },
  });
}
