import { AppError } from '../../../shared/errors.ts';
import { abortError } from '../../platform/clock.ts';
import { jsonAt } from './ask-server.ts';
import type { ProbeTarget, ProbeTools } from './readiness.ts';

/**
 * Has Ollama fetch its model (FACTS 2.4: the container cannot by itself), telling the progress on the way. Silence for
 * longer than the edge allows ends it; Ollama goes on where it stopped when it is asked again.
 * @throws AppError model_unknown, boot_failed (final), upstream_failed (passing); AbortError
 */
export async function pullModel(
  target: ProbeTarget,
  tools: ProbeTools,
  onProgress: (detail: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const own = new AbortController();
  const abort = (): void => own.abort(abortError(signal));
  if (signal.aborted) throw abortError(signal);
  signal.addEventListener('abort', abort, { once: true });
  let cancelTimer = (): void => {};
  const heard = (): void => {
    cancelTimer();
    cancelTimer = tools.clock.after(tools.tokenTimeoutMs, () => own.abort());
  };
  try {
    heard();
    await follow(target, tools, { onProgress, heard }, own.signal);
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (error instanceof AppError) throw error;
    throw new AppError('upstream_failed', 'The connection broke while Ollama pulled the model.', {
      cause: error,
    });
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', abort);
  }
}

interface Ears {
  readonly onProgress: (detail: string) => void;
  readonly heard: () => void;
}

async function follow(
  target: ProbeTarget,
  tools: ProbeTools,
  ears: Ears,
  signal: AbortSignal,
): Promise<void> {
  const response = await tools.fetch(`${target.url}/api/pull`, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: target.model, stream: true }),
    signal,
  });
  let done = false;
  for await (const line of lines(response.body)) {
    ears.heard();
    done = progress(line, target.model, ears) || done;
  }
  if (response.status >= 400 && response.status < 500)
    throw refused(`status ${response.status}`, target.model);
  if (!done)
    throw new AppError('upstream_failed', `Ollama ended the pull early (status ${response.status}).`);
}

/** True on the line that says it is done. @throws AppError on the line that says it failed */
function progress(line: string, model: string, { onProgress }: Ears): boolean {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return false; // An edge's error page; its status is judged.
  }
  const error = jsonAt(value, 'error');
  if (typeof error === 'string') throw refused(error, model);
  const status = jsonAt(value, 'status');
  if (status === 'success') return true;
  const completed = jsonAt(value, 'completed');
  const total = jsonAt(value, 'total');
  if (typeof completed === 'number' && typeof total === 'number' && total > 0) {
    onProgress(`Downloading weights ${Math.floor((completed / total) * 100)} %`);
  } else if (typeof status === 'string') {
    onProgress(status.slice(0, 100));
  }
  return false;
}

function refused(said: string, model: string): AppError {
  if (/file does not exist|not found|invalid model name/i.test(said)) {
    return new AppError('model_unknown', `Ollama knows no model called "${model}" (${said}).`, {
      advice: 'Check the name at ollama.com/library, or use hf.co/<owner>/<repo> for a GGUF repository.',
    });
  }
  if (/no space left|newer version of ollama|requires more system memory|status 40[013]/i.test(said)) {
    return new AppError('boot_failed', `Ollama cannot pull "${model}": ${said}`);
  }
  return new AppError('upstream_failed', `Ollama could not pull "${model}" yet: ${said}`);
}

/** One JSON text a line; a line longer than this is none. */
const LONGEST_LINE = 100_000;

async function* lines(body: AsyncIterable<unknown> | null): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body ?? []) {
    if (!(chunk instanceof Uint8Array)) continue;
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (parts.pop() ?? '').slice(0, LONGEST_LINE);
    yield* parts.filter((part) => part.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
