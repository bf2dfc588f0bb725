import { createHash } from 'node:crypto';
import type { ImageRequest } from '../../shared/images.ts';

/** RunPod runs this and nothing else (FACTS 4). */
export const PLATFORM = 'linux/amd64';

/** Raise it when the same context is built in another way than before. */
const FORMAT = 1;

export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/**
 * The whole reference of an image, made from everything that determines it: the same inputs always give the same one,
 * any change another.
 * `user`: registry account for images without a repository of their own; null = they stay on this machine.
 */
export function imageReference(
  request: Pick<ImageRequest, 'model' | 'backend' | 'target' | 'repository'>,
  context: { readonly dockerfile: string; readonly files: readonly HashedFile[] },
  user: string | null,
): string {
  const repository = request.repository ?? `${user ?? LOCAL_NAMESPACE}/${slug(request.model)}`;
  return `${repository}:${request.backend}-${request.target}-${contextHash(context)}`;
}

/** Images with this namespace exist on this machine only. */
export const LOCAL_NAMESPACE = 'runpod-llm';

const HASH_DIGITS = 16;

function contextHash(context: {
  readonly dockerfile: string;
  readonly files: readonly HashedFile[];
}): string {
  const files = context.files
    .map(({ path, sha256 }) => [path, sha256])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, PLATFORM, context.dockerfile, files]))
    .digest('hex')
    .slice(0, HASH_DIGITS);
}

const SLUG_LENGTH = 80;

/** A model's name in the letters that a repository may have. */
export function slug(model: string): string {
  const words = model.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(0, SLUG_LENGTH).replaceAll(/^-+|-+$/g, '') || 'model';
}
