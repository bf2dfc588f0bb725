import type { ModelFactsSource } from '../huggingface/source.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Fetch } from '../platform/http.ts';
import type { Ids } from '../platform/ids.ts';
import type { RunPodApi } from '../runpod/api.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { RegistryLogin } from './build-session.ts';
import type { ImageScripts } from './dockerfile.ts';
import type { EngineSurroundings } from './engine-address.ts';
import { parseImageName } from './image-name.ts';

export interface ImageServiceParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly fetch: Fetch;
  readonly secrets: Pick<SecretStore, 'get'>;
  readonly facts: ModelFactsSource;
  readonly runpod: Pick<RunPodApi, 'registries'>;
  readonly scripts: ImageScripts;
  /** Takes secrets out of text that people see. */
  readonly scrub: (text: string) => string;
  /** Where the engine is looked for; read anew each time, since contexts change. */
  readonly surroundings: () => EngineSurroundings;
  /** Deployments that name an image, by its reference. */
  readonly inUse: () => ReadonlyMap<string, readonly string[]>;
  /** Where images go that name no repository of their own; null = below the registry account. */
  readonly repository: () => string | null;
  /** Where the newest versions of Python packages are asked for, as PyPI has it. */
  readonly packageIndex: () => string;
  /** Network of the commands of a build; null = the engine's default. */
  readonly network: () => string | null;
}

export interface BuildOptions {
  readonly push: boolean;
  /** Build even where the image exists. */
  readonly rebuild?: boolean;
}

/** The registry login of the user's secrets, for the registry that a reference names; null = none is set. */
export async function loginFor(
  reference: string,
  secrets: Pick<SecretStore, 'get'>,
): Promise<RegistryLogin | null> {
  const [username, password] = await Promise.all([
    secrets.get('docker-username'),
    secrets.get('docker-token'),
  ]);
  if (username === null || password === null) return null;
  return { registry: parseImageName(reference).registry, username, password };
}
