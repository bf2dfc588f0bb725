import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import type { PlanCandidate } from '../../../shared/model.ts';
import type { Verdict } from '../events.ts';
import type { Boot } from '../record.ts';
import type { Moment, State } from '../state.ts';
import { decideImageWanted } from './own-image.ts';

export function candidateKey(candidate: PlanCandidate): string {
  const { gpuTypeId, gpuCount, cloud, dataCenterIds } = candidate;
  return [gpuTypeId, gpuCount, cloud, [...dataCenterIds].sort().join('+') || 'anywhere'].join('|');
}

/** A candidate's key as people read it. */
export function candidateText(key: string): string {
  const [gpuTypeId = '', gpuCount = '', cloud = '', place = ''] = key.split('|');
  const where = cloud === 'COMMUNITY' ? 'Community Cloud' : 'Secure Cloud';
  return `${gpuCount} × ${gpuTypeId} (${where}, ${place.replaceAll('+', ' or ')})`;
}

/** Before all else: a create whose answer was lost, or a crash cut off, is looked up by name (SPEC 2.3, trap 6). */
export function decideUncertain(state: State, moment: Moment): Verdict | null {
  const { intent, live } = state;
  if (intent === null) return null;
  if (moment.now < live.effectAt) return { do: 'wait', until: live.effectAt };
  return { do: 'run', effect: { kind: 'lookup', intent } };
}

export function decidePlacing(state: State, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { boot, pod } = record;
  if (record.state !== 'placing' || boot === null) return null;
  const from = Math.max(boot.waitUntil ?? 0, live.effectAt);
  if (moment.now < from) return { do: 'wait', until: from };
  if (pod !== null) return { do: 'run', effect: { kind: live.readWanted ? 'read' : 'start' } };
  const limit = overSpent(state, boot) ?? tooManyPods(boot, moment);
  if (limit !== null) return { do: 'apply', event: { type: 'boot-given-up', error: limit } };
  if (live.candidates === null) return { do: 'run', effect: { kind: 'plan' } };
  const image = decideImageWanted(state);
  if (image !== null) return image;
  const tried = new Set(boot.tried.map((entry) => entry.candidate));
  const candidate = live.candidates.find((entry) => !tried.has(candidateKey(entry)));
  if (candidate === undefined) return { do: 'apply', event: { type: 'round-failed' } };
  return { do: 'run', effect: { kind: 'create', candidate } };
}

function overSpent(state: State, boot: Boot): ErrorBody | null {
  const { usdPerBoot } = state.record.spec.budget;
  return boot.spentUsd < usdPerBoot ? null : toErrorBody(bootBudgetError(usdPerBoot));
}

export function bootBudgetError(usdPerBoot: number): AppError {
  return new AppError(
    'budget_exceeded',
    `Starting has used up the ${usdPerBoot} USD that one start may cost, and the model does not answer yet.`,
    { advice: 'Raise budget.usdPerBoot, or look at the history for what took so long.' },
  );
}

function tooManyPods(boot: Boot, { timing }: Moment): ErrorBody | null {
  if (boot.pods < timing.podsPerBoot) return null;
  const last = boot.tried.at(-1)?.detail ?? 'no reason was seen';
  return toErrorBody(
    new AppError('boot_stuck', `${boot.pods} pods were tried and none came up. The last one: ${last}`),
  );
}
