import { create } from 'zustand';
import { EMPTY_DRAFT, type Draft } from '../view/deploy-draft.ts';

/** The deployment being put together; it survives a look at another page. */
export const useDraft = create<{ readonly draft: Draft }>(() => ({ draft: EMPTY_DRAFT }));

export function changeDraft(change: Partial<Draft>): void {
  useDraft.setState((state) => ({ draft: { ...state.draft, ...change } }));
}

export function replaceDraft(draft: Draft): void {
  useDraft.setState({ draft });
}
