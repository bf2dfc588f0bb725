import { z } from 'zod';
import { AppError, asAppError, toErrorBody } from '../../shared/errors.ts';
import type { TargetTest } from '../../shared/targets.ts';
import { boundedText } from '../platform/bounded-text.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';

const LIMIT_MS = 10_000;
const MOST_BYTES = 1_000_000;
const MOST_MODELS = 500;

const listSchema = z.object({ data: z.array(z.object({ id: z.string().min(1).max(200) })) });

/**
 * Asks a server for its list of models: the one question that costs nothing and needs its key. Never throws for what it
 * finds. @throws AbortError
 */
export async function probeTarget(
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
  { baseUrl, authorization }: { readonly baseUrl: string; readonly authorization: string | null },
  signal: AbortSignal,
): Promise<TargetTest> {
  const late = new AbortController();
  const cancel = clock.after(LIMIT_MS, () => late.abort());
  const begin = clock.monotonic();
  const result = (models: string[], problem: AppError | null): TargetTest => ({
    ok: problem === null,
    models,
    ms: Math.round(clock.monotonic() - begin),
    problem: problem === null ? null : toErrorBody(problem),
  });
  try {
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/models`, {
      headers: { accept: 'application/json', ...(authorization === null ? {} : { authorization }) },
      // A key goes to the server that was named, and to no other it points at.
      redirect: 'manual',
      signal: AbortSignal.any([signal, late.signal]),
    });
    const text = await boundedText(response.body, MOST_BYTES, tooLong);
    return judge(response.status, text, result);
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) {
      return result([], new AppError('upstream_timeout', `No answer within ${LIMIT_MS / 1000} s.`));
    }
    const { message } = asAppError(error);
    return result(
      [],
      new AppError('upstream_unreachable', `It cannot be reached: ${causeOf(error) ?? message}`, {
        advice: 'Check the address, and whether the server runs.',
      }),
    );
  } finally {
    cancel();
  }
}

const tooLong = (): AppError =>
  new AppError('upstream_failed', 'Its list of models has no end.', { advice: 'Check the address.' });

function judge(
  status: number,
  text: string,
  result: (models: string[], problem: AppError | null) => TargetTest,
): TargetTest {
  if (status === 401 || status === 403) {
    return result(
      [],
      new AppError('upstream_rejected', `It refuses the key (${status}).`, {
        advice: 'Correct the key, or give it the right to list models.',
      }),
    );
  }
  // A server without this route can still answer requests.
  if (status === 404 || status === 405) return result([], null);
  if (status !== 200) {
    const advice = 'The address ends where /chat/completions begins, usually in /v1.';
    return result([], new AppError('upstream_failed', `It answered ${status} to /models.`, { advice }));
  }
  const listed = listSchema.safeParse(jsonOf(text));
  if (listed.success)
    return result(
      listed.data.data.slice(0, MOST_MODELS).map(({ id }) => id),
      null,
    );
  return result(
    [],
    new AppError('upstream_failed', 'What answers there is no OpenAI-style server.', {
      advice: 'The address ends where /chat/completions begins, usually in /v1.',
    }),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** undici says "fetch failed" and keeps the reason inside. */
function causeOf(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && cause.message !== '' ? cause.message : null;
}
