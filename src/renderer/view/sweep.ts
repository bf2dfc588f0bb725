import type { RadarItem, Sweep, SweepLoss, SweepThing } from '../../shared/model.ts';
import { countSweep, type SweepTier } from '../../shared/sweep.ts';
import { usd, usdPerMonth } from './format.ts';
import { words } from './messages.ts';

/** What is selected for a sweep: what the user chose, or what this computer left over. */
export function selectedItems(
  items: readonly RadarItem[],
  chosen: ReadonlySet<string> | null,
): readonly RadarItem[] {
  return items.filter(({ id, sweep }) => sweep !== null && (chosen?.has(id) ?? sweep.isLeftover));
}

export interface Selection {
  readonly ids: readonly string[];
  readonly usdPerHour: number;
  readonly usdPerMonthAtRest: number;
  readonly savesUsdPerMonth: number;
}

export function totalOf(items: readonly RadarItem[]): Selection {
  const sum = (of: (item: RadarItem) => number): number => items.reduce((all, item) => all + of(item), 0);
  return {
    ids: items.map(({ id }) => id),
    usdPerHour: sum(({ usdPerHour }) => usdPerHour),
    usdPerMonthAtRest: sum(({ usdPerMonthAtRest }) => usdPerMonthAtRest),
    savesUsdPerMonth: sum(({ sweep }) => sweep?.savesUsdPerMonth ?? 0),
  };
}

/** Verb, count and saving, as the button says them. */
export const sweepVerb = (count: number, savesUsdPerMonth: number): string =>
  savesUsdPerMonth > 0
    ? words.sweep.verbSaves(count, usdPerMonth(savesUsdPerMonth))
    : words.sweep.verb(count);

/** What would happen to each, one sentence each. */
export function sweepEffects(things: readonly SweepThing[]): string[] {
  return things.map((thing) => {
    const { kind, name, act, loses, savesUsdPerMonth } = thing;
    const what = words.sweep[act](words.itemKinds[kind], name);
    const lost = loses.filter((loss) => loss.gb !== null).map((loss) => lossText(loss));
    const saves = savesUsdPerMonth > 0 ? [words.sweep.saves(usdPerMonth(savesUsdPerMonth))] : [];
    return [what, ...lost, ...saves].join(' ');
  });
}

const lossText = ({ what, gb }: SweepLoss): string => words.sweep.loses[what](gb ?? 0);

/** What has to be typed first; undefined = no data is lost. */
export function typedFor(things: readonly SweepThing[], tier: SweepTier): string | undefined {
  if (tier !== 'data') return undefined;
  const [only] = things;
  return things.length === 1 && only !== undefined ? only.name : words.sweep.typed(things.length);
}

/** How far a sweep is, in a line. */
export function sweepTitle(sweep: Sweep, secondsLeft: number): string {
  const count = sweep.things.length;
  if (sweep.state === 'pending') return words.sweep.counting(count, secondsLeft);
  const { done, left, billing } = countSweep(sweep.things);
  return billing > 0 ? words.sweep.billing(billing) : words.sweep.working(done + left, count);
}

/** What came of a thing that is not simply done; null = it is. */
export function resultOf({ state, reason, why }: SweepThing): string | null {
  if (state === 'left' && reason !== null) return words.sweep.reason(reason, why);
  return state === 'billing' ? words.sweep.unconfirmed(why) : null;
}

/** The sum of what is done. */
export function sweptText(sweep: Sweep): string {
  const { done, savesUsdPerMonth } = countSweep(sweep.things);
  return done === 0 ? words.sweep.nothingDone : words.sweep.doneSaves(done, usd(savesUsdPerMonth));
}
