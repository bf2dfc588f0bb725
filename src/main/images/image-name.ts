import { imageSchema } from '../../shared/deployment.ts';
import { AppError } from '../../shared/errors.ts';

/** An image reference, taken apart as Docker does. */
export interface ImageName {
  /** Host and port; `docker.io` where none is named. */
  readonly registry: string;
  /** Path below the registry; Docker Hub's own images are below `library/`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
}

export const DOCKER_HUB = 'docker.io';
const HUB_NAMES = new Set([DOCKER_HUB, 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/** @throws AppError image_invalid */
export function parseImageName(reference: string): ImageName {
  if (!imageSchema.safeParse(reference).success) {
    throw new AppError(
      'image_invalid',
      `${JSON.stringify(reference.slice(0, 200))} is not an image reference.`,
      {
        details: { field: 'image', value: reference.slice(0, 200) },
      },
    );
  }
  const [name = '', digest = null] = reference.split('@');
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  // Repositories are lower-case: what is not can only be a host.
  const hasHost = /[.:A-Z]/.test(first) || first === 'localhost';
  const rest = hasHost ? name.slice(slash + 1) : name;
  const registry = hasHost && !HUB_NAMES.has(first) ? first : DOCKER_HUB;
  const colon = rest.lastIndexOf(':');
  const path = colon === -1 ? rest : rest.slice(0, colon);
  return {
    registry,
    repository: registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path,
    tag: colon === -1 ? 'latest' : rest.slice(colon + 1),
    digest,
  };
}

/** Where the registry's API answers. Docker Hub keeps it on a host of its own; loopback speaks plain HTTP, as in Docker. */
export function registryUrl(registry: string): string {
  if (registry === DOCKER_HUB) return 'https://registry-1.docker.io';
  return `${isLoopback(registry) ? 'http' : 'https'}://${registry}`;
}

export function isLoopback(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The name under which Docker's own tools and the engine keep a registry's login. */
export function loginServer(registry: string): string {
  return registry === DOCKER_HUB ? 'https://index.docker.io/v1/' : registry;
}
