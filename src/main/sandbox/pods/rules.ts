import { Problem, badRequest, notFound } from '../problem.ts';
import type { Mounts, VolumeRecord } from '../state.ts';
import type { World } from '../world.ts';

const MAX_ENV = 50;
const MAX_HTTP_PORTS = 10;

export function checkEnv(env: Readonly<Record<string, string>>): void {
  const count = Object.keys(env).length;
  if (count > MAX_ENV)
    throw badRequest(`too many environment variables: ${count}, the maximum is ${MAX_ENV}`);
}

/** `8000/http`, `22/tcp`; a bare number is taken, though nothing answers there later (FACTS 2.1). */
export function checkPorts(ports: readonly string[]): void {
  for (const port of ports) {
    const match = /^(\d{1,5})(?:\/(http|tcp))?$/.exec(port);
    if (match === null || Number(match[1]) < 1 || Number(match[1]) > 99_999) {
      throw badRequest(`invalid port "${port}": expected <port>/http or <port>/tcp`);
    }
  }
  const http = ports.filter((port) => port.endsWith('/http')).length;
  if (http > MAX_HTTP_PORTS)
    throw badRequest(`too many HTTP ports: ${http}, the maximum is ${MAX_HTTP_PORTS}`);
  if (new Set(ports).size !== ports.length) throw badRequest('ports contains duplicates');
}

const IMAGE = /^[a-z0-9]+(?:[._/:-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/i;

/** The API looks the image up in its registry (FACTS 4). */
export function checkImage(image: string): void {
  if (!IMAGE.test(image)) {
    throw new Problem(422, 'Request validation failed.', {
      errors: [`$.image: invalid image reference "${image}"`],
    });
  }
  if (/does-not-exist|no-such-image/.test(image)) {
    throw new Problem(422, `image "${image}" was not found on its registry`, {
      errors: [`$.image: manifest for ${image} not found: manifest unknown`],
    });
  }
}

export function checkRegistry(world: World, registry: string | null): void {
  if (registry !== null && !world.state.registries.has(registry)) throw notFound(`registry ${registry}`);
}

/** @throws Problem 400 when both an exact set and a floor are given (FACTS 2.1) */
export function cudaConstraint(gpu: {
  readonly allowedCudaVersions?: readonly string[] | undefined;
  readonly minCudaVersion?: string | undefined;
}): void {
  if ((gpu.allowedCudaVersions?.length ?? 0) > 0 && (gpu.minCudaVersion ?? '') !== '') {
    throw badRequest('gpu.allowedCudaVersions and gpu.minCudaVersion are mutually exclusive');
  }
}

/** The mounted network volume; it pins the data centre and the Secure Cloud. */
export function networkVolumeOf(
  world: World,
  mounts: Mounts,
  cloud: 'SECURE' | 'COMMUNITY',
): VolumeRecord | null {
  const mount = mounts.network?.[0];
  if (mount === undefined) return null;
  const volume = world.state.volumes.get(mount.volumeId);
  if (volume === undefined) throw badRequest(`network volume ${mount.volumeId} not found`);
  if (cloud !== 'SECURE') throw badRequest('network volumes are only available on Secure Cloud');
  return volume;
}
