import type { Response } from 'undici';
import { z } from 'zod';
import { AppError, isAbort } from '../../shared/errors.ts';
import { abortError, throwIfAborted, type Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import { boundedText } from '../platform/bounded-text.ts';
import type { RegistryLogin } from './build-session.ts';
import { isLoopback, parseImageName, registryUrl, type ImageName } from './image-name.ts';

interface RemoteImage {
  readonly digest: string | null;
  /** Compressed bytes of its layers for linux/amd64; null = not told. */
  readonly layerBytes: number | null;
}

/** A registry as anybody may ask it (Docker Registry HTTP API v2, OCI distribution). */
export interface RegistryClient {
  /**
   * null = it is not there, or not shown to this login.
   * @throws AppError image_invalid, registry_denied (the login is wrong), registry_unavailable; AbortError
   */
  find(reference: string, login: RegistryLogin | null, signal: AbortSignal): Promise<RemoteImage | null>;
  /** As `find`, with the size of its layers. */
  measure(reference: string, login: RegistryLogin | null, signal: AbortSignal): Promise<RemoteImage | null>;
  /** The first thousand tags of its repository; null = there is no such repository, or not for this login. @throws as `find` */
  tags(reference: string, login: RegistryLogin | null, signal: AbortSignal): Promise<string[] | null>;
}

/** Indexes first: a registry answers with the first kind it can give. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const ANSWER_MS = 30_000;
const MOST_BYTES = 4 * 1024 * 1024;

export function createRegistryClient(parts: {
  readonly fetch: Fetch;
  readonly clock: Clock;
}): RegistryClient {
  const ask = new Asking(parts.fetch, parts.clock);
  return {
    async find(reference, login, signal) {
      const name = parseImageName(reference);
      const answer = await ask.manifest(name, name.digest ?? name.tag, 'HEAD', login, signal);
      return answer === null ? null : { digest: answer.digest, layerBytes: null };
    },
    async measure(reference, login, signal) {
      const name = parseImageName(reference);
      const answer = await ask.manifest(name, name.digest ?? name.tag, 'GET', login, signal);
      if (answer === null) return null;
      return { digest: answer.digest, layerBytes: await layerBytes(ask, name, answer.body, login, signal) };
    },
    async tags(reference, login, signal) {
      const answer = await ask.of(parseImageName(reference), 'tags/list?n=1000', 'GET', login, signal);
      return answer === null ? null : (tagsSchema.safeParse(answer.body).data?.tags ?? []);
    },
  };
}

const tagsSchema = z.object({ tags: z.array(z.string()).nullable() });
const layersSchema = z.object({ layers: z.array(z.object({ size: z.number() })) });
const indexSchema = z.object({
  manifests: z.array(
    z.object({
      digest: z.string(),
      platform: z.object({ os: z.string(), architecture: z.string() }).partial().optional(),
    }),
  ),
});

async function layerBytes(
  ask: Asking,
  name: ImageName,
  manifest: unknown,
  login: RegistryLogin | null,
  signal: AbortSignal,
): Promise<number | null> {
  const index = indexSchema.safeParse(manifest);
  const ours = index.data?.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
  );
  const body =
    ours === undefined ? manifest : (await ask.manifest(name, ours.digest, 'GET', login, signal))?.body;
  const layers = layersSchema.safeParse(body);
  return layers.success ? layers.data.layers.reduce((sum, { size }) => sum + size, 0) : null;
}

interface Answer {
  readonly digest: string | null;
  readonly body: unknown;
}

class Asking {
  readonly #fetch: Fetch;
  readonly #clock: Clock;

  constructor(fetch: Fetch, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  manifest(
    name: ImageName,
    tagOrDigest: string,
    method: 'GET' | 'HEAD',
    login: RegistryLogin | null,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    return this.of(name, `manifests/${tagOrDigest}`, method, login, signal);
  }

  /** `path` below the repository. null = not there, or not for this login. */
  async of(
    name: ImageName,
    path: string,
    method: 'GET' | 'HEAD',
    login: RegistryLogin | null,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    const url = `${registryUrl(name.registry)}/v2/${name.repository}/${path}`;
    const get = (authorization: string | null): Promise<Reply> =>
      this.#send(name.registry, url, { method, accept: MANIFESTS, authorization }, signal);
    let reply = await get(null);
    if (reply.status === 401) {
      const authorization = await this.#authorize(name, reply.challenge, login, signal);
      if (authorization === null) return null;
      reply = await get(authorization);
    }
    if (reply.status === 200) return { digest: reply.digest, body: reply.body };
    if (reply.status === 404) return null;
    if (reply.status !== 401 && reply.status !== 403)
      throw away(name.registry, `it answered ${reply.status}`, reply);
    if (login === null) return null;
    throw denied(name.registry, login);
  }

  /** The header for a challenge; null = this registry wants a login and there is none. */
  async #authorize(
    name: ImageName,
    challenge: string,
    login: RegistryLogin | null,
    signal: AbortSignal,
  ): Promise<string | null> {
    const basic =
      login === null
        ? null
        : `Basic ${Buffer.from(`${login.username}:${login.password}`, 'utf8').toString('base64')}`;
    const { scheme, values } = parseChallenge(challenge);
    if (scheme !== 'bearer') return basic;
    const realm = realmUrl(name, values.get('realm') ?? '');
    realm.searchParams.set('scope', `repository:${name.repository}:pull`);
    const service = values.get('service');
    if (service !== undefined) realm.searchParams.set('service', service);
    const reply = await this.#send(
      name.registry,
      realm.href,
      { method: 'GET', accept: 'application/json', authorization: basic },
      signal,
    );
    if (reply.status === 401 || reply.status === 403) {
      if (login === null) return null;
      throw denied(name.registry, login);
    }
    const token = tokenSchema.safeParse(reply.body).data;
    const text = token?.token ?? token?.access_token;
    if (reply.status !== 200 || text === undefined) {
      throw away(name.registry, `its login service answered ${reply.status}`, reply);
    }
    return `Bearer ${text}`;
  }

  async #send(
    registry: string,
    url: string,
    request: { readonly method: string; readonly accept: string; readonly authorization: string | null },
    signal: AbortSignal,
  ): Promise<Reply> {
    throwIfAborted(signal);
    const limit = new AbortController();
    const cancel = this.#clock.after(ANSWER_MS, () => limit.abort());
    try {
      const response = await this.#fetch(url, {
        method: request.method,
        headers: {
          accept: request.accept,
          ...(request.authorization === null ? {} : { authorization: request.authorization }),
        },
        signal: AbortSignal.any([signal, limit.signal]),
      });
      return {
        status: response.status,
        challenge: response.headers.get('www-authenticate') ?? '',
        digest: response.headers.get('docker-content-digest'),
        retryAfter: Number(response.headers.get('retry-after')) || null,
        body: await bodyOf(response),
      };
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      if (error instanceof AppError) throw error;
      throw away(registry, isAbort(error) ? 'no answer in time' : causeOf(error), null, error);
    } finally {
      cancel();
    }
  }
}

interface Reply {
  readonly status: number;
  readonly challenge: string;
  readonly digest: string | null;
  readonly retryAfter: number | null;
  readonly body: unknown;
}

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

async function bodyOf(response: Response): Promise<unknown> {
  const text = await boundedText(
    response.body,
    MOST_BYTES,
    () => new AppError('registry_unavailable', 'The registry sent a manifest without end.'),
  );
  try {
    return JSON.parse(text);
  } catch {
    // An error page; its status tells enough.
    return null;
  }
}

/** `Bearer realm="…",service="…"` */
function parseChallenge(text: string): { scheme: string; values: ReadonlyMap<string, string> } {
  const scheme = (/^\S+/.exec(text)?.[0] ?? '').toLowerCase();
  const pairs = [...text.matchAll(/([a-z]+)="([^"]*)"/gi)];
  return { scheme, values: new Map(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), value])) };
}

/** A login goes over TLS, or stays on this machine. */
function realmUrl(name: ImageName, realm: string): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null;
  const safe =
    url !== null && (url.protocol === 'https:' || (isLoopback(name.registry) && isLoopback(url.host)));
  if (safe) return url;
  throw new AppError('registry_unavailable', `The registry ${name.registry} names no safe login service.`);
}

const denied = (registry: string, { username }: RegistryLogin): AppError =>
  new AppError('registry_denied', `The registry ${registry} does not accept the login of "${username}".`);

function away(registry: string, why: string, reply: Reply | null, cause?: unknown): AppError {
  return new AppError('registry_unavailable', `The registry ${registry} cannot be asked: ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    ...(reply?.retryAfter == null ? {} : { retryAfterSeconds: reply.retryAfter }),
  });
}

/** fetch hides the reason in the cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : 'unknown reason';
}
