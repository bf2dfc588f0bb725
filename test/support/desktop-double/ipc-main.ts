import type Electron from 'electron';
import type { PageMessage } from './page-host.ts';
import { Listening, strict, type Listener } from './strict.ts';

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown;

const handlers = new Map<string, Handler>();
const events = new Listening();

/** docs: api/ipc-main. Two handlers of one channel are an error; what a handler throws loses all but its message. */
export const ipcMain = strict<Pick<Electron.IpcMain, 'handle' | 'on' | 'removeHandler' | 'removeListener'>>(
  'ipcMain',
  {
    handle: (channel, handler) => {
      if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
      handlers.set(channel, handler);
    },
    removeHandler: (channel) => void handlers.delete(channel),
    on: (channel: string, listener: Listener) => events.on(channel, listener),
    removeListener: (channel: string, listener: Listener) => events.removeListener(channel, listener),
  },
);

export interface FrameFacts {
  readonly url: string;
  readonly isMain: boolean;
}

/** A message as it arrives, also a forged one: `frame` null = the frame went away. */
export function ipcMessage(
  sender: unknown,
  message: PageMessage,
  frame: FrameFacts | null,
  reply: (answer: object) => void,
): void {
  const senderFrame = frame === null ? null : { url: frame.url, parent: frame.isMain ? null : {} };
  const event = { sender, senderFrame } as unknown as Electron.IpcMainInvokeEvent;
  if (message.kind === 'send') {
    events.emit(message.channel, event, ...message.args);
    return;
  }
  const { id, channel, args } = message;
  const answered = async (): Promise<unknown> => {
    const handler = handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return handler(event, ...args);
  };
  answered().then(
    (value) => reply({ kind: 'answer', id, ok: true, value: structuredClone(value) }),
    (error: unknown) =>
      reply({
        kind: 'answer',
        id,
        ok: false,
        message: `Error invoking remote method '${channel}': ${String(error)}`,
      }),
  );
}
