import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { abortError, throwIfAborted, type Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import { boundedText } from '../platform/bounded-text.ts';

/** PyPI, or a copy of it (its JSON API: GET /pypi/<name>/json). */
export interface PackageIndex {
  /**
   * Gives each package its newest released version; one that has a version keeps it.
   * @throws AppError invalid_input (there is no such package), registry_unavailable; AbortError
   */
  pin(packages: readonly string[], signal: AbortSignal): Promise<string[]>;
}

const ANSWER_MS = 30_000;
/** Packages with years of releases are described in a few megabytes. */
const MOST_BYTES = 32 * 1024 * 1024;

const answerSchema = z.object({
  info: z.object({ version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.!+_-]*$/) }),
});

export function createPackageIndex(parts: {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly packageIndex: () => string;
}): PackageIndex {
  return {
    async pin(packages, signal) {
      const pinned: string[] = [];
      for (const name of packages) {
        pinned.push(name.includes('==') ? name : `${name}==${await newest(parts, name, signal)}`);
      }
      return pinned;
    },
  };
}

async function newest(
  { fetch, clock, packageIndex }: Parameters<typeof createPackageIndex>[0],
  name: string,
  signal: AbortSignal,
): Promise<string> {
  throwIfAborted(signal);
  const index = packageIndex().replace(/\/+$/, '');
  const limit = new AbortController();
  const cancel = clock.after(ANSWER_MS, () => limit.abort());
  try {
    const response = await fetch(`${index}/pypi/${encodeURIComponent(name)}/json`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, limit.signal]),
    });
    const body = await boundedText(
      response.body,
      MOST_BYTES,
      () => new AppError('registry_unavailable', 'The package index sent an answer without end.'),
    );
    if (response.status === 404)
      throw new AppError('invalid_input', `There is no Python package "${name}" at ${index}.`);
    if (response.status !== 200) throw away(index, name, `it answered ${response.status}`);
    return versionIn(body) ?? refuse(index, name);
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (error instanceof AppError) throw error;
    throw away(index, name, limit.signal.aborted ? 'no answer in time' : 'no connection', error);
  } finally {
    cancel();
  }
}

function versionIn(body: string): string | null {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data?.info.version ?? null;
  } catch {
    // Not JSON: a page of something in between.
    return null;
  }
}

function refuse(index: string, name: string): never {
  throw away(index, name, 'its answer names no version');
}

const away = (index: string, name: string, why: string, cause?: unknown): AppError =>
  new AppError('registry_unavailable', `${index} cannot be asked for the version of ${name}: ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    advice: 'Check the network, or name another index of Python packages (images.package_index).',
  });
