import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { AppEvent } from '../shared/api.ts';
import type { BridgeSink, DesktopBridge, Outcome } from '../shared/bridge.ts';
import { ACKNOWLEDGE_EVERY, CHANNELS, type ToWindow } from '../shared/ipc.ts';

/**
 * The one door between the page and the app. Pages get functions and plain data, never `ipcRenderer`, an event object
 * or a channel name. The main process judges everything that comes through; nothing here is trusted.
 */

const sinks = new Map<number, { readonly sink: BridgeSink; taken: number }>();
const eventListeners = new Set<(event: AppEvent) => void>();
const pageListeners = new Set<(address: string) => void>();
let lastId = 0;

/** Listens on a channel without letting the event object through. */
function on<C extends keyof ToWindow>(channel: C, listener: (payload: ToWindow[C]) => void): void {
  ipcRenderer.on(channel, (_event: IpcRendererEvent, payload: ToWindow[C]) => listener(payload));
}

on(CHANNELS.item, ({ id, value }) => {
  const open = sinks.get(id);
  if (open === undefined) return;
  open.sink.item(value);
  open.taken++;
  if (open.taken % ACKNOWLEDGE_EVERY === 0) {
    ipcRenderer.send(CHANNELS.acknowledge, { id, count: ACKNOWLEDGE_EVERY });
  }
});
on(CHANNELS.end, ({ id, error }) => {
  const open = sinks.get(id);
  sinks.delete(id);
  open?.sink.end(error);
});
on(CHANNELS.event, (event) => {
  for (const listener of eventListeners) listener(event);
});
on(CHANNELS.showPage, (address) => {
  for (const listener of pageListeners) listener(address);
});

/** Adds a listener and tells the app that this page hears now. */
function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  ipcRenderer.send(CHANNELS.ready, {});
  return () => {
    listeners.delete(listener);
  };
}

const bridge: DesktopBridge = {
  call(name, input) {
    const id = ++lastId;
    const outcome: Promise<Outcome> = ipcRenderer.invoke(CHANNELS.call, { id, name, input });
    return { outcome, cancel: () => ipcRenderer.send(CHANNELS.cancelCall, { id }) };
  },
  stream(name, input, sink) {
    const id = ++lastId;
    sinks.set(id, { sink, taken: 0 });
    ipcRenderer.send(CHANNELS.openStream, { id, name, input });
    return () => {
      if (sinks.delete(id)) ipcRenderer.send(CHANNELS.leaveStream, { id });
    };
  },
  subscribe: (listener) => listen(eventListeners, listener),
  onShowPage: (listener) => listen(pageListeners, listener),
  openPage: (address) => ipcRenderer.send(CHANNELS.openPage, { address }),
};

contextBridge.exposeInMainWorld('runpodLlm', bridge);
