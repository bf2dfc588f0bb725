import { create } from 'zustand';
import type { Sweep } from '../../shared/model.ts';

interface SweepState {
  /** The last one made, while it waits, is at work, or has just come to its end. */
  readonly sweep: Sweep | null;
  /** When the time to undo it is over, by this page's clock: the core's may differ. */
  readonly dueAt: number;
}

export const useSweep = create<SweepState>(() => ({ sweep: null, dueAt: 0 }));

/** A sweep was made or came a step on. An older one than that on the screen changes nothing there. */
export function putSweep(sweep: Sweep, now: number): void {
  const shown = useSweep.getState().sweep;
  if (shown !== null && shown.id !== sweep.id && shown.madeAt > sweep.madeAt) return;
  useSweep.setState({ sweep, dueAt: now + sweep.undoMsLeft });
}

export function hideSweep(): void {
  useSweep.setState({ sweep: null });
}
