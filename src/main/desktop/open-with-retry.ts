import { dialog } from 'electron';
import { asAppError } from '../../shared/errors.ts';
import { Disposables } from '../platform/lifecycle.ts';
import type { Words } from './words/en.ts';

/** Repeats `open` as long as it fails and people want to try again. null = they gave up. */
export async function openWithRetry<T>(open: () => Promise<T>, words: () => Words): Promise<T | null> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const { message, advice } = asAppError(error);
      const { startUp, crash } = words();
      const { response } = await dialog.showMessageBox({
        type: 'error',
        message: startUp.failed,
        detail: `${message}\n${advice}`,
        buttons: [startUp.retry, crash.quit],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      });
      if (response !== 0) return null;
    }
  }
}

/** Opens something in a collection of its own, which is ended at once when that fails. */
export async function openOwned<T>(
  name: string,
  owned: Disposables,
  open: (attempt: Disposables) => Promise<T>,
): Promise<T> {
  const attempt = new Disposables();
  try {
    const opened = await open(attempt);
    owned.add(name, attempt);
    return opened;
  } catch (error) {
    await attempt.dispose();
    throw error;
  }
}
