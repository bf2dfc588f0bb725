import { catalogue } from '../words/catalogue.ts';

/** The words of the shell. Each page keeps its own beside it. */
export const shell = catalogue('shell', {
  product: 'RunPod LLM Manager',
  skip: 'Skip to content',
  nav: 'Main',
  banners: 'State of the app',
  pages: {
    overview: 'Overview',
    deploy: 'Deploy',
    playground: 'Playground',
    connect: 'Connect',
    costs: 'Costs',
    logs: 'Logs',
    images: 'Images',
    settings: 'Settings',
  },
  sandbox: {
    title: 'Sandbox cloud',
    text: 'Nothing here is real and nothing costs money. All prices are simulated.',
    leave: 'Use my RunPod key',
  },
  offline: {
    title: (since: string) => `No connection to the app since ${since}.`,
    billing: (price: string) => `Running pods keep costing about ${price}. Watchdogs on the pods still work.`,
    quiet: 'The figures below may be old. Trying again…',
  },
  refused: {
    title: 'This browser is not signed in',
    text: 'Open the one-time link that “runpod-llm serve” printed, or print a new one with “runpod-llm open”.',
  },
  runpodTrouble: 'RunPod trouble',
  configTrouble: 'Configuration not reloaded',
  notices: { title: 'Notifications', empty: 'Nothing has happened yet.', open: 'Notifications' },
  help: 'Keys and help',
  palette: {
    title: 'Commands',
    placeholder: 'Type a command or a deployment…',
    empty: 'No command matches.',
  },
});
