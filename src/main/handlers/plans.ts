import type { MethodHandlers } from '../../shared/api.ts';
import type { ModelDirectory } from '../huggingface/model-facts-source.ts';
import { offersFor } from '../deployments/offers-for.ts';
import type { ModelFacts } from '../planner/types.ts';
import type { ModelHit, PlanRequest } from '../../shared/model.ts';
import { asAppError } from '../../shared/errors.ts';
import type { Fleet, Planner } from '../deployments/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunPodApi } from '../runpod/api.ts';

export interface PlanParts {
  readonly api: RunPodApi;
  readonly models: ModelDirectory;
  readonly fleet: Pick<Fleet, 'list'>;
  readonly planner: Planner;
  readonly clock: Clock;
  readonly simulated: boolean;
}

/** Plans before paying (SPEC 3.2): model facts and the live catalogue, given to the planner. Creates nothing. */
export function planHandlers(parts: PlanParts): Pick<MethodHandlers, 'plan.make' | 'models.search'> {
  return {
    'plan.make': async (request, signal) => {
      const [facts, siblings, offers] = await Promise.all([
        factsFor(parts.models, request, signal),
        parts.models.siblings(request.model),
        offersFor(parts, { cloud: request.compute.cloud, serverless: request.mode !== 'pod' }, signal),
      ]);
      const now = parts.clock.now();
      return parts.planner.plan({
        request,
        facts,
        siblings,
        offers,
        pricesAsOf: new Date(now).toISOString(),
        simulated: parts.simulated,
        now,
      });
    },
    'models.search': async (wish, signal) => {
      const recent = wish.query === '' ? recentModels(parts.fleet, wish.backend) : [];
      const found = await parts.models.search(wish, signal);
      const ids = new Set(recent.map((hit) => hit.id));
      return { models: [...recent, ...found.filter((hit) => !ids.has(hit.id))].slice(0, wish.limit) };
    },
  };
}

/** Models of the deployments there are, the newest first. */
function recentModels(fleet: Pick<Fleet, 'list'>, backend: ModelHit['backend']): ModelHit[] {
  const views = fleet
    .list()
    .filter((view) => view.spec.backend === backend)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  return [...new Set(views.map((view) => view.spec.model))].map((id) => ({
    id,
    source: 'recent',
    backend,
    parametersB: null,
    contextTokens: null,
    downloads: null,
    gated: false,
    note: 'deployed here before',
  }));
}

/** A name the hub does not know may still be Ollama's own; its plan is then an estimate, and says so. */
async function factsFor(
  source: ModelDirectory,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<ModelFacts | null> {
  try {
    return await source.facts(request.model, request.revision, signal);
  } catch (error) {
    if (request.backend === 'ollama' && asAppError(error).code === 'model_unknown') return null;
    throw error;
  }
}
