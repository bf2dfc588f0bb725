import type { BuildEvent, ImagePlan, ImageRequest } from '../../shared/images.ts';

export interface BuiltImage {
  readonly reference: string;
  /** Digest in the registry; null = the image is on this machine only. */
  readonly digest: string | null;
  readonly source: 'local' | 'registry' | 'built';
  /** The login at RunPod that may pull it; null = it is public, or on this machine only. */
  readonly registryId: string | null;
  /** What a deployment of this image sets beside its own settings. */
  readonly launch: ImagePlan['launch'];
}

/** Images as the deployments see them (SPEC 3.3): named by what determines them, built only when there is none. */
export interface ImageBuilder {
  /**
   * The login at RunPod for an image that is somebody's own choice; null = everybody may pull it, no login is set, or it
   * could not be found out. A login is shown to no registry but the one that images are sent to. @throws AbortError
   */
  pullLogin(reference: string, signal: AbortSignal): Promise<string | null>;
  /** What to do about an image that RunPod cannot find, from what its registry has; null = nothing is known. @throws AbortError */
  nearestTo(reference: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Gives each package its newest released version; one that has a version keeps it.
   * @throws AppError invalid_input (there is no such package), registry_unavailable (its index); AbortError
   */
  pin(packages: readonly string[], signal: AbortSignal): Promise<string[]>;
  /** Text, tag and where the image exists already. @throws AppError invalid_input, image_invalid; AbortError */
  plan(request: ImageRequest, signal: AbortSignal): Promise<ImagePlan>;
  /**
   * Makes sure that the image exists: on this machine, and in its registry with `push` (RunPod pulls from nowhere else).
   * One that exists is not built again. Builds run one after the other.
   * @throws AppError docker_unavailable, build_failed, disk_full, registry_denied, registry_unavailable and those of
   * `plan`; AbortError once the build has really stopped
   */
  ensure(
    request: ImageRequest,
    options: { readonly push: boolean },
    onEvent: (event: BuildEvent) => void,
    signal: AbortSignal,
  ): Promise<BuiltImage>;
}
