import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../logs/log.ts';
import type { ProxyConfig } from '../../settings/proxy-config.ts';
import type { Answering, Call, Handle, Reply } from '../call.ts';
import type { LocalRoutes } from '../local-routes.ts';
import type { Router } from '../router.ts';
import { matchRoute, ROUTES, type Route, type RouteMatch } from '../routes.ts';
import type { Ticker } from '../ticker.ts';
import type { RequestRecord } from '../trace.ts';
import type { Auth } from './auth.ts';
import { endBadBytes } from './bad-bytes.ts';
import { declaresMore, readBody } from './body.ts';
import { corsHeaders, passGate, type GateRules } from './gate.ts';
import { clientRequestId } from './intake.ts';
import { serialLetters } from './serial-letters.ts';
import { newCall, rejectedRecord, type Arrival, type Visit } from './new-call.ts';
import { OpenExchanges } from './open-exchanges.ts';
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
    res.on('error', ignore); // A write to a client that left; its close says so too.
    try {
      this.#serve(req, res, id);
    } catch (error) {
      this.#broken(id, res, error);
    }
  };

  readonly onBadBytes = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    endBadBytes(error, socket, this.#open.owes(socket));
  };

  /** New requests are refused from now on; resolves when those under way have ended. */
  drain(graceMs: number): Promise<void> {
    this.#draining = true;
    return this.#open.drain(graceMs);
  }

  #serve(req: IncomingMessage, res: ServerResponse, id: string): void {
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
    const visit: Visit = { req, open: this.#open.begin(res), id, dialect, extra };
    try {
      this.#admit(visit, match);
    } catch (error) {
      this.#fail(visit, error);
    }
  }

  #admit(visit: Visit, match: RouteMatch): void {
    const { req, open } = visit;
    if (this.#draining) throw new AppError('shutting_down', 'The app is closing.', { retryAfterSeconds: 5 });
    const scope = match.kind === 'route' ? match.route.scope : 'models';
    const required = this.#options.keyRequired(match.kind === 'route' && match.route.dialect === 'ollama');
    const key = this.#options.auth.check(req.socket, req.headers, scope, required);
    const { route, path } = checkedRoute(match, req.headers);
    const arrival: Arrival = { ...visit, route, path, key };
    if (route.method !== 'POST') {
      this.#arrived(arrival, NO_BODY);
      return;
    }
    const limitBytes = this.#options.settings().maxBodyMb * 1_048_576;
    if (req.headers.expect !== undefined && !declaresMore(req, limitBytes)) open.res.writeContinue();
    readBody(
      req,
      limitBytes,
      (body) => this.#arrived(arrival, body),
      (error) => {
        if (route.scope === 'infer') this.#rejected(arrival, error);
        this.#fail(arrival, error);
      },
    );
  }

  /** From a whole body to its answer: in the same turn of the event loop where the answer is known at once. */
  #arrived(arrival: Arrival, body: Buffer): void {
    try {
      const answering = this.#answer(arrival, body);
      if (answering instanceof Promise) this.#later(arrival, answering);
      else this.#reply(arrival, answering);
    } catch (error) {
      this.#fail(arrival, error);
    }
  }

  #answer(arrival: Arrival, body: Buffer): Answering {
    const { route, path, key, req } = arrival;
    if (route.scope === 'infer') return this.#options.handle(this.#call(arrival, body));
    return this.#options.local(route, path, key, { accept: req.headers.accept ?? '', body });
  }

  #call(arrival: Arrival, body: Buffer): Call {
    try {
      return newCall(arrival, body, this.#options.router, this.#options.clock.monotonic());
    } catch (error) {
      this.#rejected(arrival, asAppError(error));
      throw error;
    }
  }

  #rejected(arrival: Arrival, error: AppError): void {
    this.#options.onRejected(rejectedRecord(arrival, error, this.#options.clock.now()));
  }

  #later(visit: Visit, answering: Promise<Reply>): void {
    answering
      .then((reply) => this.#reply(visit, reply))
      .catch((error: unknown) => this.#fail(visit, error))
      .catch((error: unknown) => this.#broken(visit.id, visit.open.res, error));
  }

  #reply({ req, open, extra }: Visit, reply: Reply): void {
    if (reply.body.kind === 'flow') {
      if (open.leave.signal.aborted) {
        const reason = asAppError(open.leave.signal.reason);
        reply.body.flow.cancel(reason);
        throw reason;
      }
      open.flow = reply.body.flow;
    }
    writeReply(open.res, reply, {
      ticker: this.#options.ticker,
      stalledReaderMs: this.#options.settings().deadlines.stalledReaderSeconds * 1000,
      extra,
      bodyless: req.method === 'HEAD',
    });
  }

  /** What went wrong, told to the client; why the exchange was ended says more than what that broke. */
  #fail({ req, open, id, dialect, extra }: Visit, error: unknown): void {
    const reason: unknown = open.leave.signal.reason;
    const known = reason instanceof AppError ? reason : asAppError(error);
    this.#refuse(req, open.res, { error: known, dialect, id, extra });
  }

  #refuse(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
    const { error, id } = refusal;
    if (error.code === 'internal') this.#options.log.error({ id, error }, 'request failed inside the app');
    writeRefusal(req, res, refusal, this.#options.ticker);
  }

  /** Not even the refusal could be written. */
  #broken(id: string, res: ServerResponse, error: unknown): void {
    this.#options.log.error({ id, error }, 'request handler failed');
    res.destroy();
  }
}

const NO_BODY = Buffer.alloc(0);
const ignore = (): void => {};
const JSON_BODY = /^application\/json\s*(?:;|$)/i;

/** @throws AppError not_found, method_not_allowed, unsupported_media_type */
function checkedRoute(
  match: RouteMatch,
  headers: IncomingHttpHeaders,
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
  if (match.route.method !== 'POST') return match;
  if (!JSON_BODY.test(headers['content-type'] ?? '')) {
    throw new AppError('unsupported_media_type', 'The body must be JSON and say so.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw new AppError('unsupported_media_type', 'Compressed bodies are not read.', {
      advice: 'Send the body as it is, without content-encoding.',
    });
  }
  return match;
}
