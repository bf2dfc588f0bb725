import type { words as english } from './messages.ts';

export const welcome: typeof english = {
  title: 'Willkommen',
  lead: 'Lassen Sie ein Sprachmodell auf einer gemieteten GPU laufen und nutzen Sie es aus jedem Werkzeug auf diesem Rechner über eine einzige Adresse.',
  steps: ['Wo', 'Modell', 'Endpunkt'],
  stepsLabel: 'Drei Schritte',
  where: {
    title: 'Wo soll es laufen?',
    sandbox: 'Sandbox ausprobieren',
    sandboxText:
      'Eine simulierte Cloud auf diesem Rechner: Alles funktioniert, nichts ist echt, nichts kostet Geld. Kein Konto nötig.',
    key: 'Meinen RunPod-Schlüssel verwenden',
    keyText: 'Echte GPUs bei RunPod, stundenweise. Sie sehen jeden Preis vor dem Klick.',
    keyLabel: 'RunPod-Schlüssel',
    keyAdvice:
      'Erzeugen Sie einen eingeschränkten Schlüssel mit Lese- und Schreibrecht für Pods, Serverless und Templates und Leserecht für die Abrechnung.',
    check: 'Prüfen und weiter',
    goOn: 'Weiter',
  },
  model: {
    title: 'Welches Modell?',
    safety: 'Es stoppt von selbst nach 15 Minuten ohne Anfragen und wenn das Tagesbudget erreicht ist.',
    other: 'Anderes Modell …',
    start: 'Starten',
  },
  endpoint: {
    title: 'Ihr Endpunkt',
    starting: 'Es startet. Anfragen warten, bis es bereit ist.',
    ready: 'Es ist bereit. Jedes Werkzeug erreicht es unter dieser Adresse:',
    chat: 'Damit chatten',
    connect: 'Editor verbinden',
    overview: 'Zur Übersicht',
  },
  skip: 'Überspringen, zur Übersicht',
  modelName: 'Modell',
  cannotStart: (title: string) => `${title} konnte nicht gestartet werden; nichts wurde gemietet`,
  context: 'Kontext',
  gpuAndTime: (gpu: string, range: string) => ` · ${gpu} · bereit in ${range}`,
  asking: (title: string) => `${title}: Preis wird abgefragt`,
  startFor: (title: string, price: string) => `${title} für ${price} starten`,
  beingStarted: 'Wird gestartet.',
  keyBad: 'Dieser Schlüssel funktioniert noch nicht.',
};
