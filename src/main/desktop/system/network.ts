import { net } from 'electron';
import type { Clock } from '../../platform/clock.ts';
import type { Unsubscribe } from '../../platform/lifecycle.ts';

const LOOK_MS = 5000;

/** Calls when the network came back. The system's word is a hint: it says nothing about RunPod. */
export function watchNetwork(clock: Clock, onOnline: () => void): Unsubscribe {
  let wasOnline = net.isOnline();
  return clock.every(LOOK_MS, () => {
    const isOnline = net.isOnline();
    if (isOnline && !wasOnline) onOnline();
    wasOnline = isOnline;
  });
}
