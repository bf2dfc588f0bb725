import { AppError, ERRORS, asAppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Upstream } from '../../target.ts';
import type { Call, Reply, Stage } from '../call.ts';
import { Settling } from '../flow.ts';
import type { TargetLoad } from '../target-load.ts';
import { reasonOf } from '../upstream/exchange.ts';
import type { WakeAllowance } from '../wake-allowance.ts';

export interface WakeOptions {
  readonly clock: Clock;
  readonly load: TargetLoad;
  readonly wakeTimeoutMs: () => number;
  readonly allowance: WakeAllowance;
}

/**
 * Brings the target up and holds its lease until the last byte, however the call ends: idle clocks stand still while a
 * lease is held, so it must end exactly once (trap 13). All waiters share the target's own boot.
 * @throws AppError deployment_stopped, boot_failed, no_gpu_capacity, budget_exceeded, wait_timeout, …
 */
export function wake(options: WakeOptions): Stage {
  return (next) => async (call) => {
    const { target } = call;
    call.trace.target = target;
    const lease = target.lease();
    const load = options.load.enter(target.id);
    const leave = (served: boolean): void => {
      load.leave(call.trace.firstTokenAt);
      lease.end(served);
    };
    try {
      const upstream = target.upstream() ?? (await awake(call, options));
      return untilSettled(await next({ ...call, upstream }), leave);
    } catch (error) {
      leave(answered(asAppError(error)));
      throw error;
    }
  };
}

/** The model server said no, which is an answer too. */
function answered(error: AppError): boolean {
  return ERRORS[error.code].source === 'model-server' && error.details?.['unreached'] !== true;
}

function untilSettled(reply: Reply, leave: (served: boolean) => void): Reply {
  if (reply.body.kind === 'bytes') {
    leave(true);
    return reply;
  }
  const flow = new Settling(reply.body.flow, () => leave(true));
  return { ...reply, body: { ...reply.body, flow } };
}

/** Whether a request may start hardware. @throws AppError deployment_stopped, budget_exceeded, … */
export function checkMayWake({ key, target }: Pick<Call, 'key' | 'target'>): void {
  if (!key.mayWake) {
    throw new AppError(
      'deployment_stopped',
      `${target.name} is asleep and the key "${key.name}" may not wake it.`,
    );
  }
  const refusal = target.refusal?.() ?? null;
  if (refusal !== null) throw refusal;
}

async function awake(call: Call, options: WakeOptions): Promise<Upstream> {
  const { target, trace } = call;
  const asleep = target.state() === 'sleeping' || target.state() === 'failed';
  if (asleep) {
    // A refused wake starts nothing, so it must not use up the wakes that would.
    checkMayWake(call);
    if (target.scalesItself?.() !== true) options.allowance.take(target);
  }
  // A target that is ready and has to look something up first was not woken.
  const wasReady = target.state() === 'ready';
  const startedAt = options.clock.monotonic();
  try {
    return await withLimit(call, options);
  } finally {
    if (!wasReady) trace.wakeMs = (trace.wakeMs ?? 0) + (options.clock.monotonic() - startedAt);
  }
}

async function withLimit(call: Call, options: WakeOptions): Promise<Upstream> {
  const limitMs = options.wakeTimeoutMs();
  const patience = new AbortController();
  const left = (): void => patience.abort(reasonOf(call.signal));
  if (call.signal.aborted) left();
  else call.signal.addEventListener('abort', left, { once: true });
  const late = new AppError(
    'wait_timeout',
    `${call.target.name} did not wake within ${Math.round(limitMs / 1000)} s.`,
  );
  const cancel = options.clock.after(limitMs, () => patience.abort(late));
  try {
    return await call.target.ensureReady(patience.signal);
  } catch (error) {
    if (patience.signal.reason === late) throw late;
    throw error;
  } finally {
    cancel();
    call.signal.removeEventListener('abort', left);
  }
}
