import type { DeploymentView, SecretName, SweepThing, UserSettings } from '../../../shared/model.ts';
import { sweepTier } from '../../../shared/sweep.ts';
import { stopAllQuestion, type Question } from '../system/questions.ts';
import type { Words } from '../words/en.ts';

type Item = 'pod' | 'endpoint' | 'network-volume';

/** A guarded act with what the core knows of its object: nothing in it was worded by a page. */
export type GuardedAct =
  | { readonly method: 'deployments.terminate'; readonly view: DeploymentView }
  | { readonly method: 'deployments.stopAll'; readonly views: readonly DeploymentView[] }
  | {
      readonly method: 'radar.stop' | 'radar.terminate' | 'volumes.remove';
      readonly kind: Item;
      readonly id: string;
      /** null = the account does not list it. */
      readonly name: string | null;
    }
  | { readonly method: 'radar.sweep'; readonly things: readonly SweepThing[] }
  | { readonly method: 'radar.confirmAccount' }
  | { readonly method: 'images.remove'; readonly reference: string }
  | { readonly method: 'images.prune'; readonly names: readonly string[] }
  | { readonly method: 'secrets.delete'; readonly name: SecretName }
  | { readonly method: 'keys.revoke'; readonly name: string }
  | {
      readonly method: 'settings.set';
      readonly before: UserSettings['budget'];
      readonly after: UserSettings['budget'];
    };

type Yes = Question<'yes' | 'no'>;
/** Lines that still fit a box of the system. */
const MOST_LINES = 12;

/** What to ask before an act; null = nothing is lost by it. */
export function actQuestion(act: GuardedAct, words: Words): Yes | null {
  const w = words.guard;
  switch (act.method) {
    case 'deployments.terminate':
      return asked(words, w.terminate(act.view.name), terminateLines(act.view, words), w.remove);
    case 'deployments.stopAll':
      return stopAllQuestion(act.views, words);
    case 'radar.stop':
      return asked(
        words,
        w.stopItem(w.items[act.kind], act.name ?? act.id),
        [act.id, w.stopItemText],
        w.stop,
      );
    case 'radar.terminate':
    case 'volumes.remove':
      return asked(
        words,
        w.removeItem(w.items[act.kind], act.name ?? act.id),
        [act.id, w.allGone, w.final],
        w.remove,
      );
    case 'radar.sweep':
      return sweepQuestion(act.things, words);
    case 'radar.confirmAccount':
      return asked(words, w.account, [w.accountText], w.accountYes);
    case 'images.remove':
      return asked(words, w.image(act.reference), [w.imageText], w.removeImage);
    case 'images.prune':
      return pruneQuestion(act.names, words);
    case 'secrets.delete':
      return asked(words, w.secret(w.secrets[act.name]), [secretLine(act.name, words)], w.removeImage);
    case 'keys.revoke':
      return asked(words, w.key(act.name), [w.keyText], w.keyYes);
    case 'settings.set':
      return budgetQuestion(act.before, act.after, words);
  }
}

function asked(words: Words, title: string, lines: readonly string[], verb: string): Yes {
  return {
    title,
    detail: lines.join('\n'),
    buttons: [
      { label: verb, answer: 'yes' },
      { label: words.cancel, answer: 'no' },
    ],
  };
}

const secretLine = (name: SecretName, { guard }: Words): string =>
  name === 'runpod' ? guard.runpodSecret : guard.otherSecret;

function pruneQuestion(names: readonly string[], words: Words): Yes | null {
  const w = words.guard;
  if (names.length === 0) return null;
  return asked(words, w.images(names.length), [...shortened(names), w.imageText], w.removeImage);
}

/** Where nothing of others' and no data is at stake, the time to undo is question enough. */
function sweepQuestion(things: readonly SweepThing[], words: Words): Yes | null {
  const w = words.guard;
  const tier = sweepTier(things);
  if (tier === 'none') return null;
  const lines = things.map(({ kind, name, act, loses }) => {
    const gb = loses.reduce((sum, loss) => sum + (loss.what === 'container-disk' ? 0 : (loss.gb ?? 0)), 0);
    return w.sweepLine[act](w.items[kind], name, gb);
  });
  const last = tier === 'data' ? w.sweepFinal : w.stopItemText;
  return asked(words, w.sweep(things.length), [...shortened(lines), last], w.sweepYes);
}

function terminateLines(view: DeploymentView, { guard }: Words): string[] {
  return [
    guard.settingsGone,
    view.pod === null ? guard.nothingRuns : guard.podGone,
    ...(view.spec.volume === null ? [] : [guard.volumeStays]),
    guard.final,
  ];
}

function budgetQuestion(
  before: UserSettings['budget'],
  after: UserSettings['budget'],
  words: Words,
): Yes | null {
  const w = words.guard;
  const raised = (['usdPerDay', 'usdPerMonth'] as const)
    .filter((limit) => isRaised(before[limit], after[limit]))
    .map((limit) => w.limit[limit](words.money.limit(before[limit]), words.money.limit(after[limit])));
  return raised.length === 0 ? null : asked(words, w.budget, [...raised, w.budgetText], w.budgetYes);
}

/** null = no limit, the highest of all. */
const isRaised = (before: number | null, after: number | null): boolean =>
  before !== null && (after === null || after > before);

const shortened = (names: readonly string[]): string[] =>
  names.length <= MOST_LINES ? [...names] : [...names.slice(0, MOST_LINES), '…'];
