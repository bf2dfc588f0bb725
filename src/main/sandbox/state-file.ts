import { existsSync, readFileSync, renameSync } from 'node:fs';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import { writeFileAtomic } from '../platform/files.ts';
import { emptyState, fromStored, stateSchema, toStored, type State } from './state.ts';

/** Changes that no answer waits for are written at most this late. */
const DEBOUNCE_MS = 50;

export interface StateFile {
  readonly state: State;
  /** Writes soon. */
  save(): void;
  /** Writes before it returns: for changes that an answer promises. */
  flush(): void;
}

/**
 * Loads the state and keeps its file. A file that cannot be read is set aside under another name, so that nothing is
 * lost and the sandbox starts empty.
 */
export function openStateFile(path: string | null, creditUsd: number, clock: Clock, log: Log): StateFile {
  const state = path === null ? emptyState(creditUsd) : load(path, creditUsd, log);
  let cancel: (() => void) | null = null;
  const flush = (): void => {
    cancel?.();
    cancel = null;
    if (path !== null) writeFileAtomic(path, JSON.stringify(toStored(state)));
  };
  return {
    state,
    flush,
    save: () => {
      if (path !== null) cancel ??= clock.after(DEBOUNCE_MS, flush);
    },
  };
}

function load(path: string, creditUsd: number, log: Log): State {
  if (!existsSync(path)) return emptyState(creditUsd);
  try {
    return fromStored(stateSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (error) {
    const aside = `${path}.unreadable`;
    renameSync(path, aside);
    log.warn({ path, aside, error: String(error) }, 'sandbox state unreadable: set aside, starting empty');
    return emptyState(creditUsd);
  }
}
