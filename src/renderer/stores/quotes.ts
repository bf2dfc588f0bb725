import { create } from 'zustand';
import type { RunKind } from '../view/format.ts';

/** What starting a sleeping deployment costs, as planned now; prices are shown before every click that spends. */
export type Quote =
  | { readonly state: 'asking' }
  | {
      readonly state: 'known';
      readonly kind: RunKind;
      readonly usdPerHour: number;
      readonly seconds: { readonly low: number; readonly high: number };
    }
  | { readonly state: 'unknown'; readonly reason: string };

interface QuotesState {
  /** By deployment id. */
  readonly byId: Readonly<Record<string, { readonly quote: Quote; readonly askedAt: number }>>;
}

export const useQuotes = create<QuotesState>(() => ({ byId: {} }));

export function putQuote(id: string, quote: Quote, askedAt: number): void {
  useQuotes.setState((state) => ({ byId: { ...state.byId, [id]: { quote, askedAt } } }));
}

/** After an edit the old price says nothing. */
export function dropQuote(id: string): void {
  useQuotes.setState((state) => {
    const { [id]: _old, ...byId } = state.byId;
    return { byId };
  });
}
