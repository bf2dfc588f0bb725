import { describe, expect, it } from 'vitest';
import {
  endpointHealthSchema,
  type EndpointHealth,
} from '../../../../src/main/deployments/policy/endpoint-health.ts';
import {
  billedWorkers,
  serverlessPhase,
  type EndpointFacts,
} from '../../../../src/main/deployments/policy/serverless-phase.ts';
import type { WorkerList } from '../../../../src/main/runpod/api.ts';

const MINUTE = 60_000;

const ASLEEP: EndpointFacts = {
  type: 'QUEUE',
  maxWorkers: 2,
  idleTimeoutSeconds: 60,
  wanted: false,
  unchangedMs: 0,
  answeredMsAgo: null,
  containerStarts: 0,
};
const WANTED = { ...ASLEEP, wanted: true };
const BALANCER = { ...WANTED, type: 'LOAD_BALANCER' as const };

const health = (workers: object, jobs: object = {}): EndpointHealth =>
  endpointHealthSchema.parse({ workers, jobs });

function list(counts: Partial<WorkerList['summary']>): WorkerList {
  const summary = { running: 0, idle: 0, initializing: 0, throttled: 0, unhealthy: 0, total: 0, ...counts };
  return { workers: [], summary };
}

describe('serverlessPhase', () => {
  it.each<
    [
      what: string,
      facts: EndpointFacts,
      health: EndpointHealth | null,
      workers: WorkerList | null,
      phase: string,
    ]
  >([
    ['nothing there', ASLEEP, health({}), list({}), 'cold'],
    [
      'parked workers of a sleeping endpoint are not warm',
      ASLEEP,
      health({ idle: 2, ready: 2 }),
      null,
      'cold',
    ],
    ['a lone throttled leftover on a sleeping endpoint', ASLEEP, health({ throttled: 1 }), null, 'cold'],
    [
      'maximum 0, whatever else is shown',
      { ...WANTED, maxWorkers: 0 },
      health({ idle: 1 }),
      null,
      'scaled-down',
    ],
    ['wanted and no host has a GPU', WANTED, health({ throttled: 1 }), null, 'throttled'],
    [
      'a job waits although we know of none',
      ASLEEP,
      health({ throttled: 1 }, { inQueue: 1 }),
      null,
      'throttled',
    ],
    ['wanted and nothing placed yet', WANTED, health({}), null, 'throttled'],
    ['the image is being pulled', WANTED, health({ initializing: 1, throttled: 1 }), null, 'initializing'],
    [
      'only the worker list shows it',
      WANTED,
      health({}),
      list({ initializing: 1, total: 1 }),
      'initializing',
    ],
    [
      'ready:1 while vLLM still loads',
      WANTED,
      health({ ready: 1, idle: 1 }, { inQueue: 1 }),
      null,
      'loading',
    ],
    ['crashing workers', WANTED, health({ unhealthy: 1 }), null, 'crash-loop'],
    [
      'started again and again',
      { ...WANTED, containerStarts: 3 },
      health({ initializing: 1 }),
      null,
      'crash-loop',
    ],
    [
      'one restart is no loop',
      { ...WANTED, containerStarts: 2 },
      health({ initializing: 1 }),
      null,
      'initializing',
    ],
    ['a healthy worker beside a crashing one', WANTED, health({ running: 1, unhealthy: 1 }), null, 'ready'],
    ['a queue worker that runs', WANTED, health({ running: 1 }), null, 'ready'],
    ['only the worker list shows it running', WANTED, null, list({ running: 1, total: 1 }), 'ready'],
    ['a load balancer worker that runs and loads', BALANCER, health({ running: 1 }), null, 'loading'],
    ['a load balancer worker that is ready', BALANCER, health({ running: 1, ready: 1 }), null, 'ready'],
    [
      'a load balancer worker that runs for long and is never ready',
      { ...BALANCER, unchangedMs: 11 * MINUTE },
      health({ running: 1 }),
      null,
      'unreachable',
    ],
    [
      'a load balancer worker that runs and restarts',
      { ...BALANCER, unchangedMs: 11 * MINUTE, containerStarts: 5 },
      health({ running: 1 }),
      null,
      'crash-loop',
    ],
    ['nothing could be read', ASLEEP, null, null, 'cold'],
  ])('%s', (_what, facts, told, workers, phase) => {
    const result = serverlessPhase(facts, told, workers);
    expect(result.phase).toBe(phase);
    expect(result.why).not.toBe('');
  });

  it('believes an answer of its own within the idle timeout, and not beyond it', () => {
    const at = (answeredMsAgo: number, idleTimeoutSeconds: number | null = 60) =>
      serverlessPhase({ ...ASLEEP, answeredMsAgo, idleTimeoutSeconds }, health({ idle: 1 }), null);
    expect(at(59_000)).toEqual({ phase: 'ready', proof: 'answer', why: 'it answered 59 s ago' });
    expect(at(60_000).phase).toBe('cold');
    expect(at(1000, null).phase).toBe('cold');
  });

  it('tells counters from proof', () => {
    expect(serverlessPhase(WANTED, health({ running: 2 }), null)).toEqual({
      phase: 'ready',
      proof: 'counters',
      why: '2 workers are running',
    });
  });
});

describe('counters', () => {
  it('are read leniently: what is missing is none, what is new passes', () => {
    expect(endpointHealthSchema.parse({ workers: { running: 1, hibernating: 2 } })).toMatchObject({
      jobs: { inQueue: 0 },
      workers: { running: 1, throttled: 0 },
    });
  });

  it('leave open whether a worker that initializes bills', () => {
    expect(billedWorkers(health({ running: 1, initializing: 2 }), list({ running: 2 }))).toEqual({
      atLeast: 2,
      atMost: 4,
    });
  });
});
