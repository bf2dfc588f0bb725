import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { z } from 'zod';
import type { Outcome } from '../../../shared/bridge.ts';
import { AppError, isAbort, toErrorBody } from '../../../shared/errors.ts';
import { CHANNELS, STREAM_WINDOW } from '../../../shared/ipc.ts';
import type { LocalApi } from '../../control/local-api.ts';
import type { Log } from '../../logs/log.ts';
import type { Disposable } from '../../platform/lifecycle.ts';
import type { ActGuard } from '../guard/act-guard.ts';
import { mayAsk } from './allowed-calls.ts';
import { acknowledgeSchema, askSchema, idSchema, nothingSchema, openPageSchema } from './messages.ts';
import { trustedRole, type WindowRole } from './trusted-sender.ts';
import { WindowSession } from './window-session.ts';

export interface IpcParts {
  /** The core; windows are shown before it runs. */
  readonly api: Promise<LocalApi>;
  /** The role under which a window was made; null = not one of ours. */
  readonly roleOf: (contents: WebContents) => WindowRole | null;
  /** Origin of the development server; null in a built app. */
  readonly devOrigin: string | null;
  readonly onOpenPage: (address: string) => void;
  /** Asks the user before what is lost by a call is lost. */
  readonly guard: ActGuard;
  readonly log: Log;
}

export interface IpcService extends Disposable {
  /** Begins to serve a window; call once, when it is made. */
  attach(contents: WebContents): void;
  /** Asks a window to show a page, now or as soon as it listens. */
  showPage(contents: WebContents, address: string): void;
}

interface Sender {
  readonly role: WindowRole;
  readonly session: WindowSession;
}

/**
 * The contract over Electron's IPC: the only file that touches `ipcMain`. Every message passes the same two checks, who
 * sends it and what it looks like; inputs and answers are parsed by the contract's schemas.
 */
export function serveIpc(parts: IpcParts): IpcService {
  return new ContractOverIpc(parts);
}

class ContractOverIpc implements IpcService {
  readonly #parts: IpcParts;
  readonly #sessions = new Map<WebContents, WindowSession>();
  readonly #removers: (() => void)[] = [];

  constructor(parts: IpcParts) {
    this.#parts = parts;
    const { api } = parts;
    ipcMain.handle(CHANNELS.call, async (event, ...args: unknown[]): Promise<Outcome> => {
      const sender = this.#senderOf(event, CHANNELS.call);
      return sender === null ? refused() : callOf(parts, sender, args);
    });
    this.#removers.push(() => ipcMain.removeHandler(CHANNELS.call));
    this.#listen(CHANNELS.cancelCall, idSchema, ({ id }, { session }) => session.cancelCall(id));
    this.#listen(CHANNELS.ready, nothingSchema, (_nothing, { session }) => session.ready());
    this.#listen(CHANNELS.openPage, openPageSchema, ({ address }) => parts.onOpenPage(address));
    this.#listen(CHANNELS.openStream, askSchema, (ask, sender) => void stream(api, sender, ask));
    this.#listen(CHANNELS.leaveStream, idSchema, ({ id }, { session }) => session.leaveStream(id));
    this.#listen(CHANNELS.acknowledge, acknowledgeSchema, ({ id, count }, { session }) =>
      session.acknowledge(id, count),
    );
    void this.#followEvents();
  }

  attach(contents: WebContents): void {
    const session = new WindowSession((channel, payload) => {
      if (!contents.isDestroyed()) contents.send(channel, payload);
    });
    this.#sessions.set(contents, session);
    contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) session.reset();
    });
    contents.on('render-process-gone', () => session.reset());
    contents.once('destroyed', () => {
      session.reset();
      this.#sessions.delete(contents);
    });
  }

  showPage(contents: WebContents, address: string): void {
    this.#sessions.get(contents)?.push(CHANNELS.showPage, address);
  }

  dispose(): void {
    for (const remove of this.#removers.splice(0)) remove();
    for (const session of this.#sessions.values()) session.reset();
  }

  /** Reads the frame synchronously: after the first await it may be gone. */
  #senderOf(event: IpcMainEvent | IpcMainInvokeEvent, channel: string): Sender | null {
    const frame = event.senderFrame;
    const facts = {
      frame: frame === null ? null : { url: frame.url, isMain: frame.parent === null },
      role: this.#parts.roleOf(event.sender),
    };
    const role = trustedRole(facts, this.#parts.devOrigin);
    const session = this.#sessions.get(event.sender);
    if (role !== null && session !== undefined) return { role, session };
    this.#parts.log.warn({ channel, url: frame?.url ?? null }, 'message of an unknown sender refused');
    return null;
  }

  #listen<S extends z.ZodType>(
    channel: string,
    schema: S,
    run: (payload: z.output<S>, sender: Sender) => void,
  ): void {
    const heard = (event: IpcMainEvent, ...args: unknown[]): void => {
      const sender = this.#senderOf(event, channel);
      if (sender === null) return;
      const parsed = schema.safeParse(args.length === 1 ? args[0] : undefined);
      if (parsed.success) run(parsed.data, sender);
      else
        this.#parts.log.warn({ channel, problem: parsed.error.message }, 'message of unknown form refused');
    };
    ipcMain.on(channel, heard);
    this.#removers.push(() => ipcMain.removeListener(channel, heard));
  }

  async #followEvents(): Promise<void> {
    const core = await this.#parts.api.catch(() => null); // The start-up has told why there is no core.
    const leave = core?.subscribe((event) => {
      for (const session of this.#sessions.values()) session.push(CHANNELS.event, event);
    });
    if (leave !== undefined) this.#removers.push(leave);
  }
}

async function callOf(
  { api, guard, log }: Pick<IpcParts, 'api' | 'guard' | 'log'>,
  { role, session }: Sender,
  args: readonly unknown[],
): Promise<Outcome> {
  const ask = askSchema.safeParse(args.length === 1 ? args[0] : undefined);
  if (!ask.success) {
    return failed(new AppError('invalid_input', 'The call is not in the form of the contract.'));
  }
  const { id, name, input } = ask.data;
  try {
    if (!mayAsk(role, name)) throw notFrom(role, name);
    const signal = session.beginCall(id);
    try {
      const core = await api;
      await guard(core, name, input, signal);
      return { ok: true, value: await core.callUnchecked(name, input, signal) };
    } finally {
      session.endCall(id);
    }
  } catch (error) {
    const outcome = failed(error);
    if (outcome.error.code === 'internal') log.error({ err: error, method: name }, 'call of a window failed');
    return outcome;
  }
}

/** Sends items as they come, but never more ahead than the page has acknowledged. */
async function stream(
  api: Promise<LocalApi>,
  { role, session }: Sender,
  { id, name, input }: z.output<typeof askSchema>,
): Promise<void> {
  let error: ReturnType<typeof toErrorBody> | null = null;
  try {
    if (!mayAsk(role, name)) throw notFrom(role, name);
    const { signal, credit } = session.beginStream(id, STREAM_WINDOW);
    try {
      for await (const value of (await api).streamUnchecked(name, input, signal)) {
        await credit.take();
        if (signal.aborted) return;
        session.push(CHANNELS.item, { id, value });
      }
    } catch (thrown) {
      if (signal.aborted && isAbort(thrown)) return;
      throw thrown;
    } finally {
      session.endStream(id);
    }
  } catch (thrown) {
    error = toErrorBody(thrown);
  }
  session.push(CHANNELS.end, { id, error });
}

const failed = (error: unknown): Extract<Outcome, { ok: false }> => ({
  ok: false,
  error: toErrorBody(error),
});

const refused = (): Outcome =>
  failed(
    new AppError('origin_not_allowed', 'Only the app’s own pages may ask.', {
      advice: 'Open the app’s window again.',
    }),
  );

const notFrom = (role: WindowRole, name: string): AppError =>
  new AppError('not_allowed_now', `${name} cannot be asked from the ${role} window.`, {
    advice: 'Open the main window.',
  });
