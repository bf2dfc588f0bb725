import type { DeploymentView } from '../../../shared/model.ts';
import type { News, NewsText } from '../../../shared/news.ts';

/** English, and the shape that every other language has. */
export const en = {
  app: 'RunPod LLM Manager',
  money: { perHour: (usd: string) => `${usd}/h`, perDay: (usd: string) => `${usd}/day` },
  state: {
    ready: 'Ready',
    busy: (requests: number) => `Busy, ${requests} ${requests === 1 ? 'request' : 'requests'}`,
    building: 'Starting, building the image (costs nothing)',
    placing: 'Starting, finding a GPU',
    pulling: 'Starting, pulling the image',
    loading: 'Starting, loading weights',
    warming: 'Starting, warming up',
    stopping: 'Stopping',
    terminating: 'Deleting',
    stopped: 'Stopped',
    sleeping: 'Sleeping, wakes on request',
    failed: 'Failed',
    stillBilling: 'may still be billing',
  },
  tray: {
    starting: 'Starting…',
    nothing: 'nothing running',
    running: (count: number) => `${count} running`,
    today: (usd: string) => `today ${usd}`,
    todayOf: (usd: string, budget: string) => `today ${usd} of ${budget}`,
    sandbox: 'Sandbox: nothing costs money',
    offline: 'RunPod cannot be reached; running pods keep costing',
    keyTrouble: 'RunPod key: needs you',
    noDeployments: 'No deployments yet',
    more: (count: number) => `${count} more…`,
    copyEndpoint: 'Copy endpoint URL',
    copyKey: 'Copy local key',
    copyModel: 'Copy model name',
    start: (price: string | null) => (price === null ? 'Start (price unknown)…' : `Start for ${price}`),
    stop: (saves: string | null) => (saves === null ? 'Stop' : `Stop, saves ${saves}`),
    keepAwake: 'Keep awake',
    hours: (count: number) => (count === 1 ? '1 hour' : `${count} hours`),
    idleStop: (minutes: number) => `Stops in ${minutes} min without requests`,
    details: 'Open details…',
    startOnRequest: 'Start on request',
    stopAll: (count: number, saves: string) => `Stop all (${count} running, saves ${saves})…`,
    stopAllNothing: 'Stop all (nothing running)',
    unattended: (usd: string) => `If this computer dies now: at most ${usd}`,
    unattendedNone: 'If this computer dies now: nothing stops the pods',
    deploy: 'Deploy…',
    costs: (month: string) => `Costs: this month ${month}`,
    costsAndBalance: (month: string, balance: string) => `Costs: this month ${month}, balance ${balance}`,
    open: 'Open RunPod LLM Manager',
    overview: 'Quick view',
    settings: 'Settings…',
    update: (version: string) => `Restart to update to ${version}`,
    quit: 'Quit',
    quitBilling: 'Quit… (pods keep running)',
  },
  start: {
    title: (name: string, price: string) => `Start ${name} for ${price}?`,
    day: (usd: string) => `A full day costs ${usd}.`,
    unknown: (name: string) => `Start ${name} without knowing its price?`,
    unknownDetail: 'No price could be had: RunPod offers nothing that fits now, or cannot be reached.',
    yes: 'Start',
  },
  stop: {
    title: (name: string) => `Stop ${name}?`,
    cutOff: (requests: number) =>
      `${requests} running ${requests === 1 ? 'request is' : 'requests are'} cut off.`,
    starting: 'The start under way is given up.',
    yes: 'Stop',
  },
  stopAll: {
    title: (count: number) =>
      `Stop ${count === 1 ? 'the running deployment' : `all ${count} running deployments`}?`,
    line: (name: string, price: string, fate: DeploymentView['spec']['onStop']) =>
      `${name}: ${price} ends; ${fate === 'terminate' ? 'the pod and its disk are removed' : 'the pod’s disk is kept and bills'}`,
    yes: (saves: string) => `Stop all, save ${saves}`,
  },
  quit: {
    title: (price: string) => `Pods cost ${price}. Stop them before quitting?`,
    detail: 'Pods go on without this app: clients cannot reach them, and only their own watchdogs stop them.',
    unattended: (usd: string) => `Left alone, they cost at most ${usd}.`,
    unprotected: 'At least one of them has no watchdog: nothing stops it.',
    simulated: 'This is the sandbox: the money is simulated.',
    stopAndQuit: 'Stop all and quit',
    keepAndQuit: 'Quit, keep running',
    unconfirmed: 'RunPod has not confirmed that everything stopped.',
    unconfirmedDetail: (names: string) => `It may still bill: ${names}. Check the RunPod console.`,
    quitAnyway: 'Quit anyway',
  },
  cancel: 'Cancel',
  close: {
    title: 'Still running',
    body: 'RunPod LLM Manager goes on in the tray; its endpoint keeps answering. Quit from the tray menu.',
  },
  noTray: {
    title: 'No tray on this desktop',
    body: 'Closing the window quits the app here. On GNOME, the AppIndicator extension adds a tray.',
  },
  notify: {
    /** The core writes English itself. */
    news: ({ title, body }: News): NewsText => ({ title, body }),
    open: 'Open',
    logs: 'Open log',
    copyEndpoint: 'Copy endpoint URL',
    keepAwake: 'Keep awake for 1 hour',
    costs: 'Open costs',
    cancel: 'Cancel the start',
    stopNow: 'Stop now',
    waking: (name: string) => `Starting ${name} for a request`,
    wakingBody: (seconds: number | null, price: string | null) =>
      [seconds === null ? null : `Ready in about ${duration(seconds)}.`, price === null ? null : `${price}.`]
        .filter((part) => part !== null)
        .join(' '),
    update: (version: string) => `Version ${version} is ready`,
    updateBody: 'It is installed at the next start.',
    copied: (what: string) => `${what} copied`,
    failed: 'That did not work',
  },
  crash: {
    page: 'The window’s page ended unexpectedly.',
    pageDetail: 'Deployments and the endpoint are not affected.',
    hung: 'The window does not answer.',
    reload: 'Load it again',
    wait: 'Wait',
    quit: 'Quit',
    main: 'RunPod LLM Manager met an error that it cannot go on from.',
    mainDetail: (path: string) =>
      `Pods that run keep running; their watchdogs stop them. A report without keys lies in ${path}`,
    restart: 'Start again',
  },
  startUp: { failed: 'RunPod LLM Manager could not start', retry: 'Try again' },
  about: {
    title: 'About RunPod LLM Manager',
    versions: (parts: string) => parts,
    licences: 'Licences',
    copy: 'Copy',
    close: 'Close',
  },
  menu: {
    file: 'File',
    edit: 'Edit',
    view: 'View',
    window: 'Window',
    help: 'Help',
    deploy: 'Deploy a model…',
    pages: {
      '/': 'Overview',
      '/deploy': 'Deploy',
      '/playground': 'Playground',
      '/connect': 'Connect',
      '/costs': 'Costs',
      '/logs': 'Logs',
      '/images': 'Images',
      '/settings': 'Settings',
    },
    docs: 'RunPod console',
    logsFolder: 'Show log files',
  },
};

export type Words = typeof en;

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}
