import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../../shared/errors.ts';
import type { Call } from '../call.ts';
import type { ClientKey } from '../keyring.ts';
import type { Router } from '../router.ts';
import type { Route } from '../routes.ts';
import { NO_USAGE, Trace, type RequestRecord } from '../trace.ts';
import { forwardableHeaders } from '../upstream/headers.ts';
import { bearsProcessing, readControl, readIntake } from './intake.ts';

/** A request that has arrived whole and whose key is known. */
export interface Arrival {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly id: string;
  readonly route: Route;
  readonly path: string;
  readonly key: ClientKey;
  readonly signal: AbortSignal;
}

/**
 * The call a request stands for.
 * @throws AppError invalid_input, model_not_found
 */
export function newCall(arrival: Arrival, body: Buffer, router: Router, startedAt: number): Call {
  const { req, res, id, route, path, key, signal } = arrival;
  const intake = readIntake(body, route);
  const { model, targets } = router.resolve(intake.model, key);
  const [target, ...alternates] = targets;
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
    signal,
    target,
    alternates,
    upstream: null,
    trace: new Trace(startedAt),
    processing: bearsProcessing(control.userAgent)
      ? () => {
          if (!res.headersSent) res.writeProcessing();
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
    finishReason: null,
    bytesIn: Number(req.headers['content-length'] ?? 0),
    bytesOut: 0,
  };
}
