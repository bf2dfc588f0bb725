import { germanReason } from './news.ts';

/** How a sentence of a deployment's history is said; `$1` stands for a value, a function for a reason in it. */
type Said = string | ((...values: string[]) => string | null);

const because =
  (before: string) =>
  (why = ''): string | null => {
    const reason = germanReason(why);
    return reason === '' ? null : `${before}: ${reason}`;
  };

/** A price as the core writes it. */
const price = (text: string): string =>
  text.replace(/\$([\d.]+)/, (_, usd: string) => `${usd.replace('.', ',')} $`);

const SENTENCES: readonly (readonly [RegExp, Said])[] = [
  [/^Deployment "(.*)" was made\.$/, 'Das Deployment „$1“ wurde angelegt.'],
  [/^Started\.$/, 'Gestartet.'],
  [/^Woken by a request\.$/, 'Von einer Anfrage geweckt.'],
  [/^Started with the app\.$/, 'Mit der App gestartet.'],
  [/^Started ahead of need\.$/, 'Rechtzeitig vor dem Bedarf gestartet.'],
  [/^Stopping: (.*)\.$/, because('Wird gestoppt')],
  [
    /^Stopped: (.*?)\. Pod (\S+) \((.*)\) ran for (\d+ \w+), about (\$[\d.]+)\.$/,
    (why = '', id, what = '', time, usd = '') => {
      const stopped = because('Gestoppt')(why);
      const where = what.replace(' in ', ', ');
      return stopped === null ? null : `${stopped} Pod ${id} (${where}) lief ${time}, etwa ${price(usd)}.`;
    },
  ],
  [/^Stopped: (.*)\.$/, because('Gestoppt')],
  [/^Terminating the pod: (.*)\.$/, because('Der Pod wird gelöscht')],
  [/^Stopping the pod: (.*)\.$/, because('Der Pod wird gestoppt')],
  [/^Answered its first token after (\d+) s\.$/, 'Das erste Token kam nach $1 s.'],
  [/^Kept awake until (.*)\.$/, (at = '') => `Wach gehalten bis ${new Date(at).toLocaleString('de-DE')}.`],
  [/^Image: the stock image of (\w+) serves it\.$/, 'Image: Das fertige von $1 genügt.'],
  [
    /^(Rented|Found and adopted) pod (\S+): (\d+ × .*) in (.*), (\$[\d.]+\/h)\.$/,
    (verb, id, gpus, place, usd = '') =>
      `Pod ${id} ${verb === 'Rented' ? 'gemietet' : 'gefunden und übernommen'}: ${gpus}, ${place === 'a data centre not named yet' ? 'Rechenzentrum noch nicht genannt' : place}, ${price(usd)}.`,
  ],
  [/^Started the kept pod (\S+)\.$/, 'Der behaltene Pod $1 wurde gestartet.'],
  [/^Restarted the container\.$/, 'Der Container wurde neu gestartet.'],
  [
    /^The watchdog in the pod is armed: it ends the pod after (\d+) min without requests\.$/,
    'Der Wächter im Pod ist scharf: Er beendet den Pod nach $1 min ohne Anfragen.',
  ],
  [
    /^The watchdog in the pod is armed: it ends the pod at its deadline, however long nobody asks it\.$/,
    'Der Wächter im Pod ist scharf: Er beendet den Pod zu seiner Frist, wie lange auch niemand anfragt.',
  ],
  [
    /^No candidate could be placed \(round (\d+)\)\. Trying again\.$/,
    'Keine Hardware war zu bekommen (Runde $1). Es wird weiter versucht.',
  ],
  [
    /^RunPod answered with pod (\S+) and then did not know it\.$/,
    'RunPod nannte Pod $1 und kannte ihn dann nicht.',
  ],
  [
    /^RunPod shows no pod named (\S+)\. Should it come late, it is noticed\.$/,
    'RunPod zeigt keinen Pod namens $1. Kommt er verspätet, wird er bemerkt.',
  ],
  [
    /^A create that was given up made pod (\S+) after all\. Nothing needs it: it is being ended\.$/,
    'Ein aufgegebenes Anlegen ergab doch noch Pod $1. Nichts braucht ihn: Er wird beendet.',
  ],
  [
    /^The pod was (\w+) from outside .*$/,
    'Der Pod wurde von außen beendet (von seinem Wächter, der RunPod-Konsole oder RunPod selbst).',
  ],
  [
    /^The endpoint was (\w+) from outside .*$/,
    'Der Endpunkt wurde von außen geändert (in der RunPod-Konsole oder von einem anderen Programm).',
  ],
  [
    /^Its workers go on in spite of the stop; deleting the endpoint ends them at once\.$/,
    'Seine Worker laufen trotz des Stopps weiter; das Löschen des Endpunkts beendet sie sofort.',
  ],
  [
    /^Begins on a pod; its own requests decide whether serverless is cheaper\.$/,
    'Beginnt auf einem Pod; seine Anfragen entscheiden, ob Serverless günstiger ist.',
  ],
  [/^Edited\.$/, 'Geändert.'],
  [/^Edited; a pod has to be made anew for this\.$/, 'Geändert; dafür muss ein neuer Pod angelegt werden.'],
  [/^Edited; the endpoint follows\.$/, 'Geändert; der Endpunkt folgt.'],
  [/^Took over pod (\S+) \("(.*)"\) as it runs\.$/, 'Pod $1 („$2“) wurde übernommen, wie er läuft.'],
];

/** A sentence of a deployment's history in German; null where it is only to be had in English. */
export function germanHistory(text: string): string | null {
  for (const [pattern, said] of SENTENCES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return typeof said === 'string' ? text.replace(pattern, said) : said(...match.slice(1));
  }
  return null;
}
