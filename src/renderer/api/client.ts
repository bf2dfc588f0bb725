import type { ManagerApi } from '../../shared/api.ts';

/** live = events arrive; lost = trying again; refused = the browser is not signed in to this app. */
export type Connection = 'connecting' | 'live' | 'lost' | 'refused';

/** The core as the interface sees it, whichever way it is reached. */
export interface Client extends ManagerApi {
  /** The desktop window has keys and doors of its own that a browser tab keeps for itself. */
  readonly body: 'desktop' | 'browser';
  /** Called with the present state at once, then after every change. */
  onConnection(listener: (connection: Connection) => void): () => void;
  /** Shows an address such as `/costs` in the main window, whichever window asks. */
  openPage(address: string): void;
  /** The app asks this window to show an address: from the tray, a notification or a link. */
  onShowPage(listener: (address: string) => void): () => void;
}
