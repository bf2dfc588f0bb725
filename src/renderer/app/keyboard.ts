import { assertNever } from '../../shared/errors.ts';
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
  switch (command) {
    case 'palette':
    case 'keys':
    case 'notices':
      openPanel(command);
      return true;
    case 'deploy':
      navigate(to.deploy());
      return true;
    case 'settings':
      navigate(to.settings());
      return true;
    case 'copyEndpoint':
      void actions.copyEndpoint();
      return true;
    case 'stopAll':
      void actions.stopAll();
      return true;
    case 'find':
      return focusFind();
    case 'nextRegion':
      return focusNextRegion();
    case 'section1':
    case 'section2':
    case 'section3':
    case 'section4':
    case 'section5':
    case 'section6':
    case 'section7': {
      const section = SECTIONS[Number(command.slice(-1)) - 1];
      if (section !== undefined) navigate(section.href);
      return true;
    }
    default:
      return assertNever(command);
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
