import { create } from 'zustand';

/** A question before something that costs or loses (UX 3.6). The button repeats the verb of the title. */
export interface ConfirmRequest {
  readonly title: string;
  /** What will happen, one sentence each. */
  readonly effects: readonly string[];
  readonly verb: string;
  readonly tone: 'normal' | 'danger';
  /** To be typed before the verb can be pressed; only where data is lost for good. */
  readonly typed?: string;
  /** In place of "cannot be undone" where it can be for a while. */
  readonly final?: string;
}

interface ConfirmState {
  readonly request: ConfirmRequest | null;
  readonly answer: ((yes: boolean) => void) | null;
}

export const useConfirm = create<ConfirmState>(() => ({ request: null, answer: null }));

/** Resolves true when the verb was pressed; a second question answers the first with no. */
export function confirm(request: ConfirmRequest): Promise<boolean> {
  useConfirm.getState().answer?.(false);
  return new Promise((resolve) => {
    useConfirm.setState({
      request,
      answer: (yes) => {
        useConfirm.setState({ request: null, answer: null });
        resolve(yes);
      },
    });
  });
}
