import { AppError, asAppError, toErrorBody, type ErrorCode } from '../../shared/errors.ts';
import type {
  BuildEvent,
  BuildView,
  EngineStatus,
  ImagePlan,
  ImageRequest,
  LocalImage,
  Prune,
  SmokeResult,
} from '../../shared/images.ts';
import { throwIfAborted } from '../platform/clock.ts';
import type { Disposable } from '../platform/lifecycle.ts';
import { createBuildHistory } from './build-history.ts';
import { connectEngine, type Engine } from './engine.ts';
import { engineAddresses, startAdvice } from './engine-address.ts';
import type { BuiltImage, ImageBuilder } from './image-builder.ts';
import { parseImageName } from './image-name.ts';
import { loginFor, type BuildOptions, type ImageServiceParts } from './image-parts.ts';
import { LOCAL_NAMESPACE, slug } from './image-tag.ts';
import { ImageWork } from './image-work.ts';
import type { Job } from './job.ts';
import { JobQueue, type Running } from './job-queue.ts';
import { createPackageIndex, type PackageIndex } from './package-index.ts';
import { findImage, listImages, prunable, removeImage } from './local-images.ts';
import { planImage, type Planned } from './planning.ts';
import { PullAccess } from './pull-access.ts';
import { createRegistryClient, type RegistryClient } from './registry.ts';
import { createRunPodRegistries, type RunPodRegistries } from './runpod-registry.ts';
import { smokeRun } from './smoke-run.ts';

/** The images of this app: planned, built, sent, listed, removed (SPEC 6). */
export interface ImageService extends ImageBuilder, Disposable {
  /** Never throws: without an engine it says why and how to start one. */
  engine(signal: AbortSignal): Promise<EngineStatus>;
  /** Begins in the background; follow it by its id. */
  start(request: ImageRequest, options: BuildOptions): BuildView;
  push(reference: string): BuildView;
  /** Resolves when it has really stopped. @throws AppError not_found */
  cancel(id: string): Promise<BuildView>;
  /** Under way first, then those that ended, newest first. */
  builds(): BuildView[];
  /** @throws AppError not_found; AbortError */
  follow(id: string, signal: AbortSignal): AsyncIterable<BuildEvent>;
  list(signal: AbortSignal): Promise<LocalImage[]>;
  remove(reference: string, signal: AbortSignal): Promise<void>;
  prunePreview(signal: AbortSignal): Promise<Prune>;
  /** Removes what the preview names and no more; what became used meanwhile stays. */
  prune(ids: readonly string[], signal: AbortSignal): Promise<Prune>;
  smoke(reference: string, signal: AbortSignal): Promise<SmokeResult>;
}

export function createImageService(parts: ImageServiceParts): ImageService {
  return new Images(parts);
}

class Images implements ImageService {
  readonly #parts: ImageServiceParts;
  readonly #jobs: JobQueue;
  readonly #registry: RegistryClient;
  readonly #registries: RunPodRegistries;
  readonly #packages: PackageIndex;
  readonly #pulls: PullAccess;

  constructor(parts: ImageServiceParts) {
    this.#parts = parts;
    this.#jobs = new JobQueue(parts, createBuildHistory(parts.db, parts.log));
    this.#registry = createRegistryClient(parts);
    this.#registries = createRunPodRegistries(parts.runpod, parts.db);
    this.#packages = createPackageIndex(parts);
    this.#pulls = new PullAccess(parts, this.#registry, this.#registries);
  }

  pullLogin(reference: string, signal: AbortSignal): Promise<string | null> {
    return this.#pulls.loginOf(reference, signal);
  }

  nearestTo(reference: string, signal: AbortSignal): Promise<string | null> {
    return this.#pulls.nearestTo(reference, signal);
  }

  pin(packages: readonly string[], signal: AbortSignal): Promise<string[]> {
    return this.#packages.pin(packages, signal);
  }

  async engine(signal: AbortSignal): Promise<EngineStatus> {
    try {
      const engine = await this.#engine(signal);
      const { facts } = engine;
      return {
        available: true,
        address: facts.address,
        origin: facts.origin,
        name: facts.name,
        version: facts.version,
        buildKit: facts.buildKit,
        architecture: facts.architecture,
        emulated: !/^(?:x86_64|amd64)$/.test(facts.architecture),
        cpus: facts.cpus,
        memoryBytes: facts.memoryBytes,
        freeBytes: await engine.freeBytes(),
        problem: null,
      };
    } catch (error) {
      throwIfAborted(signal);
      return { ...NO_ENGINE, problem: toErrorBody(asAppError(error)) };
    }
  }

  async plan(request: ImageRequest, signal: AbortSignal): Promise<ImagePlan> {
    const planned = await this.#plan(request, signal);
    const { definition } = planned;
    const [local, remote] = await Promise.all([
      this.#isLocal(planned.reference, signal),
      this.#isRemote(planned.reference, signal),
    ]);
    return {
      reference: planned.reference,
      request,
      dockerfile: planned.dockerfile,
      files: planned.files.map(({ path, sha256, entry }) => ({ path, sha256, bytes: entry.size })),
      labels: definition.labels,
      secrets: [...definition.secrets],
      launch: { ...definition.launch, ports: [...definition.launch.ports] },
      contextBytes: planned.contextBytes,
      notes: [...definition.notes],
      exists: { local, remote },
    };
  }

  async ensure(
    request: ImageRequest,
    options: { readonly push: boolean },
    onEvent: (event: BuildEvent) => void,
    signal: AbortSignal,
  ): Promise<BuiltImage> {
    throwIfAborted(signal);
    const { job, result } = this.#begin(request, options);
    const leave = job.subscribe(onEvent);
    const cancel = (): void => job.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await result;
    } finally {
      leave();
      signal.removeEventListener('abort', cancel);
    }
  }

  start(request: ImageRequest, options: BuildOptions): BuildView {
    return this.#begin(request, options).job.view;
  }

  push(reference: string): BuildView {
    parseImageName(reference);
    const about = { kind: 'push', reference, model: null, backend: null, target: null } as const;
    return this.#jobs.run(about, (job) => this.#work(job).pushOnly(reference)).job.view;
  }

  cancel(id: string): Promise<BuildView> {
    return this.#jobs.cancel(id);
  }

  builds(): BuildView[] {
    return this.#jobs.views();
  }

  follow(id: string, signal: AbortSignal): AsyncIterable<BuildEvent> {
    return this.#jobs.follow(id, signal);
  }

  async list(signal: AbortSignal): Promise<LocalImage[]> {
    return listImages(await this.#engine(signal), this.#parts.inUse(), signal);
  }

  async remove(reference: string, signal: AbortSignal): Promise<void> {
    const users = this.#parts.inUse().get(reference) ?? [];
    if (users.length > 0) {
      throw new AppError('not_allowed_now', `${reference} is the image of ${users.join(', ')}.`, {
        advice: 'Give the deployment another image first.',
      });
    }
    await removeImage(await this.#engine(signal), reference, signal);
  }

  async prunePreview(signal: AbortSignal): Promise<Prune> {
    return prunable(await this.#engine(signal), this.#parts.inUse(), signal);
  }

  async prune(ids: readonly string[], signal: AbortSignal): Promise<Prune> {
    const engine = await this.#engine(signal);
    const now = await prunable(engine, this.#parts.inUse(), signal);
    const images = now.images.filter(({ id }) => ids.includes(id));
    for (const { id, references } of images) {
      for (const name of references.length === 0 ? [id] : references) await removeImage(engine, name, signal);
    }
    return { images, bytes: images.reduce((sum, { uniqueBytes }) => sum + (uniqueBytes ?? 0), 0) };
  }

  async smoke(reference: string, signal: AbortSignal): Promise<SmokeResult> {
    parseImageName(reference);
    const result = await smokeRun(await this.#engine(signal), reference, this.#parts.clock, signal);
    return { ...result, lines: result.lines.map((line) => this.#parts.scrub(line)) };
  }

  dispose(): Promise<void> {
    return this.#jobs.dispose();
  }

  #begin(request: ImageRequest, options: BuildOptions): Running {
    const { model, backend, target } = request;
    const name = this.#repository(request) ?? `${LOCAL_NAMESPACE}/${slug(model)}`;
    return this.#jobs.run({ kind: 'build', reference: name, model, backend, target }, async (job) =>
      this.#work(job).ensure(await this.#plan(request, job.signal), options),
    );
  }

  /** null = named after the model, below the registry account. */
  #repository({ repository }: ImageRequest): string | null {
    return repository ?? this.#parts.repository();
  }

  #work(job: Job): ImageWork {
    return new ImageWork(this.#parts, this.#registry, this.#pulls, job, () => this.#engine(job.signal));
  }

  async #plan(request: ImageRequest, signal: AbortSignal): Promise<Planned> {
    const { scripts, facts, secrets } = this.#parts;
    const user = await secrets.get('docker-username');
    return planImage({ ...request, repository: this.#repository(request) }, { scripts, facts, user }, signal);
  }

  #engine(signal: AbortSignal): Promise<Engine> {
    const surroundings = this.#parts.surroundings();
    const advice = startAdvice(surroundings.platform);
    return connectEngine(engineAddresses(surroundings), { clock: this.#parts.clock, advice }, signal);
  }

  async #isLocal(reference: string, signal: AbortSignal): Promise<boolean> {
    try {
      return (await findImage(await this.#engine(signal), reference, signal)) !== null;
    } catch (error) {
      // A plan is made without an engine too; `engine` says what is wrong with it.
      if (error instanceof AppError && ENGINE_PROBLEMS.has(error.code)) return false;
      throw error;
    }
  }

  async #isRemote(reference: string, signal: AbortSignal): Promise<boolean | null> {
    if (parseImageName(reference).repository.startsWith(`${LOCAL_NAMESPACE}/`)) return false;
    try {
      const login = await loginFor(reference, this.#parts.secrets);
      return (await this.#registry.find(reference, login, signal)) !== null;
    } catch (error) {
      throwIfAborted(signal);
      this.#parts.log.info({ err: error }, 'the registry could not be asked');
      return null;
    }
  }
}

const ENGINE_PROBLEMS: ReadonlySet<ErrorCode> = new Set([
  'docker_unavailable',
  'docker_failed',
  'unsupported',
]);

const NO_ENGINE: Omit<EngineStatus, 'problem'> = {
  available: false,
  address: null,
  origin: null,
  name: null,
  version: null,
  buildKit: false,
  architecture: null,
  emulated: false,
  cpus: null,
  memoryBytes: null,
  freeBytes: null,
};
