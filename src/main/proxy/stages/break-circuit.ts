import { AppError, asAppError } from '../../../shared/errors.ts';
import type { Breakers } from '../breaker.ts';
import type { Stage } from '../call.ts';
import { Settling } from '../flow.ts';

/** What says that a target is broken, as opposed to busy or asked wrongly. */
const FAULTS = new Set(['upstream_unreachable', 'upstream_failed', 'upstream_timeout']);

/**
 * Leaves a broken target alone for a while. Only an awake one can be broken: while it wakes, its own readiness proof
 * decides.
 */
export function breakCircuit(breakers: Breakers): Stage {
  return (next) => async (call) => {
    const { id, name } = call.target;
    if (call.target.state() !== 'ready') return next(call);
    const waitMs = breakers.enter(id);
    if (waitMs > 0) {
      throw new AppError(
        'upstream_unreachable',
        `${name} failed several times and is left alone for a moment.`,
        {
          retryAfterSeconds: Math.ceil(waitMs / 1000),
        },
      );
    }
    const judge = (error: unknown): void => {
      const { code, details } = asAppError(error);
      // A call that was too long for its gateway says nothing about the server behind it.
      const isBroken = FAULTS.has(code) && details?.['gatewayLimit'] !== true;
      if (code === 'client_closed' || code === 'body_too_large') breakers.undecided(id);
      else if (isBroken) breakers.failed(id);
      else breakers.succeeded(id);
    };
    try {
      const reply = await next(call);
      if (reply.body.kind === 'bytes') {
        breakers.succeeded(id);
        return reply;
      }
      const flow = new Settling(reply.body.flow, (end, error) => {
        if (end === 'ended') breakers.succeeded(id);
        else if (end === 'cancelled') breakers.undecided(id);
        else judge(error);
      });
      return { ...reply, body: { ...reply.body, flow } };
    } catch (error) {
      judge(error);
      throw error;
    }
  };
}
