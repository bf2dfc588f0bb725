import type { ReactNode } from 'react';
import { fromCore } from '../view/core-words.ts';

/** What the core wrote: in the reader's language where there are words for it, else marked as the English it is. */
export function CoreText({ text }: { readonly text: string }): ReactNode {
  const shown = fromCore(text);
  return shown.isEnglish ? <span lang="en">{text}</span> : shown.text;
}
