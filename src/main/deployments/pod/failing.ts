import type { ErrorBody } from '../../../shared/errors.ts';
import { formatUsdPerHour } from '../../../shared/money.ts';
import type { Step } from '../state.ts';
import { go, history, isBooting, notify, setProblem } from '../state.ts';
import { beginEnding, stopAction } from './ending.ts';
import { evidence } from './evidence.ts';

/** The boot cannot succeed: say why, keep the evidence, end the pod. */
export function failBoot(step: Step, error: ErrorBody): void {
  const { record } = step;
  if (!isBooting(record)) return;
  setProblem(step, error);
  // Gone from its registry: the next start looks for it, and makes it if need be.
  if (error.code === 'image_invalid' && record.ownImage !== null) record.ownImage.built = null;
  record.desired = 'stopped';
  const { pod } = record;
  go(step, 'failed');
  history(step, 'failed', error.message, { code: error.code, ...evidence(step) });
  const money =
    pod === null || pod.usdPerHour === 0
      ? 'Nothing bills.'
      : `The pod costs ${formatUsdPerHour(pod.usdPerHour)} until RunPod confirms its end.`;
  notify(step, 'failed', {
    title: `${record.spec.name} failed`,
    body: `${error.message} ${error.advice} ${money}`,
    facts: { what: 'failed', code: error.code, usdPerHour: pod?.usdPerHour ?? 0 },
  });
  beginEnding(step, { action: stopAction(step), why: 'the start failed', next: 'failed' });
}

/** The pod is given up, the wish is not: end it, then place another one elsewhere. */
export function replacePod(step: Step, result: 'stuck' | 'broken-host' | 'too-dear', error: ErrorBody): void {
  const { record } = step;
  const { pod, boot } = record;
  if (pod === null || boot === null || !isBooting(record)) return;
  boot.tried.push({ candidate: pod.launch.candidate, result, detail: error.message });
  history(step, 'pod-given-up', error.message, { podId: pod.id, result, ...evidence(step) });
  if (result !== 'too-dear') {
    step.notes.push({
      type: 'capacity',
      gpuTypeId: pod.launch.gpuTypeId,
      dataCenterId: pod.dataCenterId,
      outcome: 'stuck',
    });
  }
  go(step, 'replaced');
  beginEnding(step, { action: 'terminate', why: 'the pod is given up', next: 'place' });
}
