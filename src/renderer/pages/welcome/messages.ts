import { catalogue } from '../../words/catalogue.ts';

export const words = catalogue('welcome', {
  title: 'Welcome',
  lead: 'Run a language model on a rented GPU and use it from every tool on this computer through one address.',
  steps: ['Where', 'Model', 'Endpoint'],
  stepsLabel: 'Three steps',
  where: {
    title: 'Where shall it run?',
    sandbox: 'Try the sandbox',
    sandboxText:
      'A simulated cloud on this computer: everything works, nothing is real, nothing costs money. No account needed.',
    key: 'Use my RunPod key',
    keyText: 'Real GPUs at RunPod, by the hour. You see every price before you click.',
    keyLabel: 'RunPod key',
    keyAdvice:
      'Make a restricted key with read and write access to pods, serverless and templates, and read access to billing.',
    check: 'Check and go on',
    goOn: 'Continue',
  },
  model: {
    title: 'Which model?',
    safety: 'It stops by itself after 15 minutes without requests, and when the daily budget is reached.',
    other: 'Another model…',
    start: 'Start',
  },
  endpoint: {
    title: 'Your endpoint',
    starting: 'It is starting. Requests are held until it is ready.',
    ready: 'It is ready. Every tool can use it at this address:',
    chat: 'Chat with it',
    connect: 'Connect an editor',
    overview: 'Go to Overview',
  },
  skip: 'Skip, go to Overview',
  modelName: 'Model',
  cannotStart: (title: string) => `Could not start ${title}; nothing was rented`,
  context: 'context',
  gpuAndTime: (gpu: string, range: string) => ` · ${gpu} · ready in ${range}`,
  asking: (title: string) => `${title}: asking the price`,
  startFor: (title: string, price: string) => `Start ${title} for ${price}`,
  beingStarted: 'Being started.',
  keyBad: 'This key does not work yet.',
});
