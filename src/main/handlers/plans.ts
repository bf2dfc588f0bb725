import type { MethodHandlers } from '../../shared/api.ts';
import type { ModelDirectory } from '../huggingface/model-facts-source.ts';
import type { ModelHit } from '../../shared/model.ts';
import type { Fleet } from '../deployments/types.ts';

export interface PlanParts {
  readonly models: Pick<ModelDirectory, 'search'>;
  readonly fleet: Pick<Fleet, 'list' | 'plan'>;
}

/** Plans before paying (SPEC 3.2), weighed as the deployments' own starts are. Creates nothing. */
export function planHandlers(parts: PlanParts): Pick<MethodHandlers, 'plan.make' | 'models.search'> {
  return {
    'plan.make': (request, signal) => parts.fleet.plan(request, signal),
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
