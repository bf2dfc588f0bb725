import type { Verdict } from './events.ts';
import { otherMode, type RunMode } from './policy/auto-mode.ts';
import type { DeploymentRecord } from './record.ts';
import { kindOf } from './serverless/kind.ts';
import { launchHash } from './serverless/launch.ts';
import type { HandlersFor, State, Step } from './state.ts';
import { history } from './state.ts';

/** Mode `auto` in the life of a deployment (SPEC 3.7): what was decided is kept, and carried out when nobody is served. */

export type AutoRecord = NonNullable<DeploymentRecord['auto']>;

/**
 * What an edit makes of the mode: its accounts begin when it becomes `auto`, on what it runs on then. Requests are
 * logged under the name that it had, so that a name which it gives up is kept.
 */
export function autoAfterEdit(
  before: Pick<DeploymentRecord, 'spec' | 'auto'>,
  after: Pick<DeploymentRecord['spec'], 'mode' | 'name'>,
  now: number,
): AutoRecord | null {
  if (after.mode !== 'auto') return null;
  const auto = before.auto ?? beginAuto(kindOf(before), now);
  const { name } = before.spec;
  if (after.name === name) return auto;
  return { ...auto, formerNames: [...auto.formerNames.slice(-MOST_NAMES), { name, untilMs: now }] };
}

/** Somebody who renames it every day loses the oldest month. */
const MOST_NAMES = 29;

export const beginAuto = (kind: RunMode, now: number): AutoRecord => ({
  mode: kind,
  wanted: kind,
  since: now,
  changes: [{ at: now, to: kind }],
  formerNames: [],
  why: null,
  weighedAt: null,
});

/** A change waits until no request is in flight, and for the end of whatever is under way. */
export function decideAuto({ record, live, intent }: State): Verdict | null {
  const { auto, ending, state } = record;
  if (auto === null || auto.wanted === auto.mode || live.inFlight > 0) return null;
  if (intent !== null || ending !== null || !RESTS.has(state)) return null;
  return { do: 'apply', event: { type: 'mode-changed', to: auto.wanted } };
}

const RESTS: ReadonlySet<string> = new Set(['ready', 'sleeping', 'stopped', 'failed']);

export const weighedHandlers: HandlersFor<'mode-weighed'> = {
  'mode-weighed': ({ record, now }, { to, why }) => {
    const { auto } = record;
    if (auto === null) return;
    auto.wanted = to;
    auto.why = why;
    auto.weighedAt = now;
  },
};

/** Writes the change down; what runs follows it by the life cycle's own means. */
export function changeMode(step: Step, to: RunMode): void {
  const { record, now } = step;
  const { auto, spec } = record;
  if (auto === null || auto.mode === to) return;
  auto.mode = to;
  auto.changes = [...auto.changes.slice(-MOST_CHANGES), { at: now, to }];
  record.specHash = launchHash(spec, to);
  const from = otherMode(to) === 'pod' ? 'a pod' : 'serverless';
  const text = auto.why ?? `It changes from ${from}.`;
  history(step, 'mode-changed', text, { from: otherMode(to), to });
}

/** Changes are rare by design; their number is bounded all the same. */
const MOST_CHANGES = 199;
