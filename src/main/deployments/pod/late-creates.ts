import type { Intent, PodFacts } from '../events.ts';
import type { DeploymentRecord, LateCreate } from '../record.ts';
import { history, type State, type Step } from '../state.ts';
import { isNamed } from './names.ts';

/**
 * Creates that were given up and may still be carried out: RunPod keeps no word of them, so that they are looked for by
 * name as long as that can be (FACTS 1). One that shows itself in time is taken, any other is ended as an orphan.
 */

/** Nothing of that name in all the looks there were: another may be asked for, and this one is kept in mind. */
export function keepInMind(step: Step, { podName, launch, sentAt }: Intent): void {
  const until = sentAt - step.offsetMs + step.timing.lateCreateMs;
  if (launch !== null && until > step.now) step.record.late.push({ podName, launch, until });
}

/** Drops what cannot come any more. */
export function forgetLate({ record, now }: Step): void {
  if (record.late.some(({ until }) => until <= now)) {
    record.late = record.late.filter(({ until }) => until > now);
  }
}

/** Of the pods that RunPod shows, one that a create of this deployment made after it was given up. */
export const findLate = <T extends { readonly name: string; readonly status: string }>(
  { late }: Pick<DeploymentRecord, 'late'>,
  pods: readonly T[],
): T | undefined =>
  pods.find(
    ({ name, status }) => status !== 'TERMINATED' && late.some((each) => isNamed(name, each.podName)),
  );

/**
 * Its pods are nobody's orphans yet: the deployment looks for one, and whether it gets another will be known in a moment.
 */
export const awaitsLate = ({ record }: Pick<State, 'record'>): boolean =>
  record.late.length > 0 && record.pod === null && record.state === 'placing' && record.desired === 'running';

/** What is found of a late create that is wanted now; null = it is not, or not yet. */
export function takeLate(step: Step, pod: PodFacts): LateCreate | null {
  const { record, state } = step;
  const found = record.late.find(({ podName }) => isNamed(pod.name, podName));
  const awaited = awaitsLate(state);
  // Another create may have made a pod too: what became of that is found out first.
  if (found === undefined || (awaited && state.intent !== null)) return null;
  record.late = record.late.filter((each) => each !== found);
  if (awaited) return found;
  history(
    step,
    'create-late',
    `A create that was given up made pod ${pod.id} after all. Nothing needs it: it is being ended.`,
    { podId: pod.id },
  );
  return null;
}
