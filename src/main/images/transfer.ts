import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { abortError, type Clock } from '../platform/clock.ts';
import type { RegistryLogin } from './build-session.ts';
import type { Engine, EngineRequest } from './engine.ts';
import { engineError, failure } from './engine-error.ts';
import { loginServer, parseImageName } from './image-name.ts';
import { PLATFORM } from './image-tag.ts';
import { readJsonLines } from './json-lines.ts';

export interface TransferParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Tells why it begins again. */
  readonly onRetry: (error: AppError, waitMs: number) => void;
}

/** Waits between tries. The engine itself tries each layer several times before it gives up. */
const PAUSES_MS = [2000, 5000, 15_000, 30_000] as const;

/**
 * Sends an image to its registry and answers its digest there. A try that breaks off is repeated; layers that have
 * arrived are not sent again.
 * @throws AppError registry_denied, registry_unavailable, docker_failed, docker_unavailable, not_found; AbortError
 */
export async function pushImage(
  reference: string,
  login: RegistryLogin | null,
  parts: TransferParts,
  signal: AbortSignal,
): Promise<string> {
  const { tag } = parseImageName(reference);
  const path = `/images/${reference.slice(0, reference.lastIndexOf(':'))}/push`;
  const request = { method: 'POST', path, query: { tag }, headers: registryAuth(login) } as const;
  const digest = await repeated(request, parts, signal);
  if (digest !== null) return digest;
  throw new AppError('docker_failed', 'The engine ended the push without a digest.');
}

/** Brings an image to this machine. @throws as `pushImage` */
export async function pullImage(
  reference: string,
  login: RegistryLogin | null,
  parts: TransferParts,
  signal: AbortSignal,
): Promise<void> {
  const query = { fromImage: reference, platform: PLATFORM };
  await repeated(
    { method: 'POST', path: '/images/create', query, headers: registryAuth(login) },
    parts,
    signal,
  );
}

function registryAuth(login: RegistryLogin | null): Record<string, string> {
  const told =
    login === null
      ? {}
      : { username: login.username, password: login.password, serveraddress: loginServer(login.registry) };
  return { 'X-Registry-Auth': Buffer.from(JSON.stringify(told)).toString('base64url') };
}

async function repeated(
  request: EngineRequest,
  parts: TransferParts,
  signal: AbortSignal,
): Promise<string | null> {
  for (let tries = 0; ; tries++) {
    try {
      return await once(request, parts, signal);
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      const known = engineError(error);
      const pause = PAUSES_MS[tries];
      if (known.code !== 'registry_unavailable' || pause === undefined) throw known;
      parts.onRetry(known, pause);
      await parts.clock.sleep(pause, signal);
    }
  }
}

const messageSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).nullish(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
  aux: z.object({ Digest: z.string().optional() }).optional(),
});

async function once(
  request: EngineRequest,
  { engine, onProgress }: TransferParts,
  signal: AbortSignal,
): Promise<string | null> {
  const own = new AbortController();
  const layers = new Map<string, { done: number; total: number }>();
  let digest: string | null = null;
  try {
    const stream = await engine.stream(request, AbortSignal.any([signal, own.signal]));
    for await (const value of readJsonLines(stream)) {
      const message = messageSchema.safeParse(value).data ?? {};
      const problem = message.errorDetail?.message ?? message.error;
      if (problem !== undefined) throw failure(problem, 'docker_failed');
      digest = message.aux?.Digest ?? digest;
      if (note(layers, message)) tell(layers, onProgress);
    }
    return digest;
  } finally {
    own.abort();
  }
}

function note(
  layers: Map<string, { done: number; total: number }>,
  message: z.infer<typeof messageSchema>,
): boolean {
  const { id, progressDetail, status = '' } = message;
  if (id === undefined) return false;
  const known = layers.get(id);
  if (progressDetail?.total !== undefined) {
    layers.set(id, {
      done: Math.min(progressDetail.current ?? 0, progressDetail.total),
      total: progressDetail.total,
    });
    return true;
  }
  if (known === undefined || !/^(?:Pushed|Pull complete|Download complete|Layer already exists)/.test(status))
    return false;
  layers.set(id, { ...known, done: known.total });
  return true;
}

function tell(
  layers: ReadonlyMap<string, { done: number; total: number }>,
  onProgress: TransferParts['onProgress'],
): void {
  let done = 0;
  let total = 0;
  for (const layer of layers.values()) {
    done += layer.done;
    total += layer.total;
  }
  onProgress(done, total);
}
