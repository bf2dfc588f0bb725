import { catalogue } from '../../words/catalogue.ts';

export const words = catalogue('images', {
  title: 'Images',
  intro: 'Only needed where no stock image will do: own packages, baked weights, own arguments.',
  build: 'Build an image',
  none: 'No image of this app is on this machine.',
  noneText: 'Most models run on the stock images: deploy one without building anything.',
  deploy: 'Deploy with a stock image',
  noEngine: 'Docker is not to be had here',
  engine: (name: string, version: string) => `${name} ${version} runs`,
  emulated: 'Images for linux/amd64 are built by emulation here, several times slower.',
  builds: 'Builds and pushes',
  noBuilds: 'Nothing was built yet.',
  local: 'On this machine',
  prune: 'Remove unused…',
  states: {
    queued: 'Queued',
    checking: 'Checking',
    building: 'Building',
    pushing: 'Pushing',
    done: 'Done',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  targets: { pod: 'pod', queue: 'serverless queue', 'load-balancer': 'serverless load balancer' },
});
