import { throwIfAborted } from '../platform/clock.ts';
import { nearest } from '../planner/nearest.ts';
import type { RegistryLogin } from './build-session.ts';
import { DOCKER_HUB, parseImageName } from './image-name.ts';
import { loginFor, type ImageServiceParts } from './image-parts.ts';
import type { RegistryClient } from './registry.ts';
import type { RunPodRegistries } from './runpod-registry.ts';

const MOST_NAMED = 3;

/** Whether RunPod's hosts can pull an image, and what it takes. */
export class PullAccess {
  readonly #parts: Pick<ImageServiceParts, 'secrets' | 'repository' | 'log'>;
  readonly #registry: RegistryClient;
  readonly #registries: RunPodRegistries;

  constructor(
    parts: Pick<ImageServiceParts, 'secrets' | 'repository' | 'log'>,
    registry: RegistryClient,
    registries: RunPodRegistries,
  ) {
    this.#parts = parts;
    this.#registry = registry;
    this.#registries = registries;
  }

  /**
   * RunPod pulls what everybody may pull without a login; anything else needs ours, registered there. null = none needed.
   * @throws AppError of the registry, of RunPod; AbortError
   */
  async register(
    reference: string,
    login: RegistryLogin | null,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (login === null) return null;
    const isPublic = (await this.#registry.find(reference, null, signal)) !== null;
    return isPublic ? null : this.#registries.ensure(login, signal);
  }

  /** See ImageBuilder.pullLogin. */
  async loginOf(reference: string, signal: AbortSignal): Promise<string | null> {
    try {
      const login = await this.#ownLogin(reference);
      if (login === null || (await this.#registry.find(reference, null, signal)) !== null) return null;
      const isOurs = (await this.#registry.find(reference, login, signal)) !== null;
      return isOurs ? await this.#registries.ensure(login, signal) : null;
    } catch (error) {
      throwIfAborted(signal);
      // RunPod decides whether it can pull the image, and says so.
      this.#parts.log.warn(
        { err: error, image: reference },
        'the login for an image could not be registered',
      );
      return null;
    }
  }

  /** See ImageBuilder.nearestTo. */
  async nearestTo(reference: string, signal: AbortSignal): Promise<string | null> {
    const { registry, repository, tag, digest } = parseImageName(reference);
    try {
      const tags = await this.#registry.tags(reference, await this.#ownLogin(reference), signal);
      if (tags === null)
        return `${registry} shows no repository ${repository}: check its name; a private one needs its login (runpod-llm key set docker-username, docker-token).`;
      if (digest !== null) return null;
      if (tags.includes(tag))
        return `${registry} has it: check that it is built for linux/amd64, and that RunPod may pull it.`;
      const close = nearest(tag, tags, MOST_NAMED);
      return close.length === 0
        ? `${registry} has no tags in ${repository}.`
        : `${registry} has no tag "${tag}" in ${repository}; did you mean ${close.map((each) => `"${each}"`).join(' or ')}?`;
    } catch (error) {
      throwIfAborted(signal);
      this.#parts.log.info({ err: error }, 'the registry could not be asked');
      return null;
    }
  }

  /** A login is shown to the registry it is for: where images are sent to, Docker Hub unless another one is set. */
  async #ownLogin(reference: string): Promise<RegistryLogin | null> {
    const home = this.#parts.repository();
    const registry = home === null ? DOCKER_HUB : parseImageName(home).registry;
    return parseImageName(reference).registry === registry ? loginFor(reference, this.#parts.secrets) : null;
  }
}
