import type Electron from 'electron';
import { network } from './page-host.ts';
import { Listening, strict, type Listener } from './strict.ts';
import { mustBeBeforeReady, mustBeReady } from './world.ts';

type Handlers = {
  request: Parameters<Electron.Session['setPermissionRequestHandler']>[0];
  check: Parameters<Electron.Session['setPermissionCheckHandler']>[0];
  device: Parameters<Electron.Session['setDevicePermissionHandler']>[0];
};

/** What the app decided about its session, for tests to ask. */
export const decided: Handlers & { spellChecker: boolean } = {
  request: null,
  check: null,
  device: null,
  spellChecker: true,
};

export const sessionEvents = new Listening();

const webRequest = strict<Pick<Electron.WebRequest, 'onBeforeRequest'>>('webRequest', {
  onBeforeRequest: (...args: unknown[]) => {
    const listener = args.at(-1) as
      | ((details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void)
      | null;
    network.isCancelled = (url) =>
      new Promise((resolve) => {
        if (listener === null) resolve(false);
        else listener({ url }, (response) => resolve(response.cancel ?? false));
      });
  },
});

const handled = strict<Pick<Electron.Protocol, 'handle'>>('session.protocol', {
  handle: (scheme, handler) => {
    mustBeReady('protocol.handle');
    if (scheme !== 'app') throw new Error(`Unexpected scheme ${scheme}.`);
    if (!registered.includes(scheme))
      throw new Error(`${scheme} was not made a standard scheme before ready.`);
    network.respond = async (request) => handler(request);
  },
});

const registered: string[] = [];

/** docs: api/protocol. */
export const protocol = strict<Pick<Electron.Protocol, 'registerSchemesAsPrivileged'>>('protocol', {
  registerSchemesAsPrivileged: (schemes) => {
    mustBeBeforeReady('protocol.registerSchemesAsPrivileged');
    for (const { scheme, privileges } of schemes) {
      if (privileges?.bypassCSP || privileges?.corsEnabled)
        throw new Error(`${scheme} has too many privileges.`);
      registered.push(scheme);
    }
  },
});

type SessionMembers =
  | 'on'
  | 'protocol'
  | 'setDevicePermissionHandler'
  | 'setPermissionCheckHandler'
  | 'setPermissionRequestHandler'
  | 'setSpellCheckerEnabled'
  | 'webRequest';

export const defaultSession = strict<Pick<Electron.Session, SessionMembers>>('session', {
  protocol: handled as Electron.Protocol,
  webRequest: webRequest as Electron.WebRequest,
  on: (event: string, listener: Listener) => sessionEvents.on(event, listener),
  setPermissionRequestHandler: (handler) => {
    decided.request = handler;
  },
  setPermissionCheckHandler: (handler) => {
    decided.check = handler;
  },
  setDevicePermissionHandler: (handler) => {
    decided.device = handler;
  },
  setSpellCheckerEnabled: (on) => {
    decided.spellChecker = on;
  },
}) as Electron.Session;

/** docs: api/session. */
export const session = strict('session', {
  get defaultSession(): Electron.Session {
    mustBeReady('session.defaultSession');
    return defaultSession;
  },
});
