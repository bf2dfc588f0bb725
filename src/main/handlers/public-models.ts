import type { MethodHandlers } from '../../shared/api.ts';
import { PUBLIC_PRICES, PUBLIC_PRICES_AS_OF, PUBLIC_PRICES_SOURCE } from '../costs/public-prices.ts';
import { nameOfTarget, type UserTargetConfig } from '../settings/proxy-config.ts';

export interface PublicModelParts {
  /** As configured now. */
  readonly targets: () => readonly UserTargetConfig[];
  readonly simulated: boolean;
}

/** The models RunPod hosts, with what they cost, before anybody turns one on. */
export function publicModelHandlers({
  targets,
  simulated,
}: PublicModelParts): Pick<MethodHandlers, 'models.public'> {
  return {
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
