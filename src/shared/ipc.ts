import type { AppEvent } from './api.ts';
import type { ErrorBody } from './errors.ts';

/**
 * The channels between the desktop's main process and its windows. No zod here: the sandboxed preload loads this file.
 * What travels on them is in `src/main/desktop/ipc/messages.ts`.
 */
export const CHANNELS = {
  /** Asked with `invoke`: one method of the contract, answered by an Outcome. */
  call: 'runpod-llm:call',
  cancelCall: 'runpod-llm:call.cancel',
  openStream: 'runpod-llm:stream.open',
  leaveStream: 'runpod-llm:stream.leave',
  /** So many items have been taken: the main process may send as many more. */
  acknowledge: 'runpod-llm:stream.acknowledge',
  /** The page listens from now on; what waited for it is sent. */
  ready: 'runpod-llm:ready',
  /** The page asks for a page of the main window. */
  openPage: 'runpod-llm:page.open',
  item: 'runpod-llm:stream.item',
  end: 'runpod-llm:stream.end',
  event: 'runpod-llm:event',
  /** The app asks the page to show an address. */
  showPage: 'runpod-llm:page.show',
} as const;

/** Items that may be on their way to a window without having been acknowledged. */
export const STREAM_WINDOW = 256;
/** Items after which a window acknowledges. */
export const ACKNOWLEDGE_EVERY = 64;

/** What the main process sends to a window. */
export interface ToWindow {
  readonly [CHANNELS.item]: { readonly id: number; readonly value: unknown };
  readonly [CHANNELS.end]: { readonly id: number; readonly error: ErrorBody | null };
  readonly [CHANNELS.event]: AppEvent;
  readonly [CHANNELS.showPage]: string;
}
