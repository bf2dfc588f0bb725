import type { DeploymentSpec } from '../../shared/model.ts';
import type { GpuOffer } from '../planner/types.ts';
import type { GpuType, RunPodApi } from '../runpod/api.ts';
import type { Planner } from './types.ts';

export interface PodOffersParts {
  readonly api: Pick<RunPodApi, 'catalog'>;
  readonly planner: Pick<Planner, 'offers'>;
}

/** The catalogue for pods. Stock is told for one cloud at a time (FACTS 5), so that a wish for any asks for both. */
export async function podOffers(
  { api, planner }: PodOffersParts,
  cloud: DeploymentSpec['compute']['cloud'],
  signal: AbortSignal,
): Promise<GpuOffer[]> {
  const ask = (one: 'SECURE' | 'COMMUNITY'): Promise<readonly GpuType[]> =>
    api.catalog.gpus({ include: ['AVAILABILITY'], product: ['POD'], cloud: one }, signal);
  if (cloud !== 'ANY') return planner.offers(await ask(cloud));
  const [secure, community] = await Promise.all([ask('SECURE'), ask('COMMUNITY')]);
  const stock = new Map(planner.offers(community).map((offer) => [offer.id, offer.stock]));
  return planner.offers(secure).map((offer) => {
    const communityStock = stock.get(offer.id);
    return communityStock === undefined ? offer : { ...offer, communityStock };
  });
}
