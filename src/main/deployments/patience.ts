import { AppError, isAbort } from '../../shared/errors.ts';
import { abortError, type Clock } from '../platform/clock.ts';

/** RunPod's calls are tried again for a minute and a half; people in front of a screen are told sooner. */
const PATIENCE_MS = 20_000;

/**
 * Work that somebody waits for, given up when RunPod stays silent.
 * @throws AppError runpod_unreachable after 20 seconds, and whatever `work` throws
 */
export async function patiently<T>(
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  const cancel = clock.after(PATIENCE_MS, () => giveUp.abort(abortError()));
  try {
    return await work(AbortSignal.any([signal, giveUp.signal]));
  } catch (error) {
    if (!giveUp.signal.aborted || signal.aborted || !isAbort(error)) throw error;
    throw new AppError(
      'runpod_unreachable',
      `RunPod has not answered within ${PATIENCE_MS / 1000} seconds. Nothing was changed.`,
      {
        cause: error,
        details: { waitedSeconds: PATIENCE_MS / 1000 },
        advice: 'Check the network connection and RunPod’s status page, and try again.',
      },
    );
  } finally {
    cancel();
  }
}
