import type { DeploymentSpec } from '../../../shared/model.ts';
import type { Effect } from '../events.ts';
import type { EndpointEffect } from './events.ts';
import type { RunMode } from '../policy/auto-mode.ts';
import type { DeploymentRecord } from '../record.ts';

/** What a deployment runs on. */
export type RunKind = RunMode;

interface Wished {
  readonly spec: Pick<DeploymentSpec, 'mode'>;
  /** What mode `auto` came to; absent = not weighed yet. */
  readonly auto?: Pick<NonNullable<DeploymentRecord['auto']>, 'mode'> | null | undefined;
}

/** `auto` runs on a pod until its requests say otherwise. */
export function kindOf({ spec, auto }: Wished): RunKind {
  if (spec.mode === 'auto') return auto?.mode ?? 'pod';
  return spec.mode;
}

/** What is there of a deployment, or may be. */
interface Held {
  readonly record: {
    readonly spec: Pick<DeploymentSpec, 'mode'>;
    readonly auto?: Wished['auto'];
    readonly pod: object | null;
    readonly endpoint: object | null;
  };
  readonly intent: { readonly endpoint?: object | undefined } | null;
}

/**
 * Whether the serverless life cycle has the say: what is there, or may be there, comes before what is wished, so that an
 * edit of the mode first ends what runs.
 */
export function runsServerless({ record, intent }: Held): boolean {
  if (intent !== null) return intent.endpoint !== undefined;
  if (record.pod !== null) return false;
  return record.endpoint !== null || kindOf(record) === 'serverless';
}

/** It can be called now, if only by a job that waits for a worker (FACTS 3.5). */
export function isCallable({ endpoint, ending, desired, state }: DeploymentRecord): boolean {
  if (endpoint === null || ending !== null || desired !== 'running') return false;
  return endpoint.launch.type === 'QUEUE' && endpoint.maxWorkers > 0 && CALLABLE.has(state);
}

const CALLABLE: ReadonlySet<string> = new Set(['sleeping', 'pulling', 'loading', 'warming', 'ready']);

export const isEndpointEffect = (effect: Effect): effect is EndpointEffect =>
  effect.kind.startsWith('endpoint-');
