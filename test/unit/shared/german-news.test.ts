import { describe, expect, it } from 'vitest';
import { germanNews } from '../../../src/shared/german/news.ts';
import type { News, NewsFacts } from '../../../src/shared/news.ts';

const news = (facts?: NewsFacts): News => ({
  id: 'n1',
  at: '2026-11-24T10:00:00Z',
  kind: 'ready',
  title: 'English title',
  body: 'English body',
  deployment: 'coder',
  ...(facts === undefined ? {} : { facts }),
});
const plainSpaces = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('news in German', () => {
  it.each([
    [{ what: 'ready', seconds: 42 }, 'coder ist bereit', 'Es antwortet nach 42 s.'],
    [
      { what: 'failed', code: 'no_gpu_capacity', usdPerHour: 0.5 },
      'coder ist fehlgeschlagen',
      'Keine passende GPU ist frei. Erlauben Sie einen höheren Preis, weitere GPUs, beide Clouds oder mehr Rechenzentren, oder warten Sie. Es kostet 0,50 $/h, bis RunPod das Ende bestätigt.',
    ],
    [
      { what: 'failed', code: 'of_a_newer_core', usdPerHour: 0 },
      'coder ist fehlgeschlagen',
      'Nichts kostet.',
    ],
    [
      { what: 'stops-soon', inSeconds: 120, why: null },
      'coder stoppt in 2 Minuten',
      'Seit einer Weile kam keine Anfrage. Halten Sie es wach oder lassen Sie es stoppen.',
    ],
    [
      { what: 'stopped', why: 'it was idle for 15 minutes', usd: 1.25 },
      'coder wurde gestoppt',
      'Es war 15 Minuten ohne Anfragen. RunPod hat bestätigt, dass es nichts mehr kostet. Es hat 1,25 $ gekostet.',
    ],
    [
      { what: 'stopped', why: 'you stopped it', usd: null, savesUsdPerHour: 0.69 },
      'coder wurde gestoppt',
      'Sie haben es gestoppt. RunPod hat bestätigt, dass es nichts mehr kostet; das spart 0,69 $/h.',
    ],
    [
      { what: 'stopped', why: 'a reason nobody has put into German', usd: null },
      'coder wurde gestoppt',
      'RunPod hat bestätigt, dass es nichts mehr kostet.',
    ],
    [
      { what: 'still-billing', resource: 'endpoint', id: 'e1' },
      'coder kostet vielleicht noch',
      'RunPod hat den Stopp von Endpunkt e1 nicht bestätigt. Die App versucht es weiter.',
    ],
    [
      { what: 'still-billing', resource: 'network-volume', id: 'v1', name: 'weights' },
      'weights kostet vielleicht noch',
      'RunPod hat den Stopp von Netzwerk-Volume v1 nicht bestätigt. Die App versucht es weiter.',
    ],
    [
      { what: 'swept', done: 2, left: 1, savesUsdPerMonth: 41.2 },
      '2 Sachen aufgeräumt',
      'Das spart 41,20 $ im Monat. 1 blieb, wie sie ist.',
    ],
    [
      { what: 'swept', done: 1, left: 0, savesUsdPerMonth: 7 },
      '1 Sache aufgeräumt',
      'Das spart 7,00 $ im Monat.',
    ],
    [
      { what: 'swept', done: 0, left: 2, savesUsdPerMonth: 0 },
      'Nichts aufgeräumt',
      '2 blieben, wie sie sind.',
    ],
    [
      { what: 'budget', of: 'day', spentUsd: 5, limitUsd: 5, isReached: true },
      'Das heutige Budget ist aufgebraucht',
      '5,00 $ von 5,00 $ sind verbraucht. Alle Pods werden gestoppt, und Anfragen starten nichts mehr.',
    ],
    [
      { what: 'budget', of: 'deployment', spentUsd: 4, limitUsd: 5, isReached: false },
      'Das heutige Budget von coder ist fast aufgebraucht',
      '4,00 $ von 5,00 $ sind verbraucht. Bei 100 % wird gestoppt.',
    ],
    [
      { what: 'unprotected', isRunning: true },
      'coder läuft ohne Wächter',
      'Fällt dieser Rechner aus, stoppt nichts den Pod.',
    ],
    [
      { what: 'orphan', resource: 'pod', id: 'p1', usdPerHour: 0.44 },
      'Vergessenes bei RunPod gefunden',
      'Pod p1 gehört zu keinem Deployment (0,44 $/h) und wird beendet.',
    ],
  ] satisfies [NewsFacts, string, string][])('%j', (facts, title, body) => {
    const told = germanNews(news(facts));
    expect({ title: told.title, body: plainSpaces(told.body) }).toEqual({ title, body });
  });

  it('leaves what has no facts as the core wrote it', () => {
    expect(germanNews(news())).toMatchObject({ title: 'English title', body: 'English body' });
  });
});
