import type { DeploymentSpec } from '../../../shared/model.ts';
import { isFronted, isOwnBalancerImage } from '../../planner/images.ts';
import type { OwnImage } from '../record.ts';

/** The header that carries a server's own key: RunPod's edge uses Authorization up (FACTS 3.2). */
const KEY_HEADER = 'x-rplm-key';

/** What a server behind an endpoint wants beside RunPod's own key. */
export const serverHeaders = (key: string | null): Readonly<Record<string, string>> =>
  key === null ? {} : { [KEY_HEADER]: key };

/**
 * Who puts the key check before an endpoint's Ollama: the start command that the app sends, or the image, where the app
 * made it. For an image of somebody else's only RunPod's edge asks for a key; so it does for vLLM, whose own key would
 * travel in the header that the edge uses up.
 */
export function frontOf(
  spec: Pick<DeploymentSpec, 'backend' | 'image' | 'templateId'>,
  own: OwnImage['built'],
): 'sent' | 'in-image' | 'none' {
  if (spec.backend !== 'ollama' || (own === null && !isFronted(spec))) return 'none';
  const brings = own !== null || (spec.image !== null && isOwnBalancerImage(spec.image));
  return brings ? 'in-image' : 'sent';
}
