import { AppError } from '../../shared/errors.ts';
import { buildImage } from './build.ts';
import type { RegistryLogin } from './build-session.ts';
import { refuseWithoutRoom } from './disk-need.ts';
import type { Engine } from './engine.ts';
import type { BuiltImage } from './image-builder.ts';
import { parseImageName } from './image-name.ts';
import { loginFor, type BuildOptions, type ImageServiceParts } from './image-parts.ts';
import { LOCAL_NAMESPACE } from './image-tag.ts';
import type { Job } from './job.ts';
import { findImage } from './local-images.ts';
import type { Planned } from './planning.ts';
import type { PullAccess } from './pull-access.ts';
import type { RegistryClient } from './registry.ts';
import { pushImage } from './transfer.ts';

const NOWHERE: BuiltImage['launch'] = { modelPath: null, env: {}, ports: [] };

/** One job's way: look, build if need be, send, register. */
export class ImageWork {
  readonly #parts: ImageServiceParts;
  readonly #registry: RegistryClient;
  readonly #pulls: PullAccess;
  readonly #job: Job;
  readonly #connect: () => Promise<Engine>;

  constructor(
    parts: ImageServiceParts,
    registry: RegistryClient,
    pulls: PullAccess,
    job: Job,
    connect: () => Promise<Engine>,
  ) {
    this.#parts = parts;
    this.#registry = registry;
    this.#pulls = pulls;
    this.#job = job;
    this.#connect = connect;
  }

  async ensure(planned: Planned, options: BuildOptions): Promise<BuiltImage> {
    const { reference } = planned;
    this.#job.update({ state: 'checking', reference });
    // What stays on this machine needs no login, and must not show one to somebody else's registry.
    const login = isLocalOnly(reference) ? null : await loginFor(reference, this.#parts.secrets);
    if (options.push) refuseUnpushable(reference, login);
    // Before an hour of building: a wrong password shows here, and what the registry has is not built again.
    const remote = isLocalOnly(reference) ? null : await this.#remoteDigest(reference, login, options.push);
    const launch = { ...planned.definition.launch, ports: [...planned.definition.launch.ports] };
    if (remote !== null && options.rebuild !== true) {
      this.#job.update({ source: 'registry', digest: remote });
      return {
        reference,
        digest: remote,
        source: 'registry',
        registryId: await this.#pulls.register(reference, login, this.#job.signal),
        launch,
      };
    }
    const engine = await this.#connect();
    const source = await this.#buildUnlessThere(engine, planned, login, options);
    const digest = options.push ? await this.#push(engine, reference, login) : null;
    const registryId =
      digest === null ? null : await this.#pulls.register(reference, login, this.#job.signal);
    return { reference, digest, source, registryId, launch };
  }

  async pushOnly(reference: string): Promise<BuiltImage> {
    this.#job.update({ state: 'checking' });
    const login = await loginFor(reference, this.#parts.secrets);
    refuseUnpushable(reference, login);
    const engine = await this.#connect();
    const found = await findImage(engine, reference, this.#job.signal);
    if (found === null) throw new AppError('not_found', `There is no image ${reference} on this machine.`);
    this.#job.update({ source: 'local', imageId: found.id, sizeBytes: found.sizeBytes });
    const digest = await this.#push(engine, reference, login);
    return {
      reference,
      digest,
      source: 'local',
      registryId: await this.#pulls.register(reference, login, this.#job.signal),
      launch: NOWHERE,
    };
  }

  async #buildUnlessThere(
    engine: Engine,
    planned: Planned,
    login: RegistryLogin | null,
    options: BuildOptions,
  ): Promise<'local' | 'built'> {
    const { signal } = this.#job;
    const there = options.rebuild === true ? null : await findImage(engine, planned.reference, signal);
    if (there !== null) {
      this.#job.update({ source: 'local', imageId: there.id, sizeBytes: there.sizeBytes });
      return 'local';
    }
    await this.#refuseFullDisk(engine, planned, login);
    const imageId = await this.#build(engine, planned, login);
    const built = await findImage(engine, planned.reference, signal);
    this.#job.update({ source: 'built', imageId, sizeBytes: built?.sizeBytes ?? null, transfer: null });
    return 'built';
  }

  async #build(engine: Engine, planned: Planned, login: RegistryLogin | null): Promise<string> {
    const { clock, scrub, network } = this.#parts;
    const job = this.#job;
    job.update({ state: 'building' });
    const secrets = await this.#secretsFor(engine, planned);
    return buildImage(
      {
        id: job.view.id,
        reference: planned.reference,
        dockerfile: planned.dockerfile,
        files: planned.files.map(({ entry }) => entry),
        secrets,
        login: loginOf(planned.base, login),
        network: network(),
      },
      {
        engine,
        clock,
        scrub: (text) =>
          scrub([...secrets.values()].reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)),
        onMessage: (message) => {
          if (message.kind === 'step') job.step(message.step, message.total);
          else if (message.kind === 'log') job.log(message.step, message.text);
          else job.transfer('pull', message.doneBytes, message.totalBytes);
        },
        onContext: (done, total) => job.transfer('context', done, total),
      },
      job.signal,
    );
  }

  /** Public weights need no token; where one is set it goes with the build, if the engine can keep it out of the image. */
  async #secretsFor(engine: Engine, planned: Planned): Promise<ReadonlyMap<string, string>> {
    const secrets = new Map<string, string>();
    if (!planned.definition.secrets.includes('hf')) return secrets;
    const token = await this.#parts.secrets.get('hf');
    if (token === null) return secrets;
    if (engine.facts.buildKit || (await this.#isGated(planned))) secrets.set('hf', token);
    return secrets;
  }

  async #isGated({ request }: Planned): Promise<boolean> {
    const facts = await this.#parts.facts.facts(request.model, request.revision, this.#job.signal);
    // Unknown counts as gated: a build that fails is better than one that leaks.
    return facts?.gated ?? true;
  }

  async #refuseFullDisk(engine: Engine, planned: Planned, login: RegistryLogin | null): Promise<void> {
    const { signal } = this.#job;
    const free = await engine.freeBytes();
    if (free === null) return;
    const there = await findImage(engine, planned.base, signal);
    const baseBytes = there === null ? await this.#measure(planned.base, login) : 0;
    refuseWithoutRoom(
      { baseBytes, contextBytes: planned.contextBytes, weightBytes: planned.weightBytes },
      free,
    );
  }

  async #measure(base: string, login: RegistryLogin | null): Promise<number | null> {
    try {
      return (await this.#registry.measure(base, loginOf(base, login), this.#job.signal))?.layerBytes ?? null;
    } catch (error) {
      if (this.#job.signal.aborted) throw error;
      // The engine may reach a registry that this program cannot: its pull decides.
      this.#parts.log.info({ err: error }, 'the size of the base image is not known');
      return null;
    }
  }

  async #remoteDigest(
    reference: string,
    login: RegistryLogin | null,
    needed: boolean,
  ): Promise<string | null> {
    try {
      return (await this.#registry.find(reference, login, this.#job.signal))?.digest ?? null;
    } catch (error) {
      if (needed || this.#job.signal.aborted) throw error;
      // A build for this machine goes on without its registry.
      this.#parts.log.info({ err: error }, 'the registry could not be asked');
      return null;
    }
  }

  async #push(engine: Engine, reference: string, login: RegistryLogin | null): Promise<string> {
    const job = this.#job;
    job.update({ state: 'pushing' });
    const digest = await pushImage(
      reference,
      login,
      {
        engine,
        clock: this.#parts.clock,
        onProgress: (done, total) => job.transfer('push', done, total),
        onRetry: (error, waitMs) =>
          job.log(
            null,
            `${this.#parts.scrub(error.message)} Trying again in ${waitMs / 1000} s; what has arrived is kept.`,
          ),
      },
      job.signal,
    );
    job.update({ digest, transfer: null });
    return digest;
  }
}

const isLocalOnly = (reference: string): boolean =>
  parseImageName(reference).repository.startsWith(`${LOCAL_NAMESPACE}/`);

/** A login is shown to its own registry only. */
function loginOf(reference: string, login: RegistryLogin | null): RegistryLogin | null {
  return login !== null && parseImageName(reference).registry === login.registry ? login : null;
}

function refuseUnpushable(reference: string, login: RegistryLogin | null): void {
  if (isLocalOnly(reference)) {
    throw new AppError('invalid_input', `${reference} has no registry to go to.`, {
      advice:
        'Set a Docker Hub user (runpod-llm key set docker-username), or give a repository such as ghcr.io/me/llm: "repository" under "images" in llm_config.json.',
      details: { field: 'repository' },
    });
  }
  if (login !== null) return;
  throw new AppError('registry_denied', `There is no login for ${parseImageName(reference).registry}.`);
}
