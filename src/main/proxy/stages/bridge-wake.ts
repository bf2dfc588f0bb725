import { asAppError } from '../../../shared/errors.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Target } from '../../target.ts';
import { withHeader, type Call, type Stage } from '../call.ts';
import type { WakeAllowance } from '../wake-allowance.ts';

export interface BridgeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly allowance: WakeAllowance;
  /** The target that stands in, if one is set and awake. */
  readonly bridge: () => Target | null;
  readonly perDay: () => number;
}

const DAY_MS = 86_400_000;

/**
 * While a sleeping deployment wakes, a second target answers, so many times a day (SPEC 4.5). The answer says who gave
 * it; the wake goes on in the background.
 */
export function bridgeWake(options: BridgeOptions): Stage {
  let day = -1;
  let used = 0;
  const allowed = (): boolean => {
    const today = Math.floor(options.clock.now() / DAY_MS);
    if (today !== day) {
      day = today;
      used = 0;
    }
    return used < options.perDay();
  };
  return (next) => async (call) => {
    const bridge = call.target.upstream() === null && call.key.mayWake ? options.bridge() : null;
    if (bridge === null || bridge.id === call.target.id || !allowed()) return next(call);
    used++;
    wakeBehind(call, options);
    call.trace.bridged = true;
    const reply = await next({ ...call, target: bridge, alternates: [] });
    return withHeader(reply, 'x-runpod-llm-bridge', bridge.name);
  };
}

/** Starts the wake and holds a lease until it is over, so that the fresh deployment is not idle before its first use. */
function wakeBehind(call: Call, options: BridgeOptions): void {
  const { target } = call;
  if (target.state() === 'waking') return;
  try {
    if (target.scalesItself?.() !== true) options.allowance.take(target);
  } catch (error) {
    options.log.info({ target: target.name, code: asAppError(error).code }, 'not woken behind the bridge');
    return;
  }
  const lease = target.lease();
  target.ensureReady(new AbortController().signal, true).then(
    () => lease.end(false),
    (error: unknown) => {
      lease.end(false);
      options.log.warn(
        { target: target.name, code: asAppError(error).code },
        'waking behind the bridge failed',
      );
    },
  );
}
