import type { Readable } from 'node:stream';
import { AppError } from '../../shared/errors.ts';
import { abortError, type Clock } from '../platform/clock.ts';
import { BuildKitReader, ClassicReader, type BuildMessage, type ProgressReader } from './build-progress.ts';
import { openBuildSession, type BuildSession, type RegistryLogin } from './build-session.ts';
import type { Engine } from './engine.ts';
import { engineError, failure } from './engine-error.ts';
import { loginServer } from './image-name.ts';
import { PLATFORM } from './image-tag.ts';
import { readJsonLines } from './json-lines.ts';
import { tarStream, type TarEntry } from './tar.ts';

export interface BuildInput {
  readonly id: string;
  readonly reference: string;
  readonly dockerfile: string;
  readonly files: readonly TarEntry[];
  /** Build secrets by the name the Dockerfile mounts them under. */
  readonly secrets: ReadonlyMap<string, string>;
  /** For a private base. */
  readonly login: RegistryLogin | null;
  /** Network of the build's commands; null = the engine's default. */
  readonly network: string | null;
}

export interface BuildParts {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Takes secrets out of what commands print. */
  readonly scrub: (text: string) => string;
  readonly onMessage: (message: Exclude<BuildMessage, { kind: 'error' | 'image' }>) => void;
  readonly onContext: (doneBytes: number, totalBytes: number) => void;
}

/** Output lines of a failing step that go into its error. */
const LAST_LINES = 20;
const CANCEL_MS = 10_000;
/** What the classic builder adds to a command's own output. */
const HOUSEKEEPING = /^(?: ---> |Removing intermediate container )/;
const COLOUR = /\p{Cc}\[[\d;]*m/gu;

/**
 * Builds one image for linux/amd64 and answers its id.
 * An abort ends the request, which ends the build in the engine; BuildKit is told by name as well.
 * @throws AppError build_failed with the failing step and its last lines, disk_full, registry_denied,
 * registry_unavailable, docker_unavailable, unsupported (a secret without BuildKit); AbortError
 */
export async function buildImage(input: BuildInput, parts: BuildParts, signal: AbortSignal): Promise<string> {
  const { engine } = parts;
  const buildKit = engine.facts.buildKit;
  if (!buildKit && input.secrets.size > 0) {
    throw new AppError(
      'unsupported',
      'This engine cannot keep a secret out of an image: it lacks BuildKit.',
      {
        advice: 'Let the server download the gated weights at start, or build with Docker 20.10 or newer.',
      },
    );
  }
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  let session: BuildSession | null = null;
  const following = new Following(parts, buildKit ? new BuildKitReader() : new ClassicReader());
  try {
    if (buildKit) session = await openBuildSession(engine, input, both);
    const stream = await engine.stream(requestOf(input, parts, session), both);
    return await following.toEnd(stream);
  } catch (error) {
    if (signal.aborted) {
      await cancelBuild(engine, input.id, parts.clock);
      throw abortError(signal);
    }
    throw following.explain(error);
  } finally {
    own.abort();
    session?.close();
  }
}

function requestOf(input: BuildInput, parts: BuildParts, session: BuildSession | null) {
  const dockerfile = session === null ? withoutMounts(input.dockerfile) : input.dockerfile;
  return {
    method: 'POST',
    path: '/build',
    query: {
      t: input.reference,
      dockerfile: 'Dockerfile',
      platform: PLATFORM,
      rm: '1',
      forcerm: '1',
      ...(input.network === null ? {} : { networkmode: input.network }),
      ...(session === null ? {} : { version: '2', buildid: input.id, session: session.id }),
    },
    headers: {
      'Content-Type': 'application/x-tar',
      ...(input.login === null || session !== null
        ? {}
        : { 'X-Registry-Config': registryConfig(input.login) }),
    },
    file: contextOf(dockerfile, input.files, parts.onContext),
  } as const;
}

/** The classic builder knows no mounts; without a secret to hand over they are of no use anyway. */
export function withoutMounts(dockerfile: string): string {
  return dockerfile.replaceAll(/^RUN --mount=type=secret,\S+ /gm, 'RUN ');
}

function registryConfig({ registry, username, password }: RegistryLogin): string {
  return Buffer.from(JSON.stringify({ [loginServer(registry)]: { username, password } })).toString(
    'base64url',
  );
}

function contextOf(
  dockerfile: string,
  files: readonly TarEntry[],
  onContext: BuildParts['onContext'],
): Readable {
  const entries = [
    { path: 'Dockerfile', size: Buffer.byteLength(dockerfile), content: dockerfile },
    ...files,
  ];
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  const stream = tarStream(entries);
  let sent = 0;
  stream.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    onContext(Math.min(sent, total), total);
  });
  // A listener sets it flowing; the request's pipe decides the pace.
  return stream.pause();
}

/** Follows one build's stream: tells its messages, remembers what an error needs. */
class Following {
  readonly #parts: BuildParts;
  readonly #reader: ProgressReader;
  /** Names of steps and their last output lines. */
  readonly #steps = new Map<number, { name: string; lines: string[] }>();
  #failed: number | null = null;
  #running: number | null = null;

  constructor(parts: BuildParts, reader: ProgressReader) {
    this.#parts = parts;
    this.#reader = reader;
  }

  async toEnd(stream: Readable): Promise<string> {
    let image: string | null = null;
    let problem: string | null = null;
    for await (const value of readJsonLines(stream)) {
      for (const message of this.#reader.read(value, this.#parts.clock.now())) {
        if (message.kind === 'image') image = message.id;
        else if (message.kind === 'error') problem = message.message;
        else this.#tell(message);
      }
    }
    if (problem !== null) throw this.#failure(problem);
    if (image !== null) return image;
    throw new AppError('build_failed', 'The engine ended the build without an image.');
  }

  /** A stream that broke off means that the engine went away, and says in which step. */
  explain(error: unknown): AppError {
    const known = engineError(error);
    if (known.code !== 'docker_unavailable' || this.#running === null) return known;
    const name = this.#steps.get(this.#running)?.name ?? '';
    return new AppError(
      'docker_unavailable',
      `The Docker engine went away in step ${this.#running} (${name}).`,
      {
        cause: error,
        details: { step: this.#running },
      },
    );
  }

  #tell(message: Exclude<BuildMessage, { kind: 'error' | 'image' }>): void {
    if (message.kind === 'log') {
      const text = this.#parts.scrub(message.text);
      const lines = this.#steps.get(message.step ?? 0)?.lines;
      lines?.push(text);
      if (lines !== undefined && lines.length > LAST_LINES) lines.shift();
      this.#parts.onMessage({ ...message, text });
      return;
    }
    if (message.kind === 'step') this.#note(message.step.index, message.step.name, message.step.state);
    this.#parts.onMessage(message);
  }

  #note(index: number, name: string, state: string): void {
    if (!this.#steps.has(index)) this.#steps.set(index, { name, lines: [] });
    if (state === 'running') this.#running = index;
    if (state === 'failed') this.#failed = index;
  }

  #failure(reason: string): AppError {
    const step = this.#failed === null ? undefined : this.#steps.get(this.#failed);
    const said = this.#parts.scrub(reason.trim());
    if (step === undefined || this.#failed === null) return failure(said, 'build_failed');
    const lines = step.lines
      .map((line) => line.replaceAll(COLOUR, ''))
      .filter((line) => !HOUSEKEEPING.test(line));
    const text = [`Step ${this.#failed} (${step.name}) failed: ${said}`, ...lines.slice(-10)].join('\n');
    return failure(text, 'build_failed', undefined, { step: this.#failed, name: step.name, lines });
  }
}

/** The connection's end already cancels; BuildKit also takes an order, which holds where a proxy keeps the line open. */
async function cancelBuild(engine: Engine, id: string, clock: Clock): Promise<void> {
  if (!engine.facts.buildKit) return;
  const limit = new AbortController();
  const stop = clock.after(CANCEL_MS, () => limit.abort());
  try {
    await engine.json({ method: 'POST', path: '/build/cancel', query: { id } }, limit.signal);
  } catch {
    // It has ended already, or the engine is gone: either way nothing is left to cancel.
  } finally {
    stop();
  }
}
