import type { DeploymentView, Phase } from '../../shared/model.ts';
import { usd, usdWhole } from './format.ts';
import { words } from './messages.ts';
import { fromCore } from './core-words.ts';

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

export function lookOf(view: DeploymentView): StateLook {
  switch (view.state) {
    case 'ready':
      return view.inFlight > 0
        ? { shape: 'ring', tone: 'ok', word: words.states.busy, detail: words.requests(view.inFlight) }
        : { shape: 'filled', tone: 'ok', word: words.states.ready, detail: null };
    case 'building':
      return startingLook(view, words.buildingDetail);
    case 'placing':
    case 'pulling':
    case 'loading':
    case 'warming':
      return startingLook(view, words.phases[view.state]);
    case 'stopping':
      return { shape: 'half', tone: 'idle', word: words.states.stopping, detail: billingDetail(view) };
    case 'terminating':
      return { shape: 'half', tone: 'idle', word: words.states.deleting, detail: billingDetail(view) };
    case 'failed':
      return (
        needsUserLook(view) ?? {
          shape: 'cross',
          tone: 'bad',
          word: words.states.failed,
          detail: billingDetail(view),
        }
      );
    case 'sleeping':
      return { shape: 'dot', tone: 'idle', word: words.states.sleeping, detail: words.states.wakes };
    case 'stopped':
      return stoppedLook(view);
  }
}

function startingLook(view: DeploymentView, phase: string): StateLook {
  const live = currentPhase(view)?.detail ?? null;
  return {
    shape: 'half',
    tone: 'busy',
    word: words.states.starting,
    detail: live === null ? phase : `${phase}, ${fromCore(live).text}`,
  };
}

function needsUserLook(view: DeploymentView): StateLook | null {
  const code = view.problem?.code ?? '';
  return !isUsers(code)
    ? null
    : { shape: 'triangle', tone: 'warn', word: words.needsUser[code], detail: billingDetail(view) };
}

/** Problems that pass only when the user does something. */
const isUsers = (code: string): code is keyof typeof words.needsUser => Object.hasOwn(words.needsUser, code);

function stoppedLook(view: DeploymentView): StateLook {
  const needs = needsUserLook(view);
  if (needs !== null) return needs;
  return { shape: 'hollow', tone: 'idle', word: words.states.stopped, detail: billingDetail(view) };
}

function billingDetail(view: DeploymentView): string | null {
  return view.stillBilling ? words.states.stillBilling : null;
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
  if (view.cost.restUsdPerMonth > 0) return words.perDay(usd((view.cost.restUsdPerMonth * 12) / 365));
  return `${usdWhole(0)}/h`;
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
