import type { words as english } from './messages.ts';

export const view: typeof english = {
  none: 'keine',
  isReady: (name: string) => `${name} ist bereit`,
  attention: {
    billing: (name: string) => `${name} kostet vielleicht noch`,
    billingText: (usd: string) =>
      `RunPod hat den Stopp nicht bestätigt; etwa ${usd}/h. Die App versucht es weiter.`,
    open: 'Öffnen',
    unguarded: (name: string) => `${name} hat keinen Wächter`,
    unguardedText: (reason: string) => `Fällt dieser Rechner aus, stoppt nichts den Pod. ${reason}`,
    budgetReached: 'Das heutige Budget ist erreicht',
    budgetShare: (share: string) => `${share} des heutigen Budgets sind verbraucht`,
    budgetText: (spent: string, budget: string) =>
      `${spent} von ${budget}. An der Grenze werden Pods gestoppt, und Anfragen starten sie nicht mehr.`,
    changeBudget: 'Budget ändern',
    runway: (time: string) => `Das Guthaben reicht noch etwa ${time}`,
    runwayText: 'Bei 0 $ stoppt RunPod die Pods und löscht die ohne Netzwerk-Volume.',
    seeCosts: 'Kosten ansehen',
    strayRunning: (usd: string) => `Kostet ${usd}/h und gehört hier zu keinem Deployment.`,
    strayResting: (price: string) => `Kostet in Ruhe ${price} und gehört hier zu keinem Deployment.`,
    review: 'Ansehen',
    keychain: 'Dieser Rechner bietet keinen Schlüsselbund',
    keychainText: 'Geheimnisse werden nur aus der Umgebung gelesen.',
    seeKeys: 'Schlüssel ansehen',
  },
  contextTooSmall: (client: string, wanted: string, has: string) =>
    `${client} braucht ${wanted} Kontext; dieses Deployment hat ${has}.`,
  effects: {
    billingEnds: (usd: string) => `Kosten von ${usd}/h enden.`,
    cutOff: (n: number) =>
      n === 1 ? '1 laufende Anfrage wird abgebrochen.' : `${n} laufende Anfragen werden abgebrochen.`,
    rentsAgain: 'Die nächste Anfrage oder der nächste Start mietet wieder eine GPU.',
    volumeKept: (path: string) => `Das Netzwerk-Volume unter ${path} bleibt und kostet wie zuvor.`,
    podRemoved:
      'Pod und Container-Platte werden entfernt; beim nächsten Start werden die Gewichte neu geladen.',
    podKept: 'Pod und Platte bleiben; gestoppte Platten kosten doppelt so viel wie laufende.',
    removed: (name: string) => `Das Deployment „${name}“ mit Einstellungen und Verlauf wird entfernt.`,
    nothingRuns: 'Bei RunPod läuft zurzeit nichts dafür.',
    podDeleted: 'Sein Pod und alles auf dessen Platte wird gelöscht.',
    volumeBills: 'Das Netzwerk-Volume wird nicht gelöscht und kostet weiter.',
    unavailable: 'Das Modell ist nicht erreichbar, bis es wieder geladen ist.',
    diskCleared: 'Alles auf der Container-Platte wird gelöscht; die Kosten laufen weiter.',
  },
  startFor: (price: string) => `Starten für ${price}`,
  other: 'Sonstige',
  chooseModel: 'Wählen Sie ein Modell.',
  nameTaken: (name: string) => `„${name}“ gibt es schon.`,
  hoursRange: 'Zwischen 0 und 24 Stunden.',
  notEnv: (line: string) => `„${line}“ ist nicht NAME=Wert.`,
  notValid: 'nicht gültig',
  perMonth: (usd: string) => `${usd}/Monat`,
  justNow: 'gerade eben',
  ago: (time: string) => `vor ${time}`,
  asOf: (time: string) => `Stand ${time}`,
  or: (choices: readonly string[]) => choices.join(' oder '),
  gpus: (n: number) => (n === 1 ? '1 GPU' : `${n} GPUs`),
  inPlaces: (places: string) => `in ${places}`,
  requests: (n: number) => (n === 1 ? '1 Anfrage' : `${n} Anfragen`),
  on: 'an',
  off: 'aus',
  costKinds: {
    compute: 'GPU',
    disk: 'Speicher',
    serverless: 'Serverless',
    tokens: 'Tokens',
    adjustment: 'Korrekturen',
  },
  itemKinds: { pod: 'Pod', endpoint: 'Endpunkt', 'network-volume': 'Netzwerk-Volume' },
  stray: {
    orphan: (kind: string, name: string) => `Verwaist: ${kind} „${name}“`,
    foreign: (kind: string, name: string) => `Fremd: ${kind} „${name}“`,
  },
  specFields: {
    model: 'Modell',
    contextTokens: 'Kontext',
    concurrency: 'Anfragen zugleich',
    extraArgs: 'Server-Argumente',
    watchdog: 'Wächter',
    compute: 'Grenzen der Hardware',
    aliases: 'Weitere Namen',
    idle: 'Stopp bei Leerlauf',
    budget: 'Budget',
    onStop: 'Beim Stoppen',
    wakeOnRequest: 'Bei Anfragen starten',
    schedule: 'Zeitplan',
    autostart: 'Mit der App starten',
  },
  logAdvice: {
    oom: {
      title: 'Der GPU ist der Speicher ausgegangen',
      advice:
        'Verringern Sie den Kontext oder die Anfragen zugleich, nutzen Sie einen FP8-KV-Cache oder eine GPU mit mehr Speicher.',
    },
    gated: {
      title: 'Hugging Face hat das Modell verweigert',
      advice:
        'Nehmen Sie seine Lizenz auf Hugging Face an und hinterlegen Sie in den Einstellungen ein Hugging-Face-Token.',
    },
    template: {
      title: 'Das Modell hat kein Chat-Template',
      advice: 'Nehmen Sie die „Instruct“-Variante oder geben Sie eines mit --chat-template an.',
    },
    parser: {
      title: 'Werkzeugaufrufe brauchen einen Parser',
      advice:
        'Ergänzen Sie die Server-Argumente --enable-auto-tool-choice und --tool-call-parser mit dem Parser des Modells.',
    },
    disk: {
      title: 'Die Container-Platte ist voll',
      advice: 'Geben Sie dem Deployment eine größere Container-Platte und starten Sie es neu.',
    },
    driver: {
      title: 'Der Treiber der Maschine ist zu alt für dieses Image',
      advice:
        'Starten Sie neu: Eine andere Maschine ist vielleicht neuer. Der Plan verlangt eine Mindestversion von CUDA.',
    },
    length: {
      title: 'Der Kontext passt nicht',
      advice: 'Verringern Sie den Kontext des Deployments auf das, was die Protokollzeile erlaubt.',
    },
  },
};
