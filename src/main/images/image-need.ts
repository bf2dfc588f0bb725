import type { DeploymentSpec } from '../../shared/deployment.ts';
import { imageRequestSchema, type ImageRequest, type ImageTarget } from '../../shared/images.ts';

/** How a deployment gets its image (SPEC 3.3), and why. */
export type ImageNeed =
  /** The user's own choice, used as it is. */
  | { readonly kind: 'given'; readonly reason: string }
  /** A stock image or template serves it; an own image only if that fails for a reason it would cure. */
  | { readonly kind: 'stock'; readonly reason: string }
  | { readonly kind: 'build'; readonly reason: string; readonly request: ImageRequest };

type Wish = Pick<
  DeploymentSpec,
  'model' | 'revision' | 'backend' | 'mode' | 'image' | 'templateId' | 'serverless' | 'name'
>;

/** `kind`: what the deployment is placed as; `auto` decides that elsewhere. */
export function imageNeed(spec: Wish, kind: 'pod' | 'serverless'): ImageNeed {
  if (spec.image !== null) return { kind: 'given', reason: `uses the image it names, ${spec.image}` };
  if (spec.templateId !== null)
    return { kind: 'given', reason: `uses the template it names, ${spec.templateId}` };
  if (spec.backend === 'ollama' && kind === 'serverless') {
    const reason = 'Ollama’s stock image has no queue worker and loads no model by itself';
    return { kind: 'build', reason, request: requestFor(spec, kind) };
  }
  return { kind: 'stock', reason: `the stock image of ${spec.backend} serves it` };
}

/** An image for a deployment as it is, with what makes up for the stock one's failure. */
export function requestFor(
  spec: Wish,
  kind: 'pod' | 'serverless',
  cure: { readonly packages?: readonly string[] } = {},
): ImageRequest {
  return imageRequestSchema.parse({
    model: spec.model,
    revision: spec.revision,
    backend: spec.backend,
    target: targetOf(spec, kind),
    servedName: spec.name,
    packages: [...(cure.packages ?? [])],
  });
}

function targetOf(spec: Wish, kind: 'pod' | 'serverless'): ImageTarget {
  if (kind === 'pod') return 'pod';
  return spec.serverless.type === 'QUEUE' ? 'queue' : 'load-balancer';
}

export interface Cure {
  readonly reason: string;
  /** Python packages without a version: which one is right is the user's, or the hub's, to say. */
  readonly packages: readonly string[];
  /** Starting the server another way is enough: the image's own entrypoint carries the watchdog and the key check. */
  readonly entrypoint: boolean;
}

/** Failures of a stock image that an own one would cure, told by the last lines of its log; null = it would fail alike. */
export function cureOf(lines: readonly string[]): Cure | null {
  for (const line of lines.toReversed()) {
    const missing = /No module named '([\w.]+)'/.exec(line)?.[1]?.split('.')[0];
    if (missing !== undefined) {
      return {
        reason: `the stock image lacks the Python module ${missing}`,
        packages: [missing],
        entrypoint: false,
      };
    }
    if (/Transformers does not recognize this architecture|model type `[\w-]+`.*not recognize/.test(line)) {
      const reason = 'the Transformers in the stock image is older than the model';
      return { reason, packages: ['transformers'], entrypoint: false };
    }
    if (/requires (?:the following packages|you to install)|pip install ([\w-]+)/.test(line)) {
      const named = /pip install ['"`]?([A-Za-z][\w-]*)/.exec(line)?.[1];
      if (named !== undefined)
        return { reason: `the model needs the package ${named}`, packages: [named], entrypoint: false };
    }
  }
  return null;
}
