import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/errors.ts';
import type { Call } from '../call.ts';
import type { Target } from '../../target.ts';
import type { ClientKey } from '../keyring.ts';
import type { Router } from '../router.ts';
import type { DialectName, Route } from '../routes.ts';
import { NO_USAGE, Trace, type RequestRecord } from '../trace.ts';
import { forwardableHeaders } from '../upstream/headers.ts';
import { bearsProcessing, readControl, readIntake, withoutBom } from './intake.ts';
import type { Exchanging } from './open-exchanges.ts';

/** A request that passed the gate. */
export interface Visit {
  readonly req: IncomingMessage;
  readonly open: Exchanging;
  readonly id: string;
  readonly dialect: DialectName;
  /** Headers of every answer to it. */
  readonly extra: Readonly<Record<string, string>>;
}

/** One whose key is known and whose route there is. */
export interface Arrival extends Visit {
  readonly route: Route;
  readonly path: string;
  readonly key: ClientKey;
}

const NONE: readonly Target[] = [];

/**
 * The call a request stands for.
 * @throws AppError invalid_input, model_not_found
 */
export function newCall(arrival: Arrival, sent: Buffer, router: Router, startedAt: number): Call {
  const { req, open, id, route, path, key } = arrival;
  const body = withoutBom(sent);
  const intake = readIntake(body, route);
  const { model, targets } = router.resolve(intake.model, key);
  const [target] = targets;
  if (target === undefined) throw new AppError('model_not_found', `Nothing serves "${model}".`);
  const control = readControl(req.headers);
  return {
    id,
    route,
    path,
    headers: forwardableHeaders(req.rawHeaders, req.headers.connection),
    control,
    body,
    json: intake.json,
    model,
    stream: intake.stream,
    key,
    signal: open.leave.signal,
    target,
    alternates: targets.length > 1 ? targets.slice(1) : NONE,
    upstream: null,
    trace: new Trace(startedAt),
    processing: bearsProcessing(control.userAgent)
      ? () => {
          if (!open.res.headersSent) open.res.writeProcessing();
        }
      : null,
  };
}

/** The record of a request that was refused for its body or its model, before there was a call (SPEC 4.14). */
export function rejectedRecord(arrival: Arrival, error: AppError, at: number): RequestRecord {
  const { req, id, route, key } = arrival;
  return {
    id,
    at,
    route: route.id,
    model: '',
    keyId: key.id,
    keyName: key.name,
    userAgent: readControl(req.headers).userAgent,
    stream: false,
    outcome: error.code === 'client_closed' ? 'aborted' : 'error',
    status: error.status,
    errorCode: error.code,
    targetId: null,
    targetName: null,
    servedModel: null,
    simulated: false,
    cache: 'bypass',
    usage: NO_USAGE,
    usageEstimated: false,
    costUsd: null,
    payment: null,
    ttftMs: null,
    durationMs: 0,
    tokensPerSecond: null,
    wakeMs: null,
    queuedMs: null,
    attempts: 0,
    clamped: false,
    bridged: false,
    maybePaidTwice: false,
    finishReason: null,
    bytesIn: Number(req.headers['content-length'] ?? 0),
    bytesOut: 0,
  };
}
