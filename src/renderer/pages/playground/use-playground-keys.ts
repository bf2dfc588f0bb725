import { useEffect, useRef } from 'react';
import { isMac } from '../../app/keyboard.ts';

export const AGAIN = 'Mod+Shift+Enter';

/** Escape stops what is being written; Ctrl+Shift+Enter writes the last answers anew. Not while a dialog is open. */
export function usePlaygroundKeys(
  acts: { readonly stop: () => void; readonly again: () => void },
  busy: boolean,
): void {
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null)
        return;
      const mod = isMac ? event.metaKey : event.ctrlKey;
      if (busy && event.key === 'Escape') latest.current.stop();
      else if (!busy && event.key === 'Enter' && mod && event.shiftKey) latest.current.again();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [busy]);
}
