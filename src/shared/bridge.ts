import type { AppEvent, MethodName, StreamName } from './api.ts';
import type { ErrorBody } from './errors.ts';

/**
 * What the preload puts on `window.runpodLlm`. Electron's context bridge passes functions, plain data and promises but
 * no AbortSignal, no async iterable and no error fields, so the ManagerApi crosses in this shape and the renderer
 * builds a ManagerApi from it again.
 */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorBody };

export interface BridgeCall {
  readonly outcome: Promise<Outcome>;
  cancel(): void;
}

export interface BridgeSink {
  item(value: unknown): void;
  /** Called once, last; null = the source ended. */
  end(error: ErrorBody | null): void;
}

export interface Bridge {
  call(name: MethodName, input: unknown): BridgeCall;
  /** Returns a function that leaves the stream; the sink is not called after it. */
  stream(name: StreamName, input: unknown, sink: BridgeSink): () => void;
  subscribe(listener: (event: AppEvent) => void): () => void;
}

/** What the preload puts on `window.runpodLlm`: the contract, and the two ways in which windows open pages. */
export interface DesktopBridge extends Bridge {
  /** The app asks this window to show an address, such as `/costs`: from the tray, a notification or a link. */
  onShowPage(listener: (address: string) => void): () => void;
  /** Shows an address in the main window, whichever window asks. */
  openPage(address: string): void;
}
