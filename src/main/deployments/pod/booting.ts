import { AppError, toErrorBody } from '../../../shared/errors.ts';
import type { ProbeResult } from '../events.ts';
import type { HandlersFor, Step } from '../state.ts';
import { forgetContainer, go, history, isBooting, markProgress, notify } from '../state.ts';
import { beginEnding } from './ending.ts';
import { failBoot, replacePod } from './failing.ts';
import { openOllamaError, OVERRIDE_IGNORED, OWN_ENTRYPOINT } from './ignored-override.ts';
import { mayCure, tryOwnImage } from './own-image.ts';
import { copyPodStart } from './pod-facts.ts';

/** What probes, pulls and starts tell on the way from a pod to an answering model server. */

/** Starts of a kept pod without success before another one is rented. */
const START_TRIES = 3;

type Types =
  | 'probed'
  | 'pull-progress'
  | 'pulled'
  | 'pull-failed'
  | 'pod-started'
  | 'pod-start-refused'
  | 'pod-start-lost'
  | 'pod-given-up'
  | 'override-refused';

export const bootingHandlers: HandlersFor<Types> = {
  probed: (step, { result }) => {
    step.live.effectAt = step.now + step.timing.probeMs;
    if (isBooting(step.record)) probed(step, result);
  },

  'pull-progress': (step, { detail }) => {
    step.live.detail = detail;
    markProgress(step, detail);
  },

  pulled: (step) => {
    step.live.pulled = true;
    step.live.probe = '';
    step.live.effectAt = 0;
    markProgress(step, 'pulled');
  },

  'pull-failed': (step, { error, retryable }) => {
    step.live.effectAt = step.now + step.timing.probeMs * 2;
    if (!retryable) failBoot(step, error);
  },

  'pod-started': (step, { pod: facts, deadlineAt, reason }) => {
    const { record } = step;
    if (record.pod === null) return;
    copyPodStart(step, record.pod, facts);
    const { guard } = record.pod.launch;
    guard.deadlineAt = deadlineAt;
    // A new container has to prove itself anew; one that never was protected does not become so.
    if (guard.state === 'armed') Object.assign(guard, { state: 'pending', reason: null });
    forgetContainer(step);
    if (record.boot !== null) record.boot.pods++;
    history(
      step,
      'pod-started',
      reason === 'start' ? `Started the kept pod ${facts.id}.` : 'Restarted the container.',
    );
    if (record.state === 'placing') go(step, 'placed');
  },

  // FACTS 2.8, PROXY-TRAPS 49: its machine has no GPU left, or it is gone. Any other host will do.
  'pod-start-refused': (step, { error, rebuild }) => {
    if (!rebuild) {
      failBoot(step, error);
      return;
    }
    history(step, 'start-refused', `The kept pod cannot start: ${error.message} Renting another one.`);
    replacePod(step, 'broken-host', error);
  },

  'pod-start-lost': (step, { error, sentAt }) => {
    const { record, live, now, timing } = step;
    live.startSentAt = sentAt ?? live.startSentAt;
    if (record.boot === null) return;
    record.boot.troubles++;
    if (record.boot.troubles >= START_TRIES && record.state === 'placing') {
      replacePod(step, 'broken-host', error);
      return;
    }
    live.effectAt = now + timing.lookupMs;
    live.readWanted = true;
    history(step, 'start-lost', `The start was not confirmed (${error.message}) Looking at the pod.`);
  },

  'pod-given-up': (step, { result, error }) => replacePod(step, result, error),

  'override-refused': (step) => {
    const { pod, spec } = step.record;
    if (pod === null) return;
    step.notes.push({ type: 'override-ignored', image: pod.launch.image });
    if (spec.backend === 'ollama' && mayCure(step.record)) {
      tryOwnImage(step, OWN_ENTRYPOINT, { error: toErrorBody(openOllamaError()), end: beginEnding });
      return;
    }
    if (spec.backend === 'ollama') {
      failBoot(step, toErrorBody(openOllamaError()));
      return;
    }
    const said = `${OVERRIDE_IGNORED} so the watchdog cannot travel in it.`;
    const { boot } = step.record;
    replacePod(
      step,
      'broken-host',
      toErrorBody(new AppError('boot_failed', `${said} Starting it plainly instead.`)),
    );
    // The machine was not to blame.
    boot?.tried.pop();
    notify(step, 'unprotected', {
      title: `${spec.name} will run unprotected`,
      body: `${said} Only this app stops it.`,
      facts: { what: 'unprotected', isRunning: false },
    });
  },
};

function probed(step: Step, result: ProbeResult): void {
  const { live, record } = step;
  switch (result.stage) {
    case 'none':
      if (record.state === 'warming') step.live.detail = result.detail;
      return;
    case 'server':
      live.probe = result.missing ? 'missing' : 'server';
      if (result.missing && !live.pulled) {
        go(step, 'container-up');
        return;
      }
      go(step, 'server-up');
      live.detail = result.detail;
      return;
    case 'open':
      failBoot(step, toErrorBody(openError(result.detail)));
      return;
    case 'refused':
      failBoot(
        step,
        toErrorBody(
          new AppError('boot_failed', `The model server refuses to serve the model: ${result.detail}`),
        ),
      );
      return;
    case 'ready':
      if (record.pod !== null) record.pod.launch.servedModel = result.servedModel;
      proved(step);
  }
}

const openError = (detail: string): AppError =>
  new AppError('boot_failed', `The model server answers strangers on its public address: ${detail}`, {
    advice: 'Use an image whose server checks the key, or one of the stock images.',
  });

/** How far the two clocks may disagree. */
const CLOCKS_APART_MS = 5000;

function proved(step: Step): void {
  const { record, live } = step;
  const { pod, boot } = record;
  if (record.state !== 'warming') go(step, 'server-up');
  go(step, 'proved');
  record.problem = null;
  record.readyAt = step.now;
  record.idleWarnedAt = null;
  live.touchedAt = step.now;
  if (pod === null || boot === null) return;
  const seconds = Math.round((step.now - boot.startedAt) / 1000);
  history(step, 'ready', `Answered its first token after ${seconds} s.`, { podId: pod.id, seconds });
  const isFresh = pod.createdAt >= boot.startedAt + step.offsetMs - CLOCKS_APART_MS;
  if (boot.pods === 1 && isFresh) {
    step.notes.push({
      type: 'booted',
      gpuTypeId: pod.launch.gpuTypeId,
      model: record.spec.model,
      boot,
      readyAt: step.now,
    });
  }
  if (boot.reason !== 'recover')
    notify(step, 'ready', {
      title: `${record.spec.name} is ready`,
      body: `It answers after ${seconds} s.`,
      facts: { what: 'ready', seconds },
    });
}
