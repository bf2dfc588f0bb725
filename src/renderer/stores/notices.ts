import { create } from 'zustand';
import type { QuietHours } from '../../shared/quiet-hours.ts';

type NoticeTone = 'good' | 'info' | 'bad';

export interface Notice {
  readonly id: string;
  readonly at: number;
  readonly tone: NoticeTone;
  readonly title: string;
  readonly body: string | null;
  /** At most one; a page address or something to do. */
  readonly action: { readonly label: string; readonly href?: string; readonly run?: () => void } | null;
}

interface NoticesState {
  /** On the screen, oldest first; at most three. */
  readonly toasts: readonly Notice[];
  /** Everything said since the page was opened, newest first. */
  readonly past: readonly Notice[];
  readonly unread: number;
  /** As the settings have them. */
  readonly quietHours: QuietHours | null;
}

const MOST_TOASTS = 3;
const MOST_PAST = 100;
let nextId = 1;

export const useNotices = create<NoticesState>(() => ({ toasts: [], past: [], unread: 0, quietHours: null }));

/** @param silent it is kept in the list of notifications and not put over the page */
export function notify(notice: Omit<Notice, 'id'> & { readonly id?: string }, silent = false): void {
  const full: Notice = { ...notice, id: notice.id ?? `local-${nextId++}` };
  useNotices.setState((state) => {
    if (state.past.some((known) => known.id === full.id)) return state;
    return {
      toasts: silent ? state.toasts : [...state.toasts, full].slice(-MOST_TOASTS),
      past: [full, ...state.past].slice(0, MOST_PAST),
      unread: state.unread + 1,
    };
  });
}

export function dismiss(id: string): void {
  useNotices.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}

export function markRead(): void {
  useNotices.setState({ unread: 0 });
}
