import { ERRORS } from '../errors.ts';
import { formatUsd } from '../money.ts';
import type { News, NewsFacts, NewsText } from '../news.ts';
import { germanProblems } from './problems.ts';

/** News in German; without facts the core's own words are all there is. */
export function germanNews(news: News): NewsText {
  return news.facts === undefined ? news : worded(news.deployment ?? '', news.facts);
}

function worded(name: string, facts: NewsFacts): NewsText {
  switch (facts.what) {
    case 'ready':
      return { title: `${name} ist bereit`, body: `Es antwortet nach ${facts.seconds} s.` };
    case 'failed':
      return { title: `${name} ist fehlgeschlagen`, body: failure(facts.code, facts.usdPerHour) };
    case 'stops-soon':
      return {
        title: `${name} stoppt in ${span(facts.inSeconds)}`,
        body: `${facts.why === null ? 'Seit einer Weile kam keine Anfrage.' : germanReason(facts.why)} Halten Sie es wach oder lassen Sie es stoppen.`.trim(),
      };
    case 'stopped':
      return stopped(name, facts);
    case 'still-billing':
      return {
        title: `${facts.name ?? name} kostet vielleicht noch`,
        body: `RunPod hat den Stopp von ${RESOURCES[facts.resource]} ${facts.id} nicht bestätigt. Die App versucht es weiter.`,
      };
    case 'budget':
      return budget(name, facts);
    case 'unprotected':
      return {
        title: facts.isRunning ? `${name} läuft ohne Wächter` : `${name} wird ohne Wächter laufen`,
        body: 'Fällt dieser Rechner aus, stoppt nichts den Pod.',
      };
    case 'orphan':
      return {
        title: 'Vergessenes bei RunPod gefunden',
        body: `${RESOURCES[facts.resource]} ${facts.id} gehört zu keinem Deployment${facts.usdPerHour === null ? '' : ` (${usd(facts.usdPerHour)}/h)`} und wird beendet.`,
      };
    case 'swept':
      return swept(facts);
  }
}

function stopped(
  name: string,
  { why, usd: spent, savesUsdPerHour }: Extract<NewsFacts, { what: 'stopped' }>,
): NewsText {
  const confirmed = 'RunPod hat bestätigt, dass es nichts mehr kostet';
  const body = [
    germanReason(why),
    savesUsdPerHour === undefined ? `${confirmed}.` : `${confirmed}; das spart ${usd(savesUsdPerHour)}/h.`,
    spent === null ? '' : `Es hat ${usd(spent)} gekostet.`,
  ];
  return { title: `${name} wurde gestoppt`, body: body.filter((part) => part !== '').join(' ') };
}

function swept({ done, left, savesUsdPerMonth }: Extract<NewsFacts, { what: 'swept' }>): NewsText {
  const body = [
    done === 0 ? '' : `Das spart ${usd(savesUsdPerMonth)} im Monat.`,
    left === 0 ? '' : `${left} ${left === 1 ? 'blieb, wie sie ist' : 'blieben, wie sie sind'}.`,
  ];
  return {
    title: done === 0 ? 'Nichts aufgeräumt' : done === 1 ? '1 Sache aufgeräumt' : `${done} Sachen aufgeräumt`,
    body: body.filter((part) => part !== '').join(' '),
  };
}

const RESOURCES = { pod: 'Pod', endpoint: 'Endpunkt', 'network-volume': 'Netzwerk-Volume' } as const;
const usd = (value: number): string => formatUsd(value, 'de');

function failure(code: string, usdPerHour: number): string {
  const problem = isKnown(code) ? germanProblems[code] : null;
  const money =
    usdPerHour === 0 ? 'Nichts kostet.' : `Es kostet ${usd(usdPerHour)}/h, bis RunPod das Ende bestätigt.`;
  return problem === null ? money : `${problem.title} ${problem.advice} ${money}`;
}

const isKnown = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

function budget(name: string, facts: Extract<NewsFacts, { what: 'budget' }>): NewsText {
  const what = {
    day: 'Das heutige Budget',
    month: 'Das Budget dieses Monats',
    deployment: `Das heutige Budget von ${name}`,
  }[facts.of];
  const money = `${usd(facts.spentUsd)} von ${usd(facts.limitUsd)} sind verbraucht.`;
  const who = facts.of === 'deployment' ? `${name} wird` : 'Alle Pods werden';
  return facts.isReached
    ? {
        title: `${what} ist aufgebraucht`,
        body: `${money} ${who} gestoppt, und Anfragen starten nichts mehr.`,
      }
    : { title: `${what} ist fast aufgebraucht`, body: `${money} Bei 100 % wird gestoppt.` };
}

function span(seconds: number): string {
  if (seconds < 90) return `${seconds} Sekunden`;
  return `${Math.round(seconds / 60)} Minuten`;
}

/** Why something stops, as the core says it in a few words. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^you stopped it$/, 'Sie haben es gestoppt.'],
  [/^it was idle for (\d+) minutes$/, 'Es war $1 Minuten ohne Anfragen.'],
  [/^it ran for its limit of (\d+) hours$/, 'Es lief seine höchstens $1 Stunden.'],
  [/^its budget.* is used up$/, 'Sein Budget ist aufgebraucht.'],
  [/^the budget of the day is used up$/, 'Das heutige Budget ist aufgebraucht.'],
  [/^the budget of the month is used up$/, 'Das Budget dieses Monats ist aufgebraucht.'],
  [/^the computer goes to sleep$/, 'Dieser Rechner geht in den Ruhezustand.'],
  [/^working hours end(?:ed)? at (.*)$/, 'Die Arbeitszeit endet um $1.'],
  [/^it was stopped from outside$/, 'Es wurde von außen gestoppt.'],
  [/^everything was stopped$/, 'Alles wurde gestoppt.'],
  [/^another image is tried$/, 'Ein anderes Image wird versucht.'],
  [/^nobody wants it any more$/, 'Niemand will es mehr.'],
  [/^the start failed$/, 'Der Start ist misslungen.'],
  [/^the pod is given up$/, 'Der Pod wird aufgegeben.'],
];

/** Empty for a reason without words: better none than an English one in between. */
export function germanReason(why: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(why));
  return known === undefined ? '' : why.replace(...known);
}
