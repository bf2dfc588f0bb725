import type { DeploymentSpec } from '../../shared/model.ts';
import type { GpuOffer } from '../planner/types.ts';
import type { GpuType, RunPodApi } from '../runpod/api.ts';
import type { Planner } from './types.ts';

export interface OffersParts {
  readonly api: Pick<RunPodApi, 'catalog'>;
  readonly planner: Pick<Planner, 'offers'>;
}

export interface OffersWish {
  readonly cloud: DeploymentSpec['compute']['cloud'];
  /** Whether endpoints are weighed too: their stock is another. */
  readonly serverless: boolean;
}

/** The catalogue. Stock is told for one cloud and product at a time (FACTS 5), so that a wish for more asks for each. */
export async function offersFor(
  { api, planner }: OffersParts,
  { cloud, serverless }: OffersWish,
  signal: AbortSignal,
): Promise<GpuOffer[]> {
  const ask = (one: 'SECURE' | 'COMMUNITY'): Promise<readonly GpuType[]> =>
    api.catalog.gpus({ include: ['AVAILABILITY'], product: ['POD'], cloud: one }, signal);
  const askEndpoints = (): Promise<readonly GpuType[]> =>
    api.catalog.gpus({ include: ['AVAILABILITY'], product: ['SERVERLESS'] }, signal);
  const [main, community, endpoints] = await Promise.all([
    ask(cloud === 'ANY' ? 'SECURE' : cloud),
    cloud === 'ANY' ? ask('COMMUNITY') : [],
    serverless ? askEndpoints() : [],
  ]);
  const stock = new Map(planner.offers(community).map((offer) => [offer.id, offer.stock]));
  return planner.offers(main, endpoints).map((offer) => {
    const communityStock = stock.get(offer.id);
    return communityStock === undefined ? offer : { ...offer, communityStock };
  });
}
