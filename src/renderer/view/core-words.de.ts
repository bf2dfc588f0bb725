import type { PlanRejection } from '../../shared/model.ts';
import { germanHistory } from '../../shared/german/history.ts';
import { germanNews } from '../../shared/german/news.ts';
import { germanProblems as problems } from '../../shared/german/problems.ts';
import { checkPatterns } from './check-words.de.ts';

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
  'create-void': 'Kein Pod zu sehen',
  'create-late': 'Verspäteter Pod',
  'create-lost': 'Anlegen unbestätigt',
  'candidate-refused': 'Hardware verweigert',
  'round-failed': 'Nichts frei',
  ending: 'Wird beendet',
  'end-failed': 'Beenden misslungen',
  unlocked: 'Entsperrt',
  'stop-without-effect': 'Stopp ohne Wirkung',
  'cleaned-up': 'Aufgeräumt',
  'orphan-found': 'Verwaistes gefunden',
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
  'a pod that an unanswered create may still make':
    'ein Pod, den eine unbeantwortete Anlage noch hervorbringen kann',
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
  'If HTTP_PROXY is set, set NO_PROXY=127.0.0.1,localhost too.':
    'Ist HTTP_PROXY gesetzt, setzen Sie auch NO_PROXY=127.0.0.1,localhost.',
  'Your paid Claude sessions are not touched: only this start uses the model.':
    'Ihre bezahlten Claude-Sitzungen bleiben unberührt: Nur dieser Start benutzt das Modell.',
  'Tool calls need a model with a tool parser.':
    'Werkzeugaufrufe brauchen ein Modell mit einem Parser dafür.',
  'Codex warns that it has no metadata of the model; that is harmless.':
    'Codex warnt, dass ihm Angaben zum Modell fehlen; das ist harmlos.',
  'Keep the key out of a project’s opencode.json: that file ends in git.':
    'Halten Sie den Schlüssel aus der opencode.json eines Projekts heraus: Diese Datei landet in git.',
  '~/.aider.model.metadata.json (ends the warning about an unknown context window)':
    '~/.aider.model.metadata.json (beendet die Warnung vor unbekannter Kontextlänge)',
  'extra-openai-models.yaml in the folder that `dirname "$(llm logs path)"` prints':
    'extra-openai-models.yaml in dem Ordner, den `dirname "$(llm logs path)"` ausgibt',
  'VS Code asks for the key and keeps it in its own secret storage; paste the local key there.':
    'VS Code fragt nach dem Schlüssel und verwahrt ihn selbst; fügen Sie dort den lokalen Schlüssel ein.',
  'Without toolCalling the model is hidden in agent mode.':
    'Ohne toolCalling ist das Modell im Agentenmodus nicht zu sehen.',
  'Set chat.utilityModel too, or titles and commit messages go elsewhere.':
    'Setzen Sie auch chat.utilityModel, sonst gehen Titel und Commit-Nachrichten woandershin.',
  'Its defaults (128k context, images on) do not fit: set the values above.':
    'Die Vorgaben (128k Kontext, Bilder an) passen nicht: Setzen Sie die Werte oben.',
  'Cline in the terminal': 'Cline im Terminal',
  'Roo Code is no longer maintained; Zoo Code is the fork.':
    'Roo Code wird nicht mehr gepflegt; Zoo Code ist die Fortführung.',
  'Enter the key in the agent settings, or start Zed with RUNPOD_LLM_API_KEY.':
    'Geben Sie den Schlüssel in den Agent-Einstellungen ein oder starten Sie Zed mit RUNPOD_LLM_API_KEY.',
  'Then choose the model under Model assignment, for core features and instant helpers.':
    'Wählen Sie das Modell dann unter „Model assignment“, für „core features“ und „instant helpers“.',
  'Continue is no longer maintained.': 'Continue wird nicht mehr gepflegt.',
  'Cursor’s servers make the call, so an address of this computer cannot work.':
    'Cursors Server stellen die Anfrage; eine Adresse dieses Rechners kann daher nicht funktionieren.',
  'What works: Cline, Kilo Code or a terminal agent such as OpenCode inside Cursor.':
    'Was geht: Cline, Kilo Code oder ein Terminal-Agent wie OpenCode innerhalb von Cursor.',
  'In a container': 'In einem Container',
  'From a container the proxy is reached when proxy.host is an address that containers see, and host.docker.internal stands in proxy.allowed_hosts.':
    'Aus einem Container ist der Proxy zu erreichen, wenn proxy.host eine Adresse ist, die Container sehen, und host.docker.internal in proxy.allowed_hosts steht.',
  'Tick “Enable CORS”: without it Obsidian asks as a web page does, and is refused. Answers then come in one piece.':
    'Haken Sie „Enable CORS“ an: Sonst fragt Obsidian wie eine Webseite und wird abgewiesen. Antworten kommen dann in einem Stück.',
  'Own servers need no JetBrains AI subscription.': 'Eigene Server brauchen kein JetBrains-AI-Abo.',
  'A serverless endpoint can be reached past this app, at https://api.runpod.ai/v2/<endpoint>/openai/v1 with a RunPod key for that endpoint alone; budgets and idle rules here do not see it.':
    'Ein Serverless-Endpunkt ist an dieser App vorbei zu erreichen, unter https://api.runpod.ai/v2/<endpoint>/openai/v1 mit einem RunPod-Schlüssel nur für ihn; Budgets und Leerlaufregeln hier sehen das nicht.',
  'The form for locally hosted models asks for no key, so it cannot be used.':
    'Das Formular für lokale Modelle fragt nach keinem Schlüssel und ist deshalb nicht zu gebrauchen.',
  'Whether Xcode takes an http address of this computer here is not proven yet.':
    'Ob Xcode hier eine http-Adresse dieses Rechners annimmt, ist noch nicht erwiesen.',
  'Put the local key into its .env file as RUNPOD_LLM_KEY.':
    'Tragen Sie den lokalen Schlüssel als RUNPOD_LLM_KEY in dessen .env-Datei ein.',
  'Custom providers are switched on in Raycast’s AI settings.':
    'Eigene Anbieter schalten Sie in den KI-Einstellungen von Raycast ein.',
  'GGUF is slow in vLLM; the Ollama backend is made for it':
    'GGUF ist in vLLM langsam; dafür ist der Server Ollama gemacht',
  'no bfloat16 on this card: runs in float16': 'kein bfloat16 auf dieser Karte: läuft in float16',
  'runs on a third party’s machine (Community Cloud)':
    'läuft auf der Maschine eines Dritten (Community Cloud)',
  'RunPod shows no stock now: a last resort': 'RunPod zeigt keinen Bestand: nur im Notfall',
  'a recent attempt found no capacity: tried after the others':
    'kürzlich war nichts frei: wird nach den anderen versucht',
  'a recent start got stuck: tried after the others':
    'ein Start blieb kürzlich hängen: wird nach den anderen versucht',
  'was often sold out at this hour': 'war um diese Stunde oft vergeben',
  'ends the pod at its deadline, however long nobody asks it':
    'beendet den Pod zu seiner Frist, wie lange auch niemand anfragt',
  'Switched off in its settings.': 'In den Einstellungen abgeschaltet.',
  pods: 'Pods',
  serverless: 'Serverless',
  billing: 'Abrechnung',
  balance: 'Guthaben',
  'Past charges can be read.': 'Vergangene Kosten können gelesen werden.',
  'Balance and current spend can be read.': 'Guthaben und laufende Ausgaben können gelesen werden.',
  'Reading the balance is switched off.': 'Das Lesen des Guthabens ist abgeschaltet.',
};

/** Labels for why cheaper hardware was not chosen. */
const rejections = {
  memory: 'zu wenig Speicher',
  heads: 'nicht teilbar',
  architecture: 'kann das Modell nicht',
  price: 'zu teuer',
  stock: 'nicht vorrätig',
  'not-offered': 'nicht angeboten',
  'not-asked-for': 'nicht gewünscht',
  'data-center': 'anderes Rechenzentrum',
  count: 'nicht so viele zugleich',
} as const satisfies Record<PlanRejection['code'], string>;

const patterns: readonly (readonly [RegExp, string])[] = [
  ...checkPatterns,
  [/^counted as awake for (\d+ %) of the hours of use$/, 'zu $1 der Nutzungszeit als wach gerechnet'],
  [
    /^a cold start costs (.*) to (.*): a worker bills for (.*) to (.*) s while it fetches and loads (.*)$/,
    'ein Kaltstart kostet $1 bis $2: Ein Worker kostet $3 bis $4 s lang, während er $5 herunterlädt und lädt',
  ],
  [
    /^a cold start costs (.*) to (.*): a worker bills for (.*) to (.*) s while it reads from the volume (.*)$/,
    'ein Kaltstart kostet $1 bis $2: Ein Worker kostet $3 bis $4 s lang, während er $5 vom Volume liest',
  ],
  [
    /^a cold start costs (.*) to (.*): a worker bills for (.*) to (.*) s while it loads (.*)$/,
    'ein Kaltstart kostet $1 bis $2: Ein Worker kostet $3 bis $4 s lang, während er $5 lädt',
  ],
  [
    /^Every cold start fetches (.*) again: (.*) to (.*) s of a worker that bills, (.*) to (.*) each time\. Instead: an image with the weights in it \((.*)\), whose workers bill for (.*) to (.*) s until they answer; a network volume of (.*) \((.*) a month\), (.*) to (.*) s; a pod, which keeps them loaded: (.*) at (.*)\.$/,
    'Jeder Kaltstart lädt $1 neu herunter: $2 bis $3 s eines Workers, der kostet, jedes Mal $4 bis $5. Stattdessen: ein Image mit den Gewichten darin ($6), dessen Worker $7 bis $8 s kosten, bis sie antworten; ein Netzwerk-Volume von $9 ($10 im Monat), $11 bis $12 s; ein Pod, der sie geladen hält: $13 zu $14.',
  ],
  [
    /^Every cold start fetches (.*) again: (.*) to (.*) s of a worker that bills, (.*) to (.*) each time\. Instead: an image with the weights in it \((.*)\), whose workers bill for (.*) to (.*) s until they answer; a network volume of (.*) \((.*) a month\), (.*) to (.*) s\.$/,
    'Jeder Kaltstart lädt $1 neu herunter: $2 bis $3 s eines Workers, der kostet, jedes Mal $4 bis $5. Stattdessen: ein Image mit den Gewichten darin ($6), dessen Worker $7 bis $8 s kosten, bis sie antworten; ein Netzwerk-Volume von $9 ($10 im Monat), $11 bis $12 s.',
  ],
  [
    /^Community Cloud is for its pods: where it runs serverless, RunPod places its workers\.$/,
    'Community Cloud gilt für seine Pods: Wo es serverless läuft, bestimmt RunPod den Ort der Worker.',
  ],
  [/^Downloading weights, (\d+ MB) so far$/, 'Gewichte werden geladen, bisher $1'],
  [
    /^(.*) weights are unpacked on the fly on this card: they fit, but run slower$/,
    '$1-Gewichte werden auf dieser Karte laufend entpackt: passt, ist aber langsamer',
  ],
  [
    /^Coding agents open with up to 19,000 tokens: a context of (.*) looks broken to them; 32,768 or more is right\.$/,
    'Coding-Agenten beginnen mit bis zu 19.000 Tokens: Ein Kontext von $1 reicht ihnen nicht; 32.768 oder mehr ist richtig.',
  ],
  [
    /^(.*) is gated: it needs a Hugging Face token \(HF_TOKEN\) whose owner accepted the licence\.$/,
    '$1 ist zugangsbeschränkt: Es braucht ein Hugging-Face-Token (HF_TOKEN), dessen Besitzer die Lizenz angenommen hat.',
  ],
  [
    /^Nothing is known of (.*): whether it fits is NOT checked\.$/,
    'Über $1 ist nichts bekannt: Ob es passt, ist NICHT geprüft.',
  ],
  [/^ends the pod after (\d+) min without requests$/, 'beendet den Pod nach $1 min ohne Anfragen'],
  [/^shard (\d+) of (\d+)$/, 'Shard $1 von $2'],
  [/^Loading weights (\d+ %)$/, '$1'],
  [/^Layer (\w+): (.*)$/, 'Schicht $1: $2'],
  [
    /^everything after now: the pod is locked against being stopped$/,
    'alles ab jetzt: der Pod ist gegen das Stoppen gesperrt',
  ],
  [/^everything after now: (.*)$/, 'alles ab jetzt: $1'],
  [/^the disk of the stopped pod, (.*) a month$/, 'die Platte des gestoppten Pods, $1 im Monat'],
];

export const core = {
  problems,
  history,
  historyText: germanHistory,
  rejections,
  sentences,
  patterns,
  news: germanNews,
};
