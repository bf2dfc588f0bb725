import { create } from 'zustand';

interface AnnouncerState {
  readonly waiting: readonly string[];
  readonly polite: string;
  /** Money or data loss only. */
  readonly urgent: string;
}

/** One polite region for the whole app; messages are merged and spoken together at most every five seconds (UX 3.10). */
export const useAnnouncer = create<AnnouncerState>(() => ({ waiting: [], polite: '', urgent: '' }));

export function announce(message: string): void {
  useAnnouncer.setState((state) =>
    state.waiting.includes(message) ? state : { waiting: [...state.waiting, message] },
  );
}

export function alertAloud(message: string): void {
  useAnnouncer.setState({ urgent: message });
}

/** Speaks what waits; returns whether anything did. */
export function flushAnnouncements(): boolean {
  const { waiting } = useAnnouncer.getState();
  if (waiting.length === 0) return false;
  useAnnouncer.setState({ waiting: [], polite: waiting.join('. ') });
  return true;
}
