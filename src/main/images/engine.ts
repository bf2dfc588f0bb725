import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import type { DockerOptions } from 'dockerode';
import { z } from 'zod';
import { AppError, isAbort } from '../../shared/errors.ts';
import { abortError, throwIfAborted, type Clock } from '../platform/clock.ts';
import type { EngineAddress } from './engine-address.ts';
import { engineError } from './engine-error.ts';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  /** Without the API's version. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  /** A tar archive. */
  readonly file?: Readable;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

interface EngineFacts {
  readonly address: string;
  readonly origin: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly buildKit: boolean;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Where it keeps images, as it sees it. */
  readonly rootDir: string;
  readonly desktop: boolean;
}

/** One Docker engine (or Podman's double of one). Nothing of a request is ever logged: headers carry registry logins. */
export interface Engine {
  readonly facts: EngineFacts;
  /** @throws AppError docker_failed, docker_unavailable, not_found, not_allowed_now; AbortError */
  json(request: EngineRequest, signal: AbortSignal): Promise<unknown>;
  /** The answer's body as it comes. An abort destroys it and the request. */
  stream(request: EngineRequest, signal: AbortSignal): Promise<Readable>;
  /** A raw connection, for a BuildKit session. */
  hijack(request: EngineRequest, signal: AbortSignal): Promise<Duplex>;
  /** Free bytes where images are kept; null = cannot be seen from here. */
  freeBytes(): Promise<number | null>;
}

const PING_MS = 5000;

/**
 * The first address that answers.
 * @throws AppError docker_unavailable with what was tried and how an engine is started
 */
export async function connectEngine(
  addresses: readonly EngineAddress[],
  parts: { readonly clock: Clock; readonly advice: string },
  signal: AbortSignal,
): Promise<Engine> {
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      return await probe(address, parts.clock, signal);
    } catch (error) {
      throwIfAborted(signal);
      failures.push(`${address.url} (${address.origin}): ${reasonOf(error)}`);
      if (error instanceof AppError && error.code === 'unsupported') throw error;
    }
  }
  throw new AppError('docker_unavailable', `No Docker engine answers. Tried ${failures.join('; ')}.`, {
    advice: parts.advice,
    details: { tried: addresses.map(({ url, origin }) => ({ url, origin })) },
  });
}

function reasonOf(error: unknown): string {
  if (isAbort(error)) return 'no answer in time';
  const told = error instanceof AppError && error.code === 'docker_unavailable' ? error.cause : error;
  const reason = told instanceof Error && told.message !== '' ? told : error;
  return reason instanceof Error ? reason.message.trim().replace(/\.$/, '') : String(reason);
}

const infoSchema = z.object({
  Name: z.string().default('docker'),
  ServerVersion: z.string().default('unknown'),
  Architecture: z.string().default('x86_64'),
  OSType: z.string().default('linux'),
  OperatingSystem: z.string().default(''),
  NCPU: z.number().default(1),
  MemTotal: z.number().default(0),
  DockerRootDir: z.string().default(''),
});

async function probe(address: EngineAddress, clock: Clock, signal: AbortSignal): Promise<Engine> {
  const modem = await openModem(address);
  const limit = new AbortController();
  const cancel = clock.after(PING_MS, () => limit.abort());
  try {
    const both = AbortSignal.any([signal, limit.signal]);
    const ping = await dial(modem, { method: 'GET', path: '/_ping' }, { stream: true }, both);
    const headers = headersOf(ping);
    if (ping instanceof Readable) ping.resume();
    const info = infoSchema.parse(await dial(modem, { method: 'GET', path: '/info' }, {}, both));
    if (info.OSType !== 'linux') {
      throw new AppError(
        'unsupported',
        `The Docker engine at ${address.url} runs ${info.OSType} containers.`,
        {
          advice: 'Switch Docker Desktop to Linux containers.',
        },
      );
    }
    return new ModemEngine(modem, {
      address: address.url,
      origin: address.origin,
      name: info.OperatingSystem || info.Name,
      version: info.ServerVersion,
      architecture: info.Architecture,
      buildKit: hasBuildKit(headers),
      cpus: info.NCPU,
      memoryBytes: info.MemTotal,
      rootDir: info.DockerRootDir,
      desktop: /desktop/i.test(info.OperatingSystem) || !address.url.startsWith('unix:'),
    });
  } finally {
    cancel();
  }
}

/** API 1.39 speaks to BuildKit; Podman's double names itself, has the API and builds in its own way. */
function hasBuildKit(headers: Readonly<Record<string, unknown>>): boolean {
  if (headers['libpod-api-version'] !== undefined) return false;
  const version = headers['api-version'];
  const [major = 0, minor = 0] = (typeof version === 'string' ? version : '0').split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 39);
}

class ModemEngine implements Engine {
  readonly facts: EngineFacts;
  readonly #modem: Modem;

  constructor(modem: Modem, facts: EngineFacts) {
    this.#modem = modem;
    this.facts = facts;
  }

  json(request: EngineRequest, signal: AbortSignal): Promise<unknown> {
    return dial(this.#modem, request, {}, signal);
  }

  async stream(request: EngineRequest, signal: AbortSignal): Promise<Readable> {
    const body = await dial(this.#modem, request, { stream: true }, signal);
    if (body instanceof Readable) return body;
    throw new AppError('docker_failed', 'Docker answered without a stream.');
  }

  async hijack(request: EngineRequest, signal: AbortSignal): Promise<Duplex> {
    const socket = await dial(this.#modem, request, { hijack: true }, signal);
    if (socket instanceof Duplex) return socket;
    throw new AppError('docker_failed', 'Docker opened no connection.');
  }

  async freeBytes(): Promise<number | null> {
    if (this.facts.desktop || this.facts.rootDir === '') return null;
    try {
      const { bavail, bsize } = await statfs(this.facts.rootDir);
      return bavail * bsize;
    } catch {
      // The engine's folder is closed to this user, or on another machine: then its disk cannot be seen.
      return null;
    }
  }
}

/** The part of docker-modem that is used: one call that knows sockets, pipes, TLS, SSH and hijacking. */
interface Modem {
  dial(options: object, callback: (error: unknown, data: unknown) => void): void;
}

function isModem(value: unknown): value is Modem {
  return typeof value === 'object' && value !== null && 'dial' in value && typeof value.dial === 'function';
}

/** dockerode takes a quarter of a second to load: only who builds pays for it. */
async function openModem(address: EngineAddress): Promise<Modem> {
  const { default: Docker } = await import('dockerode');
  const modem: unknown = new Docker(modemOptions(address)).modem;
  if (isModem(modem)) return modem;
  throw new AppError('internal', 'This version of dockerode is not the one the app was made for.');
}

/** Every field is given: docker-modem fills gaps from the environment, which may name another engine. */
function modemOptions({ url, certificates, verifyTls }: EngineAddress): DockerOptions {
  const at = /^(unix|npipe):\/\/(.*)$/.exec(url);
  if (at !== null) return Object.assign({ socketPath: at[2] ?? '' }, { host: undefined, port: undefined });
  const parsed = new URL(url.replace(/^tcp:/, 'http:'));
  const agent = process.env['SSH_AUTH_SOCK'];
  if (parsed.protocol === 'ssh:') {
    return {
      protocol: 'ssh',
      host: parsed.hostname,
      port: parsed.port || 22,
      ...(parsed.username === '' ? {} : { username: parsed.username }),
      ...(agent === undefined ? {} : { sshOptions: { agent } }),
    };
  }
  const secure = parsed.protocol === 'https:';
  const pem = (name: string): string => readFileSync(join(certificates ?? '', name), 'utf8');
  return {
    protocol: secure ? 'https' : 'http',
    host: parsed.hostname,
    port: parsed.port || (secure ? 2376 : 2375),
    ...(certificates === null ? {} : { ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem') }),
    ...(secure && !verifyTls ? { agent: new Agent({ rejectUnauthorized: false }) } : {}),
  };
}

const ACCEPTED = Object.fromEntries([200, 201, 204, 304].map((status) => [status, true]));

function dial(
  modem: Modem,
  request: EngineRequest,
  kind: { readonly stream?: boolean; readonly hijack?: boolean },
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted) return Promise.reject(abortError(signal));
  const options = { _query: request.query ?? {}, _body: request.body ?? {} };
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        path: `${request.path}?`,
        method: request.method,
        options,
        headers: { ...request.headers },
        ...(request.file === undefined ? {} : { file: request.file }),
        abortSignal: signal,
        isStream: kind.stream === true,
        hijack: kind.hijack === true,
        statusCodes: ACCEPTED,
      },
      (error, data) => {
        if (error === null || error === undefined) return resolve(data);
        reject(signal.aborted ? abortError(signal) : engineError(error));
      },
    );
  });
}

function headersOf(answer: unknown): Readonly<Record<string, unknown>> {
  const headers: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'headers') : {};
  return z.record(z.string(), z.unknown()).parse(headers ?? {});
}
