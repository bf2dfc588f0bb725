import { isOwnUrl } from '../ipc/trusted-sender.ts';

/** What pages may use, each with its reason; everything else is denied. */
const ALLOWED: Readonly<Record<string, string>> = {
  'clipboard-sanitized-write': 'Copy buttons write text; reading the clipboard stays denied.',
};

export interface PermissionAsk {
  readonly permission: string;
  readonly url: string;
  readonly isMainFrame: boolean;
}

/** Only our own page, only in its main frame, only what stands in the table. */
export function isPermitted(ask: PermissionAsk, devOrigin: string | null): boolean {
  return ask.isMainFrame && Object.hasOwn(ALLOWED, ask.permission) && isOwnUrl(ask.url, devOrigin);
}
