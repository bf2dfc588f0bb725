import { germanNews } from '../../shared/german/news.ts';
import { germanProblems as problems } from '../../shared/german/problems.ts';

const history: Readonly<Record<string, string>> = {
  created: 'Angelegt',
  start: 'Start',
  stop: 'Stopp',
  stopped: 'Gestoppt',
  terminate: 'Löschen',
  restart: 'Neustart',
  edited: 'Geändert',
  ready: 'Bereit',
  failed: 'Fehlgeschlagen',
  waiting: 'Wartet',
  told: 'Hinweis',
  image: 'Image',
  'image-ready': 'Image fertig',
  'kept-alive': 'Wach gehalten',
  unprotected: 'Ohne Wächter',
  'watchdog-armed': 'Wächter scharf',
  'idle-computed': 'Leerlauf berechnet',
  'start-refused': 'Start verweigert',
  'start-lost': 'Start unbestätigt',
  doubted: 'Bereitschaft angezweifelt',
  'pod-created': 'Pod angelegt',
  'pod-never-came': 'Pod kam nie',
  'pod-given-up': 'Pod aufgegeben',
  'hours-end-soon': 'Arbeitszeit endet bald',
  'create-void': 'Kein Pod angelegt',
  'create-lost': 'Anlegen unbestätigt',
  'candidate-refused': 'Hardware verweigert',
  'round-failed': 'Nichts frei',
  ending: 'Wird beendet',
  'end-failed': 'Beenden misslungen',
  unlocked: 'Entsperrt',
  'stop-without-effect': 'Stopp ohne Wirkung',
  'cleaned-up': 'Aufgeräumt',
  'orphan-ended': 'Verwaistes beendet',
  'scaled-down': 'Herabgesetzt',
  'scaled-outside': 'Von außen geändert',
  slept: 'Eingeschlafen',
  stirred: 'Aufgewacht',
  'endpoint-replaced': 'Endpunkt ersetzt',
};

const sentences: Readonly<Record<string, string>> = {
  'Coding agent': 'Coding-Agent',
  'Edits code with tools; long context for Claude Code, Cline and Codex.':
    'Bearbeitet Code mit Werkzeugen; langer Kontext für Claude Code, Cline und Codex.',
  'Small and cheap': 'Klein und günstig',
  'Chat, drafts and autocomplete on one small GPU.':
    'Chat, Entwürfe und Vervollständigung auf einer kleinen GPU.',
  Big: 'Groß',
  'Harder questions; four-bit weights on one large GPU.':
    'Für schwerere Fragen; Vier-Bit-Gewichte auf einer großen GPU.',
  'a pod that RunPod may have made without the app hearing of it':
    'ein Pod, den RunPod vielleicht angelegt hat, ohne dass die App davon erfuhr',
  'the network volume, which bills whether or not anything runs':
    'das Netzwerk-Volume, das immer kostet, ob etwas läuft oder nicht',
  "the case that the pod's watchdog does not arm itself, which is checked in its log":
    'der Fall, dass der Wächter im Pod nicht scharf wird; das wird in seinem Protokoll geprüft',
  'the case that RunPod refuses the pod its own stop':
    'der Fall, dass RunPod dem Pod den eigenen Stopp verweigert',
  'requests that other programs send to it with the RunPod key':
    'Anfragen, die andere Programme mit dem RunPod-Schlüssel senden',
  'the watchdog is not armed yet': 'der Wächter ist noch nicht scharf',
  'Pulling the image': 'Image wird geladen',
  'The image is there': 'Image ist da',
  'Loading weights': 'Gewichte werden geladen',
  pods: 'Pods',
  serverless: 'Serverless',
  billing: 'Abrechnung',
  balance: 'Guthaben',
  'Past charges can be read.': 'Vergangene Kosten können gelesen werden.',
  'Balance and current spend can be read.': 'Guthaben und laufende Ausgaben können gelesen werden.',
  'Reading the balance is switched off.': 'Das Lesen des Guthabens ist abgeschaltet.',
};

const patterns: readonly (readonly [RegExp, string])[] = [
  [/^shard (\d+) of (\d+)$/, 'Shard $1 von $2'],
  [/^Loading weights (\d+ %)$/, '$1'],
  [/^Layer (\w+): (.*)$/, 'Schicht $1: $2'],
  [/^everything after now: (.*)$/, 'alles ab jetzt: $1'],
  [/^the disk of the stopped pod, (.*) a month$/, 'die Platte des gestoppten Pods, $1 im Monat'],
];

export const core = { problems, history, sentences, patterns, news: germanNews };
