import type { DeploymentView, Phase } from '../../shared/model.ts';
import { plural, usd } from './format.ts';

/** State is a word, a shape and a tone, never a colour alone (UX 3.3). */
export type Shape = 'filled' | 'ring' | 'half' | 'hollow' | 'dot' | 'triangle' | 'cross' | 'question';
export type Tone = 'ok' | 'busy' | 'idle' | 'warn' | 'bad';

export interface StateLook {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly word: string;
  /** What follows the word, such as the phase of a start; null = nothing. */
  readonly detail: string | null;
}

export const PHASE_WORDS = {
  building: 'Building image',
  placing: 'Finding GPU',
  pulling: 'Pulling image',
  loading: 'Loading weights',
  warming: 'Warming up',
  ready: 'Ready',
} as const;

/** Problems that pass only when the user does something. */
const NEEDS_USER: Readonly<Record<string, string>> = {
  no_gpu_capacity: 'No GPU free',
  runpod_balance_empty: 'Balance empty',
  runpod_key_missing: 'Key missing',
  runpod_key_invalid: 'Key refused',
  runpod_key_forbidden: 'Key lacks rights',
  budget_exceeded: 'Budget reached',
  model_gated: 'Licence not accepted',
};

export function lookOf(view: DeploymentView): StateLook {
  switch (view.state) {
    case 'ready':
      return view.inFlight > 0
        ? { shape: 'ring', tone: 'ok', word: 'Busy', detail: plural(view.inFlight, 'request') }
        : { shape: 'filled', tone: 'ok', word: 'Ready', detail: null };
    case 'building':
      return startingLook(view, `${PHASE_WORDS.building} (nothing bills)`);
    case 'placing':
    case 'pulling':
    case 'loading':
    case 'warming':
      return startingLook(view, PHASE_WORDS[view.state]);
    case 'stopping':
      return { shape: 'half', tone: 'idle', word: 'Stopping', detail: billingDetail(view) };
    case 'terminating':
      return { shape: 'half', tone: 'idle', word: 'Deleting', detail: billingDetail(view) };
    case 'failed':
      return (
        needsUserLook(view) ?? { shape: 'cross', tone: 'bad', word: 'Failed', detail: billingDetail(view) }
      );
    case 'stopped':
      return stoppedLook(view);
  }
}

function startingLook(view: DeploymentView, phase: string): StateLook {
  const live = currentPhase(view)?.detail ?? null;
  return {
    shape: 'half',
    tone: 'busy',
    word: 'Starting',
    detail: live === null ? phase : `${phase}, ${live}`,
  };
}

function needsUserLook(view: DeploymentView): StateLook | null {
  const needs = view.problem === null ? undefined : NEEDS_USER[view.problem.code];
  return needs === undefined
    ? null
    : { shape: 'triangle', tone: 'warn', word: needs, detail: billingDetail(view) };
}

function stoppedLook(view: DeploymentView): StateLook {
  const needs = needsUserLook(view);
  if (needs !== null) return needs;
  if (view.spec.mode === 'serverless') {
    return { shape: 'dot', tone: 'idle', word: 'Sleeping', detail: 'wakes on request' };
  }
  return { shape: 'hollow', tone: 'idle', word: 'Stopped', detail: billingDetail(view) };
}

function billingDetail(view: DeploymentView): string | null {
  return view.stillBilling ? 'still billing' : null;
}

export const isStarting = (view: DeploymentView): boolean =>
  view.state === 'building' ||
  view.state === 'placing' ||
  view.state === 'pulling' ||
  view.state === 'loading' ||
  view.state === 'warming';

/** Something at RunPod bills by the hour, or may. */
export const isBilling = (view: DeploymentView): boolean => view.cost.nowUsdPerHour > 0 || view.stillBilling;

function currentPhase(view: DeploymentView): Phase | null {
  return view.phases.findLast((phase) => phase.endedAt === null) ?? null;
}

/** `$0.69/h` while it bills, `$0.26/day at rest` for kept storage, `$0` else. */
export function costNow(view: DeploymentView): string {
  if (view.cost.nowUsdPerHour > 0) return `${usd(view.cost.nowUsdPerHour)}/h`;
  if (view.cost.restUsdPerMonth > 0) return `${usd((view.cost.restUsdPerMonth * 12) / 365)}/day`;
  return '$0/h';
}

/** Deployments in the order a person looks for them: needing attention, running, starting, the rest; then by name. */
export function sortForOverview(views: readonly DeploymentView[]): DeploymentView[] {
  const rank = (view: DeploymentView): number => {
    if (view.state === 'failed' || (view.stillBilling && view.state !== 'ready')) return 0;
    if (view.state === 'ready') return 1;
    if (isStarting(view)) return 2;
    return view.state === 'stopping' || view.state === 'terminating' ? 3 : 4;
  };
  return views.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
