import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, asAppError, isAbort } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../logs/log.ts';
import type { ProxyConfig } from '../../settings/proxy-config.ts';
import { bytesReply, type Call, type Handle, type Reply } from '../call.ts';
import { renderError } from '../dialects/errors.ts';
import type { Flow } from '../flow.ts';
import type { ClientKey } from '../keyring.ts';
import type { LocalRoutes } from '../local-routes.ts';
import type { Router } from '../router.ts';
import { matchRoute, ROUTES, type DialectName, type Route, type RouteMatch } from '../routes.ts';
import type { Ticker } from '../ticker.ts';
import { Trace } from '../trace.ts';
import { forwardableHeaders } from '../upstream/headers.ts';
import type { Auth } from './auth.ts';
import { readBody } from './body.ts';
import { corsHeaders, passGate, type GateRules } from './gate.ts';
import { bearsProcessing, clientRequestId, readControl, readIntake } from './intake.ts';
import { writeReply } from './writer.ts';

export interface FrontOptions {
  readonly auth: Auth;
  readonly router: Router;
  readonly handle: Handle;
  /** Answers the routes that need no model server. */
  readonly local: LocalRoutes;
  readonly settings: () => ProxyConfig;
  /** Ollama's clients cannot send a key. */
  readonly keyRequired: (ollama: boolean) => boolean;
  readonly gate: () => GateRules;
  readonly ticker: Ticker;
  readonly clock: Clock;
  readonly log: Log;
  /** Made once per process; request ids are this and a number. */
  readonly idPrefix: string;
  readonly onRefusal: (code: string, origin: string | null) => void;
}

/** An exchange with a client that is under way. */
interface Open {
  readonly res: ServerResponse;
  readonly leave: AbortController;
  flow: Flow | null;
}

/** Where requests come in: gate, key, route, body, then the pipeline. Order is that of SECURITY 4.3. */
export class Front {
  readonly #options: FrontOptions;
  readonly #open = new Set<Open>();
  #serial = 0;
  #draining = false;
  #onEmpty: () => void = () => {};

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#open.size;
  }

  readonly onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    const id = clientRequestId(req.headers) ?? `${this.#options.idPrefix}${(this.#serial++).toString(36)}`;
    res.on('error', () => {}); // A write to a client that left; its close says so too.
    this.#serve(req, res, id).catch((error: unknown) =>
      this.#options.log.error({ id, error }, 'request handler failed'),
    );
  };

  /** New requests are refused from now on; resolves when those under way are answered. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    await this.#empty(graceMs);
    const error = new AppError('shutting_down', 'The app is closing.');
    for (const open of this.#open) open.leave.abort(error);
    await this.#empty(1000);
    for (const open of this.#open) open.res.destroy();
  }

  async #empty(mostMs: number): Promise<void> {
    if (this.#open.size === 0 || mostMs <= 0) return;
    const patience = new AbortController();
    this.#onEmpty = () => patience.abort();
    try {
      await this.#options.clock.sleep(mostMs, patience.signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  async #serve(req: IncomingMessage, res: ServerResponse, id: string): Promise<void> {
    const method = req.method ?? 'GET';
    const verdict = passGate(
      { method, target: req.url ?? '/', rawHeaders: req.rawHeaders },
      this.#options.gate(),
    );
    if (verdict.kind === 'preflight') {
      res.writeHead(204, verdict.headers).end();
      return;
    }
    if (verdict.kind === 'refuse') {
      this.#options.onRefusal(verdict.error.code, verdict.origin);
      this.#refuse(req, res, verdict.error, 'plain', id, {});
      return;
    }
    const extra = {
      'x-request-id': id,
      ...(verdict.origin === null ? {} : corsHeaders(verdict.origin)),
    };
    const match = matchRoute(method, verdict.path, this.#options.settings().ollamaRoutes);
    const dialect = match.kind === 'route' ? match.route.dialect : 'plain';
    const open: Open = { res, leave: new AbortController(), flow: null };
    this.#open.add(open);
    res.on('close', () => this.#closed(open));
    try {
      await this.#answer(req, open, id, match, extra);
    } catch (error) {
      const reason: unknown = open.leave.signal.reason;
      this.#refuse(req, res, reason instanceof AppError ? reason : asAppError(error), dialect, id, extra);
    }
  }

  async #answer(
    req: IncomingMessage,
    open: Open,
    id: string,
    match: RouteMatch,
    extra: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (this.#draining) throw new AppError('shutting_down', 'The app is closing.', { retryAfterSeconds: 5 });
    const scope = match.kind === 'route' ? match.route.scope : 'models';
    const required = this.#options.keyRequired(match.kind === 'route' && match.route.dialect === 'ollama');
    const key = this.#options.auth.check(req.socket, req.headers, scope, required);
    const route = checkedRoute(match, req.headers['content-type']);
    const settings = this.#options.settings();
    if (req.headers.expect !== undefined) open.res.writeContinue();
    const body =
      route.route.method === 'POST' ? await readBody(req, settings.maxBodyMb * 1_048_576) : EMPTY_BODY;
    const reply =
      route.route.scope === 'infer'
        ? await this.#options.handle(this.#callFor(req, open, id, route, key, body))
        : this.#options.local(route.route, route.path, key, { accept: req.headers.accept ?? '', body });
    if (open.leave.signal.aborted && reply.body.kind === 'flow') {
      reply.body.flow.cancel(asAppError(open.leave.signal.reason));
      return;
    }
    if (reply.body.kind === 'flow') open.flow = reply.body.flow;
    writeReply(open.res, reply, {
      ticker: this.#options.ticker,
      stalledReaderMs: settings.deadlines.stalledReaderSeconds * 1000,
      extra,
      bodyless: req.method === 'HEAD',
    });
  }

  #callFor(
    req: IncomingMessage,
    open: Open,
    id: string,
    matched: { readonly route: Route; readonly path: string },
    key: ClientKey,
    body: Buffer,
  ): Call {
    const intake = readIntake(body, matched.route);
    const { model, targets } = this.#options.router.resolve(intake.model, key);
    const [target, ...alternates] = targets;
    if (target === undefined) throw new AppError('model_not_found', `Nothing serves "${model}".`);
    const control = readControl(req.headers);
    const { res } = open;
    return {
      id,
      route: matched.route,
      path: matched.path,
      headers: forwardableHeaders(req.rawHeaders, req.headers.connection),
      control,
      body,
      json: intake.json,
      model,
      stream: intake.stream,
      key,
      signal: open.leave.signal,
      target,
      alternates,
      upstream: null,
      trace: new Trace(this.#options.clock.monotonic()),
      processing: bearsProcessing(control.userAgent)
        ? () => {
            if (!res.headersSent) res.writeProcessing();
          }
        : null,
    };
  }

  /** The response's close with an unfinished body is the one sure sign that the client left (trap 23). */
  #closed(open: Open): void {
    this.#open.delete(open);
    if (this.#open.size === 0) this.#onEmpty();
    if (open.res.writableFinished) return;
    const left = new AppError('client_closed', 'The client left.');
    open.flow?.cancel(left);
    open.leave.abort(left);
  }

  #refuse(
    req: IncomingMessage,
    res: ServerResponse,
    error: AppError,
    dialect: DialectName,
    id: string,
    extra: Readonly<Record<string, string>>,
  ): void {
    if (res.headersSent || res.destroyed) {
      res.destroy();
      return;
    }
    if (error.code === 'internal') this.#options.log.error({ id, error }, 'request failed inside the app');
    const { status, headers, body } = renderError(error, dialect, id);
    const reply: Reply = { ...bytesReply(Buffer.from(JSON.stringify(body))), status };
    // A body that was not read would be taken for the next request: the connection ends with the answer.
    const close = req.complete ? {} : { connection: 'close' };
    writeReply(
      res,
      { ...reply, headers: { ...reply.headers, ...headers } },
      {
        ticker: this.#options.ticker,
        stalledReaderMs: Infinity,
        extra: { ...extra, ...close },
        bodyless: req.method === 'HEAD',
      },
    );
  }
}

const EMPTY_BODY = Buffer.alloc(0);
const JSON_BODY = /^application\/json\s*(?:;|$)/i;

/** @throws AppError not_found, method_not_allowed, unsupported_media_type */
function checkedRoute(
  match: RouteMatch,
  contentType: string | undefined,
): { readonly route: Route; readonly path: string } {
  if (match.kind === 'none') {
    const served = ROUTES.filter((known) => known.dialect !== 'ollama').map(
      (known) => `${known.method} ${known.path}`,
    );
    throw new AppError('not_found', 'There is no such route.', { advice: `Served: ${served.join(', ')}.` });
  }
  if (match.kind === 'wrong-method') {
    throw new AppError('method_not_allowed', `This route answers to ${match.allowed} only.`);
  }
  if (match.route.method === 'POST' && !JSON_BODY.test(contentType ?? '')) {
    throw new AppError('unsupported_media_type', 'The body must be JSON and say so.');
  }
  return match;
}
