/** Which of our windows a message came from: what may be asked differs. */
export type WindowRole = 'main' | 'popover';

/** What is known of a message's origin, read at once: a frame is gone as soon as it navigates. */
export interface SenderFacts {
  /** null = the frame no longer exists. */
  readonly frame: { readonly url: string; readonly isMain: boolean } | null;
  /** The role under which this window was made; null = not one of ours. */
  readonly role: WindowRole | null;
}

export const APP_SCHEME = 'app';
export const APP_HOST = 'bundle';

/**
 * The window's role, or null when the message is not to be believed: only the main frame of a window that we made,
 * showing our own page, may speak. In development that is the dev server's origin too.
 */
export function trustedRole(facts: SenderFacts, devOrigin: string | null): WindowRole | null {
  if (facts.role === null || facts.frame === null || !facts.frame.isMain) return null;
  return isOwnUrl(facts.frame.url, devOrigin) ? facts.role : null;
}

/** Compared part by part: of a scheme that Node does not know, `origin` is the text "null". */
export function isOwnUrl(text: string, devOrigin: string | null): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (devOrigin !== null && url.origin === devOrigin) return true;
  return (
    url.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '' && url.password === ''
  );
}
