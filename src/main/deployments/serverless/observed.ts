import type { ServerlessSpec } from '../../../shared/model.ts';
import { scaledDown } from '../policy/scaled-down.ts';
import type { EndpointFacts } from './events.ts';
import type { EndpointRecord } from '../record.ts';
import type { HandlersFor, Step } from '../state.ts';
import { history, isBooting } from '../state.ts';
import { loseEndpoint } from './ending.ts';

/** RunPod lowers the maximum after three days without requests, and to 0 after seven (FACTS 3.1). */
const RUNPOD_LOWERS_AFTER_MS = 60 * 3_600_000;

/** What RunPod's list says about the endpoint. Lists may lag: nothing is concluded from one that is older than our last change. */
export const observedHandlers: HandlersFor<'endpoint-observed' | 'endpoint-absent'> = {
  'endpoint-observed': (step, { endpoint: facts, askedAt }) => {
    const { record, live } = step;
    const { endpoint } = record;
    if (endpoint?.id !== facts.id || askedAt < endpoint.touchedAt) return;
    endpoint.seen = true;
    live.absentSince = null;
    live.readWanted = false;
    if (record.ending === null && isWanted(step) && differs(endpoint, facts)) judge(step, endpoint, facts);
    if (record.endpoint === null) return;
    endpoint.minWorkers = facts.minWorkers;
    endpoint.maxWorkers = facts.maxWorkers;
  },

  'endpoint-absent': (step, { askedAt }) => {
    const { record, live, timing, now } = step;
    const { endpoint } = record;
    if (endpoint === null || askedAt < endpoint.touchedAt) return;
    live.absentSince ??= now;
    const lagging = !endpoint.seen && now - endpoint.touchedAt < timing.absentMs;
    const once = live.absentSince === now && record.ending === null;
    if (!lagging && !once) live.readWanted = true;
  },
};

const isWanted = ({ record }: Step): boolean =>
  record.desired === 'running' &&
  record.state !== 'placing' &&
  (isBooting(record) || record.state === 'ready' || record.state === 'sleeping');

const differs = ({ minWorkers, maxWorkers }: EndpointRecord, facts: EndpointFacts): boolean =>
  minWorkers !== facts.minWorkers || maxWorkers !== facts.maxWorkers;

/**
 * The bounds of its workers were changed by somebody else. What RunPod lowers for want of requests is raised again (trap
 * 27), after crashes only once their cause is known; what a person lowers is meant; more than was agreed to pay is not.
 */
function judge(step: Step, endpoint: EndpointRecord, facts: EndpointFacts): void {
  const { record, now } = step;
  const wish: ServerlessSpec = { ...record.spec.serverless, maxWorkers: endpoint.launch.workers.max };
  const crashing = (step.live.look?.health.workers.unhealthy ?? 0) > 0;
  const lowered = scaledDown({ workers: { min: facts.minWorkers, max: facts.maxWorkers } }, wish, {
    meantToRun: true,
    crashing,
  });
  const idleMs = now - Math.max(record.lastRequestAt ?? 0, endpoint.touchedAt, record.readyAt ?? 0);
  if (lowered !== null && lowered.repair !== null && idleMs >= RUNPOD_LOWERS_AFTER_MS) {
    history(step, 'scaled-down', `Raised again: ${lowered.why}.`, { maxWorkers: lowered.maxWorkers });
    return;
  }
  if (facts.maxWorkers === 0) {
    endpoint.maxWorkers = 0;
    endpoint.minWorkers = 0;
    loseEndpoint(step, 'stopped');
    return;
  }
  const { workers } = endpoint.launch;
  const text = `Its workers were set to ${facts.minWorkers} to ${facts.maxWorkers} from outside`;
  if (facts.maxWorkers > workers.max || facts.minWorkers > workers.min) {
    history(step, 'scaled-outside', `${text}, more than was agreed to: set back.`);
    return;
  }
  history(step, 'scaled-outside', `${text}.`);
  endpoint.launch = {
    ...endpoint.launch,
    workers: { ...workers, min: facts.minWorkers, max: facts.maxWorkers },
  };
}
