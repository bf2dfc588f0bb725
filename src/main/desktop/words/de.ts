import { germanNews } from '../../../shared/german/news.ts';
import type { Words } from './en.ts';

const stunde = (usd: string): string => `${usd}/h`;

export const de: Words = {
  app: 'RunPod LLM Manager',
  money: { perHour: stunde, perDay: (usd) => `${usd}/Tag` },
  state: {
    ready: 'Bereit',
    busy: (requests) => `Beschäftigt, ${requests} ${requests === 1 ? 'Anfrage' : 'Anfragen'}`,
    building: 'Startet, baut Image (kostet nichts)',
    placing: 'Startet, sucht GPU',
    pulling: 'Startet, lädt Image',
    loading: 'Startet, lädt Gewichte',
    warming: 'Startet, wärmt auf',
    stopping: 'Wird gestoppt',
    terminating: 'Wird gelöscht',
    stopped: 'Gestoppt',
    sleeping: 'Schläft, wacht bei Anfragen auf',
    failed: 'Fehlgeschlagen',
    stillBilling: 'kostet vielleicht noch',
  },
  tray: {
    starting: 'Startet …',
    nothing: 'nichts läuft',
    running: (count) => `${count} aktiv`,
    today: (usd) => `heute ${usd}`,
    todayOf: (usd, budget) => `heute ${usd} von ${budget}`,
    sandbox: 'Sandbox: nichts kostet Geld',
    offline: 'RunPod ist nicht erreichbar; laufende Pods kosten weiter',
    keyTrouble: 'RunPod-Schlüssel: bitte prüfen',
    noDeployments: 'Noch keine Deployments',
    more: (count) => `${count} weitere …`,
    copyEndpoint: 'Endpunkt-URL kopieren',
    copyKey: 'Lokalen Schlüssel kopieren',
    copyModel: 'Modellnamen kopieren',
    start: (price) => (price === null ? 'Starten (Preis unbekannt) …' : `Starten für ${price}`),
    stop: (saves) => (saves === null ? 'Stoppen' : `Stoppen, spart ${saves}`),
    keepAwake: 'Wach halten',
    hours: (count) => (count === 1 ? '1 Stunde' : `${count} Stunden`),
    idleStop: (minutes) => `Stoppt in ${minutes} min ohne Anfragen`,
    details: 'Details öffnen …',
    startOnRequest: 'Bei Anfragen starten',
    stopAll: (count, saves) => `Alles stoppen (${count} aktiv, spart ${saves}) …`,
    stopAllNothing: 'Alles stoppen (nichts läuft)',
    unattended: (usd) => `Fällt dieser Rechner jetzt aus: höchstens ${usd}`,
    unattendedNone: 'Fällt dieser Rechner jetzt aus: nichts stoppt die Pods',
    deploy: 'Modell bereitstellen …',
    costs: (month) => `Kosten: diesen Monat ${month}`,
    costsAndBalance: (month, balance) => `Kosten: diesen Monat ${month}, Guthaben ${balance}`,
    open: 'RunPod LLM Manager öffnen',
    overview: 'Kurzansicht',
    settings: 'Einstellungen …',
    update: (version) => `Neu starten für Version ${version}`,
    quit: 'Beenden',
    quitBilling: 'Beenden … (Pods laufen weiter)',
  },
  start: {
    title: (name, price) => `${name} für ${price} starten?`,
    day: (usd) => `Ein ganzer Tag kostet ${usd}.`,
    unknown: (name) => `${name} starten, ohne den Preis zu kennen?`,
    unknownDetail: 'Es gibt keinen Preis: RunPod hat gerade nichts Passendes oder ist nicht erreichbar.',
    yes: 'Starten',
  },
  stop: {
    title: (name) => `${name} stoppen?`,
    cutOff: (requests) =>
      requests === 1
        ? '1 laufende Anfrage wird abgebrochen.'
        : `${requests} laufende Anfragen werden abgebrochen.`,
    starting: 'Der laufende Start wird aufgegeben.',
    yes: 'Stoppen',
  },
  stopAll: {
    title: (count) =>
      count === 1 ? 'Das laufende Deployment stoppen?' : `Alle ${count} laufenden Deployments stoppen?`,
    line: (name, price, fate) =>
      `${name}: ${price} endet; ${fate === 'terminate' ? 'Pod und Platte werden entfernt' : 'die Platte bleibt und kostet'}`,
    yes: (saves) => `Alles stoppen, ${saves} sparen`,
  },
  quit: {
    title: (price) => `Pods kosten ${price}. Vor dem Beenden stoppen?`,
    detail:
      'Pods laufen ohne diese App weiter: Clients erreichen sie nicht, und nur ihre eigenen Wächter stoppen sie.',
    unattended: (usd) => `Sich selbst überlassen kosten sie höchstens ${usd}.`,
    unprotected: 'Mindestens einer hat keinen Wächter: nichts stoppt ihn.',
    simulated: 'Dies ist die Sandbox: Das Geld ist simuliert.',
    stopAndQuit: 'Alles stoppen und beenden',
    keepAndQuit: 'Beenden, weiterlaufen lassen',
    unconfirmed: 'RunPod hat nicht bestätigt, dass alles gestoppt ist.',
    unconfirmedDetail: (names) => `Vielleicht kostet noch: ${names}. Bitte in der RunPod-Konsole nachsehen.`,
    quitAnyway: 'Trotzdem beenden',
  },
  cancel: 'Abbrechen',
  close: {
    title: 'Läuft weiter',
    body: 'RunPod LLM Manager läuft im Infobereich weiter; der Endpunkt antwortet. Beenden über das Menü dort.',
  },
  noTray: {
    title: 'Kein Infobereich auf diesem Desktop',
    body: 'Das Fenster zu schließen beendet hier die App. Unter GNOME hilft die Erweiterung AppIndicator.',
  },
  notify: {
    news: germanNews,
    open: 'Öffnen',
    logs: 'Protokoll öffnen',
    copyEndpoint: 'Endpunkt-URL kopieren',
    keepAwake: '1 Stunde wach halten',
    costs: 'Kosten öffnen',
    cancel: 'Start abbrechen',
    stopNow: 'Jetzt stoppen',
    waking: (name) => `${name} startet für eine Anfrage`,
    wakingBody: (seconds, price) =>
      [
        seconds === null
          ? null
          : `Bereit in etwa ${seconds < 60 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`}.`,
        price === null ? null : `${price}.`,
      ]
        .filter((part) => part !== null)
        .join(' '),
    update: (version) => `Version ${version} liegt bereit`,
    updateBody: 'Sie wird beim nächsten Start eingerichtet.',
    copied: (what) => `${what}: kopiert`,
    failed: 'Das ging nicht',
  },
  crash: {
    page: 'Die Seite im Fenster wurde unerwartet beendet.',
    pageDetail: 'Deployments und Endpunkt sind nicht betroffen.',
    hung: 'Das Fenster antwortet nicht.',
    reload: 'Neu laden',
    wait: 'Warten',
    quit: 'Beenden',
    main: 'RunPod LLM Manager kann nach einem Fehler nicht weiterlaufen.',
    mainDetail: (path) =>
      `Laufende Pods laufen weiter; ihre Wächter stoppen sie. Ein Bericht ohne Schlüssel liegt in ${path}`,
    restart: 'Neu starten',
  },
  startUp: { failed: 'RunPod LLM Manager konnte nicht starten', retry: 'Noch einmal' },
  about: {
    title: 'Über RunPod LLM Manager',
    versions: (parts) => parts,
    licences: 'Lizenzen',
    copy: 'Kopieren',
    close: 'Schließen',
  },
  menu: {
    file: 'Datei',
    edit: 'Bearbeiten',
    view: 'Ansicht',
    window: 'Fenster',
    help: 'Hilfe',
    deploy: 'Modell bereitstellen …',
    pages: {
      '/': 'Übersicht',
      '/deploy': 'Bereitstellen',
      '/playground': 'Ausprobieren',
      '/connect': 'Verbinden',
      '/costs': 'Kosten',
      '/logs': 'Protokolle',
      '/images': 'Images',
      '/settings': 'Einstellungen',
    },
    docs: 'RunPod-Konsole',
    logsFolder: 'Protokolldateien zeigen',
  },
};
