import type { shell as english } from './messages.ts';

export const shell: typeof english = {
  product: 'RunPod LLM Manager',
  skip: 'Zum Inhalt springen',
  nav: 'Hauptbereiche',
  banners: 'Zustand der App',
  pages: {
    overview: 'Übersicht',
    deploy: 'Bereitstellen',
    playground: 'Ausprobieren',
    connect: 'Verbinden',
    costs: 'Kosten',
    logs: 'Protokolle',
    images: 'Images',
    settings: 'Einstellungen',
  },
  sandbox: {
    title: 'Sandbox-Cloud',
    text: 'Nichts hier ist echt, nichts kostet Geld. Alle Preise sind simuliert.',
    leave: 'Meinen RunPod-Schlüssel verwenden',
  },
  offline: {
    title: (since: string) => `Keine Verbindung zur App seit ${since}.`,
    billing: (price: string) =>
      `Laufende Pods kosten weiter etwa ${price}. Die Wächter in den Pods arbeiten.`,
    quiet: 'Die Zahlen unten können veraltet sein. Neuer Versuch …',
  },
  refused: {
    title: 'Dieser Browser ist nicht angemeldet',
    text: 'Öffnen Sie den Einmal-Link, den „runpod-llm serve“ ausgegeben hat, oder holen Sie mit „runpod-llm open“ einen neuen.',
  },
  runpodTrouble: 'Störung bei RunPod',
  configTrouble: 'Konfiguration nicht neu geladen',
  notices: {
    title: 'Benachrichtigungen',
    empty: 'Bisher ist nichts geschehen.',
    open: 'Benachrichtigungen',
  },
  help: 'Tasten und Hilfe',
  palette: {
    title: 'Befehle',
    placeholder: 'Befehl oder Deployment eingeben …',
    empty: 'Kein passender Befehl.',
  },
};
