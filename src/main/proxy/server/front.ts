import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../logs/log.ts';
import type { ProxyConfig } from '../../settings/proxy-config.ts';
import type { Call, Handle } from '../call.ts';
import type { LocalRoutes } from '../local-routes.ts';
import type { Router } from '../router.ts';
import { matchRoute, ROUTES, type Route, type RouteMatch } from '../routes.ts';
import type { Ticker } from '../ticker.ts';
import type { RequestRecord } from '../trace.ts';
import type { Auth } from './auth.ts';
import { endBadBytes } from './bad-bytes.ts';
import { readBody } from './body.ts';
import { corsHeaders, passGate, type GateRules } from './gate.ts';
import { clientRequestId } from './intake.ts';
import { serialLetters } from './serial-letters.ts';
import { newCall, rejectedRecord, type Arrival } from './new-call.ts';
import { OpenExchanges, type Exchanging } from './open-exchanges.ts';
import { writeRefusal, type Refusal } from './refusal.ts';
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
  /** A request with a good key was refused for its body or model. */
  readonly onRejected: (record: RequestRecord) => void;
}

/** Where requests come in: gate, key, route, body, then the pipeline. Order is that of SECURITY 4.3. */
export class Front {
  readonly #options: FrontOptions;
  readonly #open: OpenExchanges;
  #serial = 0;
  #draining = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#open = new OpenExchanges(options.clock);
  }

  get inFlight(): number {
    return this.#open.size;
  }

  readonly onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    const id = clientRequestId(req.headers) ?? `${this.#options.idPrefix}${serialLetters(this.#serial++)}`;
    res.on('error', () => {}); // A write to a client that left; its close says so too.
    this.#serve(req, res, id).catch((error: unknown) =>
      this.#options.log.error({ id, error }, 'request handler failed'),
    );
  };

  readonly onBadBytes = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    endBadBytes(error, socket, this.#open.owes(socket));
  };

  /** New requests are refused from now on; resolves when those under way have ended. */
  drain(graceMs: number): Promise<void> {
    this.#draining = true;
    return this.#open.drain(graceMs);
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
      this.#refuse(req, res, { error: verdict.error, dialect: 'plain', id, extra: {} });
      return;
    }
    const extra = {
      'x-request-id': id,
      ...(verdict.origin === null ? {} : corsHeaders(verdict.origin)),
    };
    const match = matchRoute(method, verdict.path, this.#options.settings().ollamaRoutes);
    const dialect = match.kind === 'route' ? match.route.dialect : 'plain';
    const open = this.#open.begin(res);
    try {
      await this.#answer(req, open, id, match, extra);
    } catch (error) {
      const reason: unknown = open.leave.signal.reason;
      const known = reason instanceof AppError ? reason : asAppError(error);
      this.#refuse(req, res, { error: known, dialect, id, extra });
    }
  }

  async #answer(
    req: IncomingMessage,
    open: Exchanging,
    id: string,
    match: RouteMatch,
    extra: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (this.#draining) throw new AppError('shutting_down', 'The app is closing.', { retryAfterSeconds: 5 });
    const scope = match.kind === 'route' ? match.route.scope : 'models';
    const required = this.#options.keyRequired(match.kind === 'route' && match.route.dialect === 'ollama');
    const key = this.#options.auth.check(req.socket, req.headers, scope, required);
    const { route, path } = checkedRoute(match, req.headers['content-type']);
    const arrival = { req, res: open.res, id, route, path, key, signal: open.leave.signal };
    const reply =
      route.scope === 'infer'
        ? await this.#options.handle(await this.#call(arrival))
        : this.#options.local(route, path, key, {
            accept: req.headers.accept ?? '',
            body: await this.#body(arrival),
          });
    if (open.leave.signal.aborted && reply.body.kind === 'flow') {
      const reason = asAppError(open.leave.signal.reason);
      reply.body.flow.cancel(reason);
      throw reason;
    }
    if (reply.body.kind === 'flow') open.flow = reply.body.flow;
    writeReply(open.res, reply, {
      ticker: this.#options.ticker,
      stalledReaderMs: this.#options.settings().deadlines.stalledReaderSeconds * 1000,
      extra,
      bodyless: req.method === 'HEAD',
    });
  }

  async #call(arrival: Arrival): Promise<Call> {
    try {
      const body = await this.#body(arrival);
      return newCall(arrival, body, this.#options.router, this.#options.clock.monotonic());
    } catch (error) {
      this.#options.onRejected(rejectedRecord(arrival, asAppError(error), this.#options.clock.now()));
      throw error;
    }
  }

  #body({ req, res, route }: Arrival): Promise<Buffer> {
    if (route.method !== 'POST') return NO_BODY;
    if (req.headers.expect !== undefined) res.writeContinue();
    return readBody(req, this.#options.settings().maxBodyMb * 1_048_576);
  }

  #refuse(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
    const { error, id } = refusal;
    if (error.code === 'internal') this.#options.log.error({ id, error }, 'request failed inside the app');
    writeRefusal(req, res, refusal, this.#options.ticker);
  }
}

const NO_BODY = Promise.resolve(Buffer.alloc(0));
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
