import { usePreferences } from '../stores/preferences.ts';
import { openPanel } from '../stores/shell.ts';
import type { Actions } from './actions.ts';
import { commandFor, type Command } from './keys.ts';
import { SECTIONS } from './pages.ts';
import { navigate, to } from './router.ts';

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Views with something to search put `data-find` on its field. */
const FIND_FIELD = '[data-find]';
const REGIONS = '[data-region]';

/** Listens for the keyboard map; returns a function that ends it. */
export function startKeyboard(actions: Actions, body: 'desktop' | 'browser'): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const command = commandFor(event, {
      body,
      mac: isMac,
      typing: isTyping(event.target),
      singleKeys: usePreferences.getState().singleKeys,
    });
    // A question on the screen is answered first; only the palette's own keys work inside it.
    if (command === null || document.querySelector('dialog[open]') !== null) return;
    if (perform(command, actions)) event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

function perform(command: Command, actions: Actions): boolean {
  const section = /^section(\d)$/.exec(command)?.[1];
  if (section !== undefined) {
    navigate(SECTIONS[Number(section) - 1]?.href ?? to.overview());
    return true;
  }
  switch (command) {
    case 'palette':
    case 'keys':
    case 'notices':
      openPanel(command);
      return true;
    case 'deploy':
    case 'settings':
      navigate(to[command]());
      return true;
    case 'copyEndpoint':
    case 'stopAll':
      void actions[command]();
      return true;
    case 'find':
      return focusFind();
    case 'nextRegion':
      return focusNextRegion();
    default:
      return false;
  }
}

function focusFind(): boolean {
  const field = document.querySelector<HTMLInputElement>(FIND_FIELD);
  field?.focus();
  field?.select();
  return field !== null;
}

function focusNextRegion(): boolean {
  const regions = [...document.querySelectorAll<HTMLElement>(REGIONS)];
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  regions[(here + 1) % regions.length]?.focus();
  return regions.length > 0;
}
