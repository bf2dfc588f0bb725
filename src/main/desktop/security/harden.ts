import { app, protocol, type Session } from 'electron';
import type { Log } from '../../logs/log.ts';
import { APP_SCHEME, isOwnUrl } from '../ipc/trusted-sender.ts';
import { openLink } from './open-link.ts';
import { isPermitted } from './permissions.ts';

export interface HardenParts {
  readonly devOrigin: string | null;
  readonly openPage: (address: string) => void;
  readonly log: Log;
}

/** Must run before the app is ready: sandboxes every renderer and makes our protocol a real origin, without bypasses. */
export function declareBeforeReady(): void {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Applies to every web-contents that is ever made, so that no later window can miss it. */
export function hardenContents(parts: HardenParts): void {
  app.on('web-contents-created', (_event, contents) => {
    const judge = (details: { readonly url: string; preventDefault(): void }): void => {
      if (isOwnUrl(details.url, parts.devOrigin)) return;
      details.preventDefault();
      parts.log.warn({ url: details.url }, 'navigation refused');
    };
    contents.on('will-navigate', judge);
    contents.on('will-frame-navigate', judge);
    contents.on('will-redirect', judge);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      openLink(url, parts);
      return { action: 'deny' };
    });
  });
}

/** The session of all windows: our pages only, no permission, no device, no download but what a page made itself. */
export function hardenSession(
  session: Session,
  serve: (request: Request) => Promise<Response>,
  parts: HardenParts,
): void {
  const { devOrigin, log } = parts;
  session.protocol.handle(APP_SCHEME, serve);
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(
      isPermitted({ permission, url: details.requestingUrl, isMainFrame: details.isMainFrame }, devOrigin),
    );
  });
  session.setPermissionCheckHandler((_contents, permission, origin, details) =>
    isPermitted(
      { permission, url: details.requestingUrl ?? origin, isMainFrame: details.isMainFrame },
      devOrigin,
    ),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((request, answer) => {
    const allowed = isLocalRequest(request.url, devOrigin);
    if (!allowed) log.warn({ url: request.url }, 'request of a page refused');
    answer({ cancel: !allowed });
  });
  // The dictionaries of other systems come from the network; macOS brings its own checker.
  session.setSpellCheckerEnabled(process.platform === 'darwin');
  session.on('will-download', (event, item) => {
    const own = isOwnBlob(item.getURL(), devOrigin) && item.hasUserGesture();
    if (!own) event.preventDefault();
    else item.setSaveDialogOptions({ defaultPath: item.getFilename() });
  });
}

function isLocalRequest(text: string, devOrigin: string | null): boolean {
  if (isOwnUrl(text, devOrigin) || isOwnBlob(text, devOrigin)) return true;
  if (!URL.canParse(text)) return false;
  const { protocol: scheme, origin } = new URL(text);
  if (scheme === 'data:' || scheme === 'devtools:') return true;
  return devOrigin !== null && origin === devOrigin.replace(/^http/, 'ws');
}

/** What a page of ours made in its own memory. */
function isOwnBlob(text: string, devOrigin: string | null): boolean {
  return text.startsWith('blob:') && isOwnUrl(text.slice('blob:'.length), devOrigin);
}
