import type { DeploymentView } from '../../../shared/model.ts';
import { billing, isStarting, unattendedUsd } from '../tray/tray-state.ts';
import type { Words } from '../words/en.ts';

/** A question in words; `buttons` in the order of `answers`, the last one leaves everything as it is. */
export interface Question<A extends string> {
  readonly title: string;
  readonly detail: string;
  readonly buttons: readonly { readonly label: string; readonly answer: A }[];
}

/** Above this hourly price one click is not enough (UX 3.6). */
const CONFIRM_ABOVE_USD_PER_HOUR = 2;

/** null = the label with its price was enough. An unknown price always asks. */
export function startQuestion(
  view: DeploymentView,
  quote: number | null | undefined,
  words: Words,
): Question<'yes' | 'no'> | null {
  const buttons = [
    { label: words.start.yes, answer: 'yes' },
    { label: words.cancel, answer: 'no' },
  ] as const;
  if (quote === null || quote === undefined) {
    return { title: words.start.unknown(view.name), detail: words.start.unknownDetail, buttons };
  }
  if (quote <= CONFIRM_ABOVE_USD_PER_HOUR) return null;
  const price = words.money.perHour(words.money.usd(quote));
  return {
    title: words.start.title(view.name, price),
    detail: words.start.day(words.money.usd(quote * 24)),
    buttons,
  };
}

/** Stopping asks only when something is lost by it. */
export function stopQuestion(view: DeploymentView, words: Words): Question<'yes' | 'no'> | null {
  const lost = [
    ...(view.inFlight > 0 ? [words.stop.cutOff(view.inFlight)] : []),
    ...(isStarting(view) ? [words.stop.starting] : []),
  ];
  if (lost.length === 0) return null;
  return {
    title: words.stop.title(view.name),
    detail: lost.join('\n'),
    buttons: [
      { label: words.stop.yes, answer: 'yes' },
      { label: words.cancel, answer: 'no' },
    ],
  };
}

/** null = nothing runs. */
export function stopAllQuestion(
  views: readonly DeploymentView[],
  words: Words,
): Question<'yes' | 'no'> | null {
  const running = billing(views);
  if (running.views.length === 0) return null;
  return {
    title: words.stopAll.title(running.views.length),
    detail: linesOf(running.views, words),
    buttons: [
      { label: words.stopAll.yes(words.money.perHour(words.money.usd(running.usdPerHour))), answer: 'yes' },
      { label: words.cancel, answer: 'no' },
    ],
  };
}

/** null = nothing bills, so there is nothing to ask. */
export function quitQuestion(
  views: readonly DeploymentView[],
  simulated: boolean,
  words: Words,
): Question<'stop' | 'keep' | 'cancel'> | null {
  const running = billing(views);
  if (running.views.length === 0) return null;
  const left = unattendedUsd(running.views);
  return {
    title: words.quit.title(words.money.perHour(words.money.usd(running.usdPerHour))),
    detail: [
      linesOf(running.views, words),
      words.quit.detail,
      left === null ? words.quit.unprotected : words.quit.unattended(words.money.usd(left)),
      ...(simulated ? [words.quit.simulated] : []),
    ].join('\n'),
    buttons: [
      { label: words.quit.stopAndQuit, answer: 'stop' },
      { label: words.quit.keepAndQuit, answer: 'keep' },
      { label: words.cancel, answer: 'cancel' },
    ],
  };
}

export function unconfirmedQuestion(names: readonly string[], words: Words): Question<'quit' | 'cancel'> {
  return {
    title: words.quit.unconfirmed,
    detail: words.quit.unconfirmedDetail(names.join(', ')),
    buttons: [
      { label: words.quit.quitAnyway, answer: 'quit' },
      { label: words.cancel, answer: 'cancel' },
    ],
  };
}

const linesOf = (views: readonly DeploymentView[], words: Words): string =>
  views
    .map((view) =>
      words.stopAll.line(
        view.name,
        words.money.perHour(words.money.usd(view.cost.nowUsdPerHour)),
        view.spec.onStop,
      ),
    )
    .join('\n');
