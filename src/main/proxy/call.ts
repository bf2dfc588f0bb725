import type { Target, Upstream } from '../target.ts';
import type { Flow } from './flow.ts';
import type { JsonObject } from './json.ts';
import type { ClientKey } from './keyring.ts';
import type { Route } from './routes.ts';
import type { Trace } from './trace.ts';

/** One request on its way through the pipeline. Stages hand on changed copies; only `trace` is written to. */
export interface Call {
  /** The request id: the client's own when it sent a sane one. */
  readonly id: string;
  readonly route: Route;
  /** What the model server is asked for: path below the base URL, with its query. */
  readonly path: string;
  /** Headers to forward, as a flat list of names and values, already freed of private ones. */
  readonly headers: readonly string[];
  readonly control: CallControl;
  /** The body as it is to be sent. */
  readonly body: Buffer;
  /** The parsed body; never changed in place. */
  readonly json: JsonObject;
  /** `model` as the client wrote it; answers carry this name. */
  readonly model: string;
  /** The client asked for a stream of events. */
  readonly stream: boolean;
  readonly key: ClientKey;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly target: Target;
  /** Other targets that serve the same model, best first. */
  readonly alternates: readonly Target[];
  /** Known once the target is awake. */
  readonly upstream: Upstream | null;
  readonly trace: Trace;
  /** Tells a waiting plain client that work goes on (HTTP 102), where its stack is known to bear it. */
  readonly processing: (() => void) | null;
}

/** What the client's headers ask of the proxy itself. */
export interface CallControl {
  /** `cache-control: no-store`: neither read nor kept. */
  readonly noStore: boolean;
  /** `cache-control: no-cache`: not read, but kept. */
  readonly noCache: boolean;
  /** `x-single-flight: off`: wants an answer of its own, even if the same is being asked right now. */
  readonly alone: boolean;
  /** `x-cache-ttl`, seconds; null = the default. */
  readonly cacheTtlSeconds: number | null;
  /** How long the client says it waits for the next byte; null = it did not say. */
  readonly patienceMs: number | null;
  /** The client sends this body again after a failure. */
  readonly repeated: boolean;
  readonly userAgent: string;
  /** Claude Code's session; null for everybody else. */
  readonly session: string | null;
}

export type ReplyBody =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | {
      readonly kind: 'flow';
      readonly flow: Flow;
      /** Whole server-sent events (marked chunks), or opaque bytes. */
      readonly events: boolean;
    };

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
}

/** A reply that is known at once, such as a cached one, or one that has to be waited for. */
export type Answering = Reply | Promise<Reply>;
/** The one verb. Throws or rejects with an AppError while nothing has reached the client. */
export type Handle = (call: Call) => Answering;
/** Limits, cache, flight, wake, breaker, retry, metering: each decorates the next. */
export type Stage = (next: Handle) => Handle;

export const JSON_TYPE = 'application/json';
export const EVENTS_TYPE = 'text/event-stream';

export function bytesReply(bytes: Buffer, contentType = JSON_TYPE, status = 200): Reply {
  return { status, headers: { 'content-type': contentType }, body: { kind: 'bytes', bytes } };
}

export function eventsReply(flow: Flow): Reply {
  return {
    status: 200,
    headers: { 'content-type': EVENTS_TYPE },
    body: { kind: 'flow', flow, events: true },
  };
}

/** The same reply with more headers. */
export function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

/** Asks, for stages that have something to undo: what is thrown at once is a rejection like any other. */
export function ask(next: Handle, call: Call): Answering {
  try {
    return next(call);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Goes on with a reply: at once where it is there, so that a hit costs no turn of the microtask queue. */
export function onward(answering: Answering, replied: (reply: Reply) => Answering): Answering {
  return answering instanceof Promise ? answering.then(replied) : replied(answering);
}
