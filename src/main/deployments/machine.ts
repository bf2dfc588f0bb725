import type { DeploymentState } from '../../shared/model.ts';

/** What moves a deployment from state to state. Named after what happened, never after what is hoped. */
export const TRIGGERS = [
  /** Somebody wants it up and it is not. */
  'wanted',
  /** No stock image serves it: one of its own has to be made before a pod is asked for. */
  'image-wanted',
  /** The image is there, or is wanted no more. */
  'image-settled',
  /** RunPod gave it a pod (created, adopted or started again). */
  'placed',
  /** The container runs: image pulled. */
  'container-up',
  /** The model server answers its health route. */
  'server-up',
  /** A token came back through the URL the proxy will use. */
  'proved',
  /** The model server stopped answering; readiness has to be proven anew. */
  'doubted',
  /** The pod is given up and another one wanted. */
  'replaced',
  /** It was told to stop. */
  'ending',
  /** RunPod confirmed that nothing of it runs. */
  'ended',
  /** It was told to go for ever. */
  'removing',
  /** The boot cannot succeed. */
  'failed',
  /** The pod was stopped or removed by somebody else. */
  'lost',
  /** Serverless: the last worker ended for want of work. */
  'slept',
  /** Serverless: a worker comes up, for a request of ours or somebody else's. */
  'stirred',
] as const;
export type Trigger = (typeof TRIGGERS)[number];

type Row = Readonly<Record<Trigger, DeploymentState | 'same' | 'never'>>;

/** From every state a person can stop and remove; what cannot happen there is `never`. */
const anywhere = {
  ending: 'stopping',
  removing: 'terminating',
  'image-wanted': 'same',
  'image-settled': 'same',
  slept: 'same',
  stirred: 'same',
} as const;

const booting = {
  ...anywhere,
  slept: 'sleeping',
  wanted: 'same',
  placed: 'never',
  'container-up': 'same',
  'server-up': 'warming',
  proved: 'ready',
  doubted: 'same',
  replaced: 'placing',
  ended: 'never',
  failed: 'failed',
  lost: 'stopped',
} as const;

/**
 * The life cycle as a table: state × trigger → state. `same` = heard and of no consequence (a late or repeated fact);
 * `never` = a bug in the caller.
 */
export const TRANSITIONS: Readonly<Record<DeploymentState, Row>> = {
  stopped: {
    ...anywhere,
    wanted: 'placing',
    placed: 'never',
    'container-up': 'same',
    'server-up': 'same',
    proved: 'same',
    doubted: 'same',
    replaced: 'never',
    ended: 'same',
    failed: 'never',
    lost: 'same',
  },
  building: {
    ...booting,
    'image-wanted': 'same',
    'image-settled': 'placing',
    'container-up': 'same',
    'server-up': 'same',
    proved: 'same',
    replaced: 'never',
    ended: 'same',
  },
  placing: {
    ...booting,
    'image-wanted': 'building',
    placed: 'pulling',
    // Facts about a pod that is being replaced.
    'container-up': 'same',
    'server-up': 'same',
    proved: 'same',
    replaced: 'same',
    ended: 'same',
  },
  pulling: { ...booting, 'container-up': 'loading' },
  loading: { ...booting },
  warming: { ...booting, 'server-up': 'same', doubted: 'loading' },
  ready: {
    ...booting,
    'server-up': 'same',
    proved: 'same',
    // Through the proof again, from the point where the server may be loading.
    doubted: 'loading',
  },
  sleeping: {
    ...anywhere,
    stirred: 'pulling',
    // Through `placing`, where an endpoint that was edited meanwhile is brought up to date.
    wanted: 'placing',
    placed: 'same',
    'container-up': 'same',
    'server-up': 'same',
    // An answer is the proof, whatever the counters say.
    proved: 'ready',
    doubted: 'same',
    replaced: 'placing',
    ended: 'same',
    failed: 'failed',
    lost: 'stopped',
  },
  stopping: {
    ...anywhere,
    wanted: 'placing',
    // A create that was under way when the stop was asked for.
    placed: 'same',
    'container-up': 'same',
    'server-up': 'same',
    proved: 'same',
    doubted: 'same',
    replaced: 'never',
    ended: 'stopped',
    failed: 'same',
    lost: 'stopped',
  },
  terminating: {
    slept: 'same',
    stirred: 'same',
    'image-wanted': 'same',
    'image-settled': 'same',
    ending: 'same',
    removing: 'same',
    wanted: 'never',
    placed: 'same',
    'container-up': 'same',
    'server-up': 'same',
    proved: 'same',
    doubted: 'same',
    replaced: 'never',
    // The record itself goes; there is no state after this one.
    ended: 'same',
    failed: 'same',
    lost: 'same',
  },
  failed: {
    ...anywhere,
    wanted: 'placing',
    placed: 'same',
    'container-up': 'same',
    'server-up': 'same',
    proved: 'same',
    doubted: 'same',
    replaced: 'never',
    ended: 'same',
    failed: 'same',
    lost: 'same',
  },
};

/** The state after `trigger`; null = the trigger cannot happen in this state. */
export function nextState(state: DeploymentState, trigger: Trigger): DeploymentState | null {
  const next = TRANSITIONS[state][trigger];
  if (next === 'never') return null;
  return next === 'same' ? state : next;
}
