import type { BootSignal } from '../events.ts';
import type { HandlersFor, Step } from '../state.ts';
import { history, isBooting, markProgress } from '../state.ts';
import { guardWords } from './guard-words.ts';

/** Lines kept as evidence of what the pod last said. */
const TAIL_LINES = 60;
const LONGEST_LINE = 2000;

/** What the pod's own log adds to the picture of a boot. */
export const logHandlers: HandlersFor<'log-line' | 'log-state'> = {
  'log-line': (step, { at, text, source, signal }) => {
    const { live } = step;
    live.logReadable = true;
    live.tail.push(text.slice(0, LONGEST_LINE));
    if (live.tail.length > TAIL_LINES) live.tail.shift();
    live.kept.push({ at, source, text: text.slice(0, LONGEST_LINE) });
    if (live.kept.length > TAIL_LINES) live.kept.shift();
    if (isOfBefore(step, at)) return;
    if (source === 'container') live.containerUpAt ??= step.now;
    if (signal !== null) heard(step, signal, text);
  },

  'log-state': ({ live }, { readable }) => {
    live.logReadable = readable;
  },
};

/** How far the cloud's clock may be off our idea of it. */
const CLOCKS_APART_MS = 1000;

/** A log is read again from its beginning; what a former run of the container said is no news of this one. */
function isOfBefore({ record, offsetMs }: Step, at: number): boolean {
  return record.boot !== null && at < record.boot.startedAt + offsetMs - CLOCKS_APART_MS;
}

function heard(step: Step, signal: BootSignal, line: string): void {
  const { live, record } = step;
  switch (signal.kind) {
    case 'pulling':
    case 'loading':
    case 'compiling':
      if (!isBooting(record)) return;
      live.detail = signal.detail;
      markProgress(step, line);
      return;
    case 'container-start':
      live.containerStarts++;
      return;
    case 'trouble':
      // The first reason is the cause; what follows is its wake.
      live.trouble ??= signal.trouble;
      return;
    case 'override-ignored':
      live.overrideIgnored = true;
      return;
    case 'guard-armed':
      guardHeard(step, 'armed', signal.detail);
      return;
    case 'guard-absent':
      guardHeard(step, 'unprotected', signal.reason);
  }
}

function guardHeard(step: Step, state: 'armed' | 'unprotected', reason: string): void {
  const guard = step.record.pod?.launch.guard;
  if (guard === undefined || guard.state === state) return;
  guard.state = state;
  guard.reason = state === 'armed' ? null : reason;
  if (state === 'unprotected') history(step, 'unprotected', reason);
  else
    history(step, 'watchdog-armed', `The watchdog in the pod is armed: it ${guardWords(guard)}.`, {
      line: reason,
    });
}
