import type { ImageRequest } from '../../shared/images.ts';
import { backendSchema, type Backend } from '../../shared/deployment.ts';
import { imageTargetSchema, type ImageTarget } from '../../shared/images.ts';

const PREFIX = 'runpod-llm.';
/** Marks the app's own images: lists, removals and prunes look at nothing else. */
export const OWN_LABEL = `${PREFIX}image=1`;

/** The inputs, so that an image tells what it was made from. No machine path, no moment: the same inputs, the same image. */
export function labelsOf(
  request: ImageRequest,
  base: string,
  revision: string | null,
): Record<string, string> {
  const { weightsFolder, dockerfile, repository: _notPartOfIt, ...inputs } = request;
  const told = {
    ...inputs,
    env: Object.fromEntries(Object.entries(request.env).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    base,
    revision,
    weightsFolder: weightsFolder !== null,
    edited: dockerfile !== null,
  };
  return {
    [`${PREFIX}image`]: '1',
    [`${PREFIX}model`]: request.model,
    [`${PREFIX}backend`]: request.backend,
    [`${PREFIX}target`]: request.target,
    [`${PREFIX}inputs`]: JSON.stringify(told),
    'org.opencontainers.image.title': `${request.model} on ${request.backend}`,
    'org.opencontainers.image.base.name': base,
  };
}

export interface ImageFacts {
  readonly model: string | null;
  readonly backend: Backend | null;
  readonly target: ImageTarget | null;
  readonly base: string | null;
}

/** Reads the labels back, of any version of this app. */
export function factsOf(labels: Readonly<Record<string, string>>): ImageFacts {
  return {
    model: labels[`${PREFIX}model`] ?? null,
    backend: backendSchema.safeParse(labels[`${PREFIX}backend`]).data ?? null,
    target: imageTargetSchema.safeParse(labels[`${PREFIX}target`]).data ?? null,
    base: labels['org.opencontainers.image.base.name'] ?? null,
  };
}
