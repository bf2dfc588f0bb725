import type { MethodHandlers } from '../../shared/api.ts';
import { PUBLIC_PRICES, PUBLIC_PRICES_AS_OF, PUBLIC_PRICES_SOURCE } from '../costs/public-prices.ts';
import type { Fleet } from '../deployments/types.ts';
import { nameOfTarget, type UserTargetConfig } from '../../shared/targets.ts';
import type { TargetSource } from '../target.ts';

export interface ModelParts {
  readonly fleet: Pick<Fleet, 'list'>;
  /** Servers beside the deployments, as they are asked now. */
  readonly added: Pick<TargetSource, 'list'>;
  /** The same as configured. */
  readonly targets: () => readonly UserTargetConfig[];
  readonly simulated: boolean;
}

export type ModelMethods = Pick<MethodHandlers, 'models.list' | 'models.public'>;

/** The models that can be asked now, and those that RunPod hosts, with what they cost before anybody turns one on. */
export function modelHandlers({ fleet, added, targets, simulated }: ModelParts): ModelMethods {
  return {
    'models.list': async () => ({
      models: [
        ...fleet
          .list()
          .flatMap(({ models, state, name, spec }) =>
            models.map((id) => ({ id, state, deployment: name, contextTokens: spec.contextTokens })),
          ),
        ...added.list().flatMap((target) =>
          target.models.map((id) => ({
            id,
            state: target.state(),
            deployment: null,
            contextTokens: target.contextTokens,
          })),
        ),
      ],
    }),
    'models.public': async () => ({
      pricesAsOf: PUBLIC_PRICES_AS_OF,
      source: PUBLIC_PRICES_SOURCE,
      simulated,
      models: PUBLIC_PRICES.map(({ id, model, contextTokens, usdPerMillionInput, usdPerMillionOutput }) => {
        const on = targets().filter(({ publicEndpoint }) => publicEndpoint === id);
        const names = on.flatMap((target) => [nameOfTarget(target), id, ...target.models]);
        return {
          id,
          model,
          contextTokens,
          usdPerMillionInput,
          usdPerMillionOutput,
          names: [...new Set(names)],
        };
      }),
    }),
  };
}
