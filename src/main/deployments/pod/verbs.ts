import type { HandlersFor, Step } from '../state.ts';
import { beginBoot, go, history, isBooting, noteStart } from '../state.ts';
import type { Boot } from '../record.ts';
import { changeMode } from '../auto-mode.ts';
import { beginEnding, stopAction } from './ending.ts';

/** What people and requests ask for. Each is a wish stored at once; the decisions bring it about. */

type Types = 'start-asked' | 'stop-asked' | 'terminate-asked' | 'restart-asked' | 'edited' | 'mode-changed';

export const verbHandlers: HandlersFor<Types> = {
  'start-asked': (step, asked) => {
    const { record } = step;
    if (record.desired === 'terminated' || isBooting(record) || record.state === 'ready') return;
    noteStart(step, asked);
    startUp(step, asked.by === 'request' ? 'wake' : 'start');
  },

  'stop-asked': (step, { why, byHabit = false }) => {
    const { record } = step;
    if (record.desired === 'terminated') return;
    record.restsByHabit = byHabit;
    record.desired = 'stopped';
    record.keepAliveUntil = null;
    record.hoursWarnedAt = null;
    if (record.state === 'stopped' || (record.state === 'failed' && record.pod === null)) return;
    if (record.state !== 'stopping') history(step, 'stop', `Stopping: ${why}.`);
    go(step, 'ending');
    beginEnding(step, { action: stopAction(step), why, next: 'stopped' });
  },

  'terminate-asked': (step) => {
    const { record } = step;
    record.desired = 'terminated';
    if (record.state === 'terminating') return;
    history(step, 'terminate', 'Removing the deployment.');
    go(step, 'removing');
    beginEnding(step, { action: 'terminate', why: 'the deployment is removed', next: 'removed' });
  },

  'restart-asked': (step) => {
    const { record } = step;
    if (record.desired === 'terminated') return;
    history(step, 'restart', 'Restarting.');
    if (record.state === 'ready' || isBooting(record)) restart(step);
    else startUp(step, 'restart');
  },

  'mode-changed': (step, { to }) => {
    changeMode(step, to);
    const { record } = step;
    if (to === 'pod' || record.pod === null || record.state !== 'ready') return;
    rebuild(step);
    // A queue takes requests at once: no worker is started before there is one.
    if (record.boot !== null) record.boot.warm = false;
  },

  edited: (step, { spec, specHash, auto }) => {
    const { record, live } = step;
    const launchChanged = specHash !== record.specHash;
    // What was made for the asking goes with it; what a failure called for stays where one is asked for.
    if (spec.ownImage !== record.spec.ownImage && spec.ownImage !== 'always') record.ownImage = null;
    record.spec = spec;
    record.auto = auto;
    record.specHash = specHash;
    record.idleWarnedAt = null;
    record.idle = null;
    live.hours = null;
    history(step, 'edited', launchChanged ? 'Edited; a pod has to be made anew for this.' : 'Edited.');
    if (!launchChanged) return;
    // A build under way may be of another model now: what it takes is found out anew.
    go(step, 'image-settled');
    if (record.state === 'placing') {
      live.candidates = null;
      if (record.boot !== null) record.boot.tried = [];
    }
    const { pod } = record;
    if (pod !== null && record.ending === null && (record.state === 'ready' || isBooting(record)))
      rebuild(step);
  },
};

function startUp(step: Step, reason: Boot['reason']): void {
  const { record } = step;
  record.wantedAt = step.now;
  step.live.hours = null;
  record.desired = 'running';
  beginBoot(step, reason);
  go(step, 'wanted');
  if (record.ending !== null) record.ending.next = 'place';
  else if (record.pod !== null && !isReusable(step)) {
    beginEnding(step, { action: 'terminate', why: 'it has to be made anew', next: 'place' });
  }
}

/** A kept pod can be started again only as it was made. */
function isReusable({ record }: Step): boolean {
  return record.pod?.status === 'EXITED' && record.pod.launch.specHash === record.specHash;
}

function restart(step: Step): void {
  const { record, live } = step;
  const { pod } = record;
  if (pod === null || record.ending !== null) return;
  const inPlace = pod.actions.includes('restart') && pod.launch.specHash === record.specHash;
  if (!inPlace) {
    rebuild(step);
    return;
  }
  record.desired = 'running';
  beginBoot(step, 'restart');
  go(step, 'doubted');
  live.restartWanted = true;
  live.effectAt = 0;
}

/** The pod goes, another one comes. */
function rebuild(step: Step): void {
  beginBoot(step, 'restart');
  go(step, 'replaced');
  beginEnding(step, { action: 'terminate', why: 'it is made anew', next: 'place' });
}
