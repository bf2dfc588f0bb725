import type { words as english } from './messages.ts';

export const images: typeof english = {
  title: 'Images',
  intro: 'Nur nötig, wenn kein fertiges Image genügt: eigene Pakete, eingebaute Gewichte, eigene Argumente.',
  build: 'Image bauen',
  none: 'Auf diesem Rechner gibt es kein Image dieser App.',
  noneText: 'Die meisten Modelle laufen auf den fertigen Images: Stellen Sie eines bereit, ohne zu bauen.',
  deploy: 'Mit fertigem Image bereitstellen',
  noEngine: 'Docker ist hier nicht verfügbar',
  engine: (name: string, version: string) => `${name} ${version} läuft`,
  emulated: 'Images für linux/amd64 werden hier durch Emulation gebaut, um ein Mehrfaches langsamer.',
  builds: 'Builds und Pushes',
  noBuilds: 'Bisher wurde nichts gebaut.',
  local: 'Auf diesem Rechner',
  prune: 'Unbenutzte entfernen …',
  states: {
    queued: 'Wartet',
    checking: 'Wird geprüft',
    building: 'Wird gebaut',
    pushing: 'Wird gepusht',
    done: 'Fertig',
    failed: 'Fehlgeschlagen',
    cancelled: 'Abgebrochen',
  },
  targets: { pod: 'Pod', queue: 'Serverless-Queue', 'load-balancer': 'Serverless-Load-Balancer' },
};
