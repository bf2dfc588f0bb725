import type { ErrorBody } from '../../../shared/errors.ts';
import { formatUsdPerHour } from '../../../shared/money.ts';
import { evidence } from '../pod/evidence.ts';
import type { Step } from '../state.ts';
import { go, history, isBooting, notify, setProblem } from '../state.ts';
import { beginEnding } from './ending.ts';

/** It cannot come up: say why, keep the evidence, end the workers. The endpoint stays, which costs nothing. */
export function failStart(step: Step, error: ErrorBody): void {
  const { record } = step;
  if (!isBooting(record)) return;
  setProblem(step, error);
  // Gone from its registry: the next start looks for it, and makes it if need be.
  if (error.code === 'image_invalid' && record.ownImage !== null) record.ownImage.built = null;
  record.desired = 'stopped';
  const usdPerHour = record.endpoint?.usdPerHour ?? 0;
  go(step, 'failed');
  history(step, 'failed', error.message, { code: error.code, ...evidence(step) });
  const money =
    usdPerHour === 0
      ? 'Nothing bills.'
      : `Its workers cost ${formatUsdPerHour(usdPerHour)} until RunPod confirms their end.`;
  notify(step, 'failed', {
    title: `${record.spec.name} failed`,
    body: `${error.message} ${error.advice} ${money}`,
    facts: { what: 'failed', code: error.code, usdPerHour },
  });
  beginEnding(step, { action: 'stop', why: 'the start failed', next: 'failed' });
}
