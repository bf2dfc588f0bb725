import type { z } from 'zod';
import type { checkSchema } from '../../shared/app.ts';
import type { EngineStatus } from '../../shared/images.ts';
import { throwIfAborted, type Clock } from '../platform/clock.ts';

type Check = z.infer<typeof checkSchema>;

/** Whoever asks a doctor does not wait for an engine that hangs. */
const LIMIT_MS = 10_000;
/** An image on the stock vLLM one needs about so much, packed and unpacked. */
const ROOM_BYTES = 40e9;

/**
 * The engine that builds images. Only they need one, so nothing here is a failure of the app.
 * @param engine never throws but an AbortError
 */
export async function dockerCheck(
  engine: (signal: AbortSignal) => Promise<EngineStatus>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Check> {
  const limit = new AbortController();
  const cancel = clock.after(LIMIT_MS, () => limit.abort());
  try {
    return checkOf(await engine(AbortSignal.any([signal, limit.signal])));
  } catch (error) {
    throwIfAborted(signal);
    if (!limit.signal.aborted) throw error;
    const detail = `The Docker engine did not answer within ${LIMIT_MS / 1000} s.`;
    return {
      name: 'Docker',
      status: 'warn',
      detail,
      advice: 'Start it anew; only images built here need it.',
    };
  } finally {
    cancel();
  }
}

function checkOf(status: EngineStatus): Check {
  const { problem, name, version, address, origin, freeBytes } = status;
  if (problem !== null) {
    // Most people build no images: without an engine nothing is wrong.
    const none = problem.code === 'docker_unavailable';
    const detail = none ? `${problem.message} Only images built here need it.` : problem.message;
    return { name: 'Docker', status: none ? 'skip' : 'warn', detail, advice: problem.advice };
  }
  const free = freeBytes === null ? 'free disk not visible from here' : `${gigabytes(freeBytes)} free`;
  const builder = status.buildKit ? 'BuildKit' : 'no BuildKit';
  const detail = `${name ?? 'an engine'} ${version ?? ''} at ${address} (${origin}), ${builder}, ${free}`;
  const concern = concernOf(status);
  return { name: 'Docker', status: concern === null ? 'ok' : 'warn', detail, advice: concern };
}

function concernOf({ freeBytes, buildKit, emulated, architecture }: EngineStatus): string | null {
  if (freeBytes !== null && freeBytes < ROOM_BYTES)
    return `A vLLM image needs about ${gigabytes(ROOM_BYTES)}: free space with "runpod-llm images prune".`;
  if (!buildKit) return 'It cannot keep a Hugging Face token out of an image: gated weights cannot be baked.';
  if (emulated) return `It runs on ${architecture}: images for linux/amd64 are built by emulation, slowly.`;
  return null;
}

const gigabytes = (bytes: number): string => `${Math.floor(bytes / 1e9)} GB`;
