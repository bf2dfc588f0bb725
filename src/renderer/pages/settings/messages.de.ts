import type { words as english } from './messages.ts';

export const settings: typeof english = {
  title: 'Einstellungen',
  tabsLabel: 'Bereiche der Einstellungen',
  tabs: {
    appearance: 'Darstellung',
    keys: 'Schlüssel',
    budget: 'Budget',
    proxy: 'Proxy und Cache',
    notifications: 'Benachrichtigungen',
    desktop: 'Desktop',
    diagnostics: 'Diagnose',
    configuration: 'Konfiguration',
  },
  looks: { language: 'Sprache', system: 'System' },
  saved: 'Einstellungen gespeichert',
  notSaved: 'Die Einstellungen konnten nicht gespeichert werden',
  secrets: {
    runpod: {
      name: 'RunPod-Schlüssel',
      about: 'Mietet Hardware. Er geht ausschließlich an RunPods eigene Server.',
    },
    proxy: {
      name: 'Lokaler Schlüssel',
      about: 'Damit weisen sich Werkzeuge auf diesem Rechner aus. Anderswo nutzlos.',
    },
    hf: { name: 'Hugging-Face-Token', about: 'Für private und zugangsbeschränkte Modelle.' },
    'docker-username': { name: 'Registry-Benutzer', about: 'Zum Pushen eigener Images.' },
    'docker-token': { name: 'Registry-Token', about: 'Zum Pushen eigener Images.' },
  },
  source: {
    keychain: 'im Schlüsselbund',
    environment: 'aus der Umgebung',
    memory: 'nur für diese Sitzung',
    generated: 'von dieser App erzeugt, im Schlüsselbund',
    none: 'nicht gesetzt',
  },
  noKeychain: 'Dieser Rechner bietet keinen Schlüsselbund',
};
