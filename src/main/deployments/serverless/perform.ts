import { asAppError, isAbort, toErrorBody } from '../../../shared/errors.ts';
import type { EndpointEffect } from './events.ts';
import type { EffectContext } from '../pod/effects/context.ts';
import { askEndpoint, probeEndpoint, wakeEndpoint } from './effects/ask.ts';
import type { EndpointParts } from './effects/context.ts';
import { endEndpoint, readEndpoint } from './effects/end-endpoint.ts';
import { lookAtEndpoint } from './effects/look.ts';
import {
  createEndpoint,
  lookupEndpoint,
  planEndpoint,
  scaleEndpoint,
  syncEndpoint,
  type PlannedEndpoint,
} from './effects/make-endpoint.ts';

/** The calls behind the decisions of a serverless deployment. Each ends in events, never in an exception but an abort. */
export class EndpointEffects {
  readonly #parts: EndpointParts;
  /** By deployment: of its last plan. */
  readonly #planned = new Map<string, PlannedEndpoint>();

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  async run(effect: EndpointEffect, context: EffectContext): Promise<void> {
    const parts = this.#parts;
    switch (effect.kind) {
      case 'endpoint-plan': {
        const planned = await planEndpoint(parts, context);
        if (planned !== null) this.#planned.set(context.record.id, planned);
        return;
      }
      case 'endpoint-create':
        return this.#change(context, async (planned) => createEndpoint(parts, planned, context));
      case 'endpoint-sync':
        return this.#change(context, async (planned) => syncEndpoint(parts, planned, context));
      case 'endpoint-scale':
        return this.#report(context, () => scaleEndpoint(parts, context));
      case 'endpoint-lookup':
        return lookupEndpoint(parts, effect.intent, context);
      case 'endpoint-end':
        return endEndpoint(parts, effect.action, context);
      case 'endpoint-read':
        return readEndpoint(parts, context);
      case 'endpoint-look':
        return lookAtEndpoint(parts, effect, context);
      case 'endpoint-ask':
        return askEndpoint(parts, effect.question, context);
      case 'endpoint-wake':
        return wakeEndpoint(parts, context);
      case 'endpoint-probe':
        return probeEndpoint(parts, context);
    }
  }

  /** The deployment is no more. */
  forget(deploymentId: string): void {
    this.#planned.delete(deploymentId);
  }

  /** A call made from a plan; one that the app lost with its last process is made again. */
  async #change(context: EffectContext, call: (planned: PlannedEndpoint) => Promise<void>): Promise<void> {
    const known = this.#planned.get(context.record.id);
    const planned = known?.spec === context.record.spec ? known : await planEndpoint(this.#parts, context);
    if (planned === null) return;
    this.#planned.set(context.record.id, planned);
    await this.#report(context, () => call(planned));
  }

  async #report({ post, signal }: EffectContext, call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      const known = asAppError(error);
      post({ type: 'endpoint-change-failed', error: toErrorBody(known), retryable: known.retryable });
    }
  }
}
