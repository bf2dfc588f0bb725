import { catalogue } from '../../words/catalogue.ts';

export const words = catalogue('settings', {
  title: 'Settings',
  tabsLabel: 'Sections of the settings',
  tabs: {
    appearance: 'Appearance',
    keys: 'Keys',
    budget: 'Budget',
    proxy: 'Proxy and cache',
    notifications: 'Notifications',
    desktop: 'Desktop',
    diagnostics: 'Diagnostics',
    configuration: 'Configuration',
  },
  looks: { language: 'Language', system: 'System' },
  saved: 'Settings saved',
  notSaved: 'Could not save the settings',
  secrets: {
    runpod: { name: 'RunPod key', about: 'Rents hardware. It never leaves for anything but RunPod’s hosts.' },
    proxy: {
      name: 'Local key',
      about: 'What tools on this computer prove themselves with. Useless elsewhere.',
    },
    hf: { name: 'Hugging Face token', about: 'For gated and private models.' },
    'docker-username': { name: 'Registry user', about: 'For pushing images of your own.' },
    'docker-token': { name: 'Registry token', about: 'For pushing images of your own.' },
  },
  source: {
    keychain: 'in the keychain',
    environment: 'from the environment',
    memory: 'for this session only',
    generated: 'made by this app, in the keychain',
    none: 'not set',
  },
  noKeychain: 'This machine offers no keychain',
});
