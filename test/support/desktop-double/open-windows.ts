/** Windows that are open, as far as quitting is concerned. */
export interface OpenWindow {
  close(): void;
  isDestroyed(): boolean;
}

export const openWindows = new Set<OpenWindow>();

let onClosed: () => void = () => undefined;

export function onWindowClosed(listener: () => void): void {
  onClosed = listener;
}

export function windowClosed(): void {
  onClosed();
}
