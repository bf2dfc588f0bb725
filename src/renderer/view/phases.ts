import type { DeploymentView, Phase, PhaseName } from '../../shared/model.ts';
import { words } from './messages.ts';
import { fromCore } from './core-words.ts';

export interface PhaseRow {
  readonly phase: PhaseName;
  readonly word: string;
  readonly status: 'done' | 'now' | 'next';
  readonly elapsedMs: number | null;
  readonly usualMs: number | null;
  readonly detail: string | null;
}

const ORDER: readonly Exclude<PhaseName, 'ready'>[] = ['placing', 'pulling', 'loading', 'warming'];

/** Most starts build nothing; what went before an image of its own was made is done again after it. */
function ofThisImage(phases: readonly Phase[]): readonly Phase[] {
  return phases.slice(
    Math.max(
      0,
      phases.findLastIndex(({ phase }) => phase === 'building'),
    ),
  );
}

/** The start as a list of steps: those behind, the one under way, those to come. Only the last start counts. */
export function phaseRows(view: DeploymentView, nowMs: number): PhaseRow[] {
  const seen = new Map<PhaseName, Phase>();
  for (const phase of ofThisImage(view.phases)) seen.set(phase.phase, phase);
  const order = seen.has('building') ? (['building', ...ORDER] as const) : ORDER;
  return order.map((name) => {
    const phase = seen.get(name);
    const usualMs = phase?.usualSeconds == null ? null : phase.usualSeconds * 1000;
    if (phase === undefined) {
      return {
        phase: name,
        word: words.phases[name],
        status: 'next',
        elapsedMs: null,
        usualMs,
        detail: null,
      };
    }
    const end = phase.endedAt === null ? nowMs : Date.parse(phase.endedAt);
    return {
      phase: name,
      word: words.phases[name],
      status: phase.endedAt === null ? 'now' : 'done',
      elapsedMs: Math.max(0, end - Date.parse(phase.startedAt)),
      usualMs,
      detail: phase.detail === null ? null : fromCore(phase.detail).text,
    };
  });
}

/** How far the start is, 0 to 1, by usual times; null where they are not known. */
export function startProgress(rows: readonly PhaseRow[]): number | null {
  let usual = 0;
  let done = 0;
  for (const row of rows) {
    if (row.status === 'next') {
      usual += row.usualMs ?? 0;
      continue;
    }
    if (row.usualMs === null) return null;
    usual += row.usualMs;
    done += row.status === 'done' ? row.usualMs : Math.min(row.elapsedMs ?? 0, row.usualMs * 0.95);
  }
  return usual === 0 ? null : Math.min(0.99, done / usual);
}
