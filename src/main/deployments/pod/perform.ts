import type { PodEffect } from '../events.ts';
import { buildOwnImage } from './effects/build-image.ts';
import { probeModel, pullOllamaModel, touchModel } from './effects/ask-model.ts';
import { endPod, readPod, restartPod, startPod, unlockPod } from './effects/change-pod.ts';
import type { EffectContext, EffectParts } from './effects/context.ts';
import { createPod, lookupPod, planPods, type PlannedFacts } from './effects/create-pod.ts';

/** The calls behind the decisions of pod/life-cycle.ts. Each ends in events, never in an exception but an abort. */
export class PodEffects {
  readonly #parts: EffectParts;
  #planned: PlannedFacts | null = null;

  constructor(parts: EffectParts) {
    this.#parts = parts;
  }

  async run(effect: PodEffect, context: EffectContext): Promise<void> {
    const parts = this.#parts;
    switch (effect.kind) {
      case 'plan':
        this.#planned = await planPods(parts, context);
        return;
      case 'build':
        return buildOwnImage(parts, context);
      case 'create':
        return createPod(parts, effect.candidate, this.#planned, context);
      case 'lookup':
        return lookupPod(parts, effect.intent, context);
      case 'start':
        return startPod(parts, context);
      case 'restart':
        return restartPod(parts, context);
      case 'unlock':
        return unlockPod(parts, context);
      case 'end':
        return endPod(parts, effect.action, context);
      case 'read':
        return readPod(parts, context);
      case 'probe':
        return probeModel(parts, context);
      case 'pull':
        return pullOllamaModel(parts, context);
      case 'touch':
        return touchModel(parts, context);
    }
  }
}
