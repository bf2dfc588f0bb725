import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import type { AutoDecision, AutoNumbers, RunMode } from './auto-mode.ts';
import type { Replay } from './machine-run.ts';

export interface WordsInput {
  readonly current: RunMode;
  readonly reason: AutoDecision['reason'];
  readonly numbers: AutoNumbers;
  readonly podUsdPerHour: number;
  readonly serverlessUsdPerHour: number;
}

const NAMES: Readonly<Record<RunMode, string>> = { pod: 'a pod', serverless: 'serverless' };

/** A decision of mode `auto` with the numbers behind it, for people. */
export function changeWords(input: WordsInput): string {
  const { current, numbers } = input;
  const { window } = numbers;
  if (window.requests === 0 && input.reason === 'no-requests') {
    return `Stays on ${NAMES[current]}: there are no requests yet to compare by.`;
  }
  const span = duration(window.to - window.from);
  const sides = [
    `a pod ${side(numbers.pod, input.podUsdPerHour)}`,
    `serverless ${side(numbers.serverless, input.serverlessUsdPerHour)}`,
  ];
  const count = `${window.requests} request${window.requests === 1 ? '' : 's'}`;
  const compared = `The ${count} of the last ${span} cost ${sides.join(' and ')}.`;
  return `${compared} ${verdict(input)}`;
}

function side({ usd, billedMs, starts, waitMs }: Replay, usdPerHour: number): string {
  const waits =
    starts === 0 ? 'no start' : `${starts} start${starts === 1 ? '' : 's'}, ${duration(waitMs)} of waiting`;
  return `${formatUsd(usd)} (${duration(billedMs)} at ${formatUsdPerHour(usdPerHour)}, ${waits})`;
}

function verdict({ current, reason, numbers }: WordsInput): string {
  const { savingUsd, savingPercent, thresholdPercent, thresholdUsd, account } = numbers;
  const other = current === 'pod' ? 'serverless' : 'a pod';
  const saves = `${capital(other)} saves ${formatUsd(savingUsd)} (${percent(savingPercent)})`;
  const needed = `${percent(thresholdPercent)} and ${formatUsd(thresholdUsd)}`;
  switch (reason) {
    case 'cheaper':
      return `${saves}, more than the ${needed} that a change must be worth: it changes to ${other}.`;
    case 'too-soon':
      return `${saves}, but the last change is less than a day old: it stays on ${NAMES[current]}.`;
    case 'not-allowed':
      return `${saves}, but changes have already cost ${formatUsd(account.paidUsd - Math.min(account.podUsd, account.serverlessUsd))} more than the better mode alone: it stays on ${NAMES[current]} until the next month begins.`;
    case 'no-requests':
    case 'not-worth-it':
      return savingUsd <= 0
        ? `It stays on ${NAMES[current]}, which was not dearer.`
        : `${saves}, less than the ${needed} that a change must be worth: it stays on ${NAMES[current]}.`;
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const percent = (value: number): string => `${Math.round(value)} %`;

function duration(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  if (hours < 48) return `${hours.toFixed(1)} h`;
  return `${(hours / 24).toFixed(1)} days`;
}
