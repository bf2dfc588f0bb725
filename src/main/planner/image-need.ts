import type { DeploymentSpec } from '../../shared/deployment.ts';
import { imageRequestSchema, type ImageRequest, type ImageTarget } from '../../shared/images.ts';

/** How a deployment gets its image (SPEC 3.3), and why. */
export type ImageNeed =
  /** The user's own choice, used as it is. */
  | { readonly kind: 'given'; readonly reason: string }
  /** A stock image serves it; an own image only if that fails for a reason it would cure. */
  | { readonly kind: 'stock'; readonly reason: string }
  /** One made by the app, before anything is rented. */
  | { readonly kind: 'build'; readonly reason: string };

type Wish = Pick<DeploymentSpec, 'backend'> &
  Partial<Pick<DeploymentSpec, 'image' | 'templateId' | 'ownImage'>>;

/**
 * `overrideIgnored`: RunPod was lately seen not
 * running a start command that replaces an image's entrypoint (FACTS 2.2).
 */
export function imageNeed(wish: Wish, overrideIgnored = false): ImageNeed {
  const { image = null, templateId = null, ownImage = 'auto', backend } = wish;
  if (image !== null) return { kind: 'given', reason: `it uses the image it names, ${image}` };
  if (templateId !== null) return { kind: 'given', reason: `it uses the template it names, ${templateId}` };
  if (ownImage === 'always')
    return { kind: 'build', reason: 'its settings ask for an image of its own (ownImage "always")' };
  if (ownImage === 'auto' && backend === 'ollama' && overrideIgnored)
    return {
      kind: 'build',
      reason: 'RunPod does not run the start command that carries Ollama’s key check',
    };
  return { kind: 'stock', reason: `the stock image of ${BACKENDS[backend]} serves it` };
}

const BACKENDS = { vllm: 'vLLM', ollama: 'Ollama' } as const;

/** An image for a deployment as it is. `packages`: with their exact versions. */
export function requestFor(
  spec: Pick<DeploymentSpec, 'model' | 'revision' | 'backend' | 'serverless'>,
  kind: 'pod' | 'serverless',
  packages: readonly string[] = [],
): ImageRequest {
  const { model, revision, backend } = spec;
  const target = targetOf(spec, kind);
  // The name clients use is said at the start: one image serves every deployment of the model.
  return imageRequestSchema.parse({ model, revision, backend, target, packages: [...packages] });
}

/** What an image has to be for what it runs on. */
export function targetOf(
  { serverless }: Pick<DeploymentSpec, 'serverless'>,
  kind: 'pod' | 'serverless',
): ImageTarget {
  if (kind === 'pod') return 'pod';
  return serverless.type === 'QUEUE' ? 'queue' : 'load-balancer';
}
