import { asAppError, isAbort } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ask, type Call, type Reply, type Stage } from '../call.ts';
import { Settling, type Flow, type FlowEnd, type Mark } from '../flow.ts';
import type { RequestRecord } from '../trace.ts';

export interface MeterOptions {
  readonly clock: Clock;
  readonly onCompleted: (record: RequestRecord) => void;
}

/** Reports every request once, whatever its outcome; aborted streams cost too (trap 11). */
export function meter(options: MeterOptions): Stage {
  const report = (call: Call, outcome: RequestRecord['outcome']): void => {
    options.onCompleted(recordOf(call, outcome, options.clock));
  };
  const replied = (call: Call, reply: Reply): Reply => {
    call.trace.status = reply.status;
    if (reply.body.kind === 'bytes') {
      call.trace.bytesOut = reply.body.bytes.length;
      report(call, 'ok');
      return reply;
    }
    const flow = new Counting(reply.body.flow, call, (end, error) => {
      if (error !== null && end === 'failed') call.trace.error ??= asAppError(error);
      const left = end === 'cancelled' || call.trace.error?.code === 'client_closed';
      report(call, left ? 'aborted' : call.trace.error === null ? 'ok' : 'error');
    });
    return { ...reply, body: { ...reply.body, flow } };
  };
  const failed = (call: Call, error: unknown): never => {
    const known = asAppError(error);
    call.trace.error = known;
    call.trace.status = known.status;
    report(call, known.code === 'client_closed' || isAbort(error) ? 'aborted' : 'error');
    throw error;
  };
  return (next) => (call) => {
    const answering = ask(next, call);
    if (!(answering instanceof Promise)) return replied(call, answering);
    return answering.then(
      (reply) => replied(call, reply),
      (error: unknown) => failed(call, error),
    );
  };
}

class Counting extends Settling {
  readonly #call: Call;

  constructor(source: Flow, call: Call, settled: (end: FlowEnd, error: Error | null) => void) {
    super(source, settled);
    this.#call = call;
  }
  override data(chunk: Buffer, mark: Mark): void {
    this.#call.trace.bytesOut += chunk.length;
    this.sink.data(chunk, mark);
  }
}

function recordOf(call: Call, outcome: RequestRecord['outcome'], clock: Clock): RequestRecord {
  const { trace } = call;
  const durationMs = clock.monotonic() - trace.startedAt;
  const estimated = trace.usage.tokensOut === null && trace.contentEvents > 0;
  const usage = estimated ? { ...trace.usage, tokensOut: trace.contentEvents } : trace.usage;
  const ttftMs = trace.firstTokenAt === null ? null : Math.max(0, trace.firstTokenAt - trace.startedAt);
  const writingMs = ttftMs === null ? null : durationMs - ttftMs;
  return {
    id: call.id,
    at: clock.now() - durationMs,
    route: call.route.id,
    model: call.model,
    keyId: call.key.id,
    keyName: call.key.name,
    userAgent: call.control.userAgent,
    stream: call.stream,
    outcome,
    status: trace.status,
    errorCode: trace.error?.code ?? null,
    targetId: trace.target?.id ?? null,
    targetName: trace.target?.name ?? null,
    servedModel: trace.servedModel,
    simulated: trace.target?.simulated ?? false,
    cache: trace.cache,
    usage,
    usageEstimated: estimated,
    costUsd: trace.costUsd,
    payment: trace.target?.payment ?? null,
    ttftMs,
    durationMs,
    tokensPerSecond: speed(usage.tokensOut, writingMs),
    wakeMs: trace.wakeMs,
    queuedMs: trace.queuedMs,
    attempts: trace.attempts,
    clamped: trace.clamped,
    bridged: trace.bridged,
    maybePaidTwice: trace.maybePaidTwice,
    finishReason: trace.finishReason,
    bytesIn: call.body.length,
    bytesOut: trace.bytesOut,
  };
}

function speed(tokens: number | null, ms: number | null): number | null {
  return tokens === null || ms === null || ms <= 0 ? null : (tokens / ms) * 1000;
}
