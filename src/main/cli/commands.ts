import type { Command } from 'commander';
import type { Run } from './cli.ts';

/** A command's options, help and action. Loaded only when its command is the one that was asked for. */
export type Define = (command: Command, run: Run) => void;

export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** The command below it that is meant where none is named. */
  readonly fallback?: string;
  readonly load: () => Promise<{ readonly define: Define }>;
}

interface Group {
  readonly heading: string;
  readonly entries: readonly Entry[];
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly Group[] = [
  {
    heading: 'Run',
    entries: [
      {
        name: 'serve',
        summary: 'run the proxy and manager in this terminal',
        load: () => import('./serve.ts'),
      },
      {
        name: 'status',
        summary: 'show what is running and where it answers',
        load: () => import('./status.ts'),
      },
      {
        name: 'ui',
        summary: 'print a one-time link to the browser interface',
        load: () => import('./ui.ts'),
      },
      { name: 'doctor', summary: 'check key, network, ports and tools', load: () => import('./doctor.ts') },
    ],
  },
  {
    heading: 'Deployments',
    entries: [
      {
        name: 'plan',
        summary: 'rank the hardware for a model, with prices and reasons',
        load: () => import('./plan.ts'),
      },
      { name: 'deploy', summary: 'deploy a model', load: () => import('./deploy.ts') },
      { name: 'list', summary: 'list deployments', load: () => import('./list.ts') },
      { name: 'show', summary: 'show one deployment in full', load: () => import('./show.ts') },
      { name: 'start', summary: 'start a deployment', load: () => import('./start.ts') },
      { name: 'stop', summary: 'stop a deployment', load: () => import('./stop.ts') },
      { name: 'restart', summary: 'stop and start a deployment', load: () => import('./restart.ts') },
      {
        name: 'terminate',
        summary: 'remove a deployment and everything under it',
        load: () => import('./terminate.ts'),
      },
      { name: 'stop-all', summary: 'stop every deployment that runs', load: () => import('./stop-all.ts') },
      { name: 'logs', summary: 'show logs of a deployment or of the app', load: () => import('./logs.ts') },
    ],
  },
  {
    heading: 'Money',
    entries: [
      { name: 'costs', summary: 'show what was and will be spent', load: () => import('./costs.ts') },
      {
        name: 'radar',
        fallback: 'list',
        summary: 'find, stop or adopt what runs in the account',
        load: () => import('./radar.ts'),
      },
      {
        name: 'volumes',
        fallback: 'list',
        summary: 'keep the weights of a model on a network volume, where that pays',
        load: () => import('./volumes.ts'),
      },
    ],
  },
  {
    heading: 'Use',
    entries: [
      {
        name: 'models',
        summary: 'list the names that clients can put into "model"',
        load: () => import('./models.ts'),
      },
      {
        name: 'targets',
        fallback: 'list',
        summary: 'add servers beside the deployments, and say which stands in for which',
        load: () => import('./targets.ts'),
      },
      {
        name: 'chat',
        summary: 'ask a model, or talk to it',
        load: () => import('./chat.ts'),
      },
      {
        name: 'connect',
        summary: 'show how to point an IDE, tool or library at the proxy',
        load: () => import('./connect.ts'),
      },
    ],
  },
  {
    heading: 'Images',
    entries: [
      {
        name: 'build',
        summary: 'build a container image for a model',
        load: () => import('./build.ts'),
      },
      {
        name: 'images',
        fallback: 'list',
        summary: 'list, send, check and remove built images',
        load: () => import('./images.ts'),
      },
    ],
  },
  {
    heading: 'Set up',
    entries: [
      {
        name: 'key',
        fallback: 'status',
        summary: 'set, check and delete keys',
        load: () => import('./key.ts'),
      },
      {
        name: 'config',
        fallback: 'show',
        summary: 'show the configuration and its sources',
        load: () => import('./config.ts'),
      },
      { name: 'sandbox', summary: 'run the simulated RunPod alone', load: () => import('./sandbox.ts') },
      {
        name: 'completion',
        summary: 'complete commands and names in your shell',
        load: () => import('./completion.ts'),
      },
      { name: 'version', summary: 'print the version', load: () => import('./version.ts') },
    ],
  },
];
