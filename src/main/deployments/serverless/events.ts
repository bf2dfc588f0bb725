import type { ErrorBody } from '../../../shared/errors.ts';
import type { Intent, Refusal } from '../events.ts';
import type { EndpointHealth } from '../policy/endpoint-health.ts';
import type { EndpointLaunch } from '../record.ts';
import type { EndpointLook } from '../state.ts';

/** An endpoint as RunPod told it at one instant. Never carries `env`. */
export interface EndpointFacts {
  readonly id: string;
  readonly name: string;
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly createdAt: number;
}

/** The workers of an endpoint; what RunPod tells beyond this may hold secrets (trap 20). */
export interface WorkerFacts {
  readonly summary: {
    readonly running: number;
    readonly idle: number;
    readonly initializing: number;
    readonly throttled: number;
    readonly unhealthy: number;
  };
  readonly workers: readonly {
    readonly id: string;
    readonly status: string;
    readonly gpuTypeId: string | null;
    /** Cloud clock; null = its container does not run. */
    readonly startedAt: number | null;
  }[];
}

/** What became of a request of our own in an endpoint's queue. */
export type JobFacts =
  | { readonly state: 'pending' }
  | { readonly state: 'answered' }
  /** `status` = that of the model server, where its text tells one (trap 28). */
  | { readonly state: 'failed'; readonly message: string; readonly status: number | null }
  /** RunPod knows it no more, which says nothing about its end (trap 30). */
  | { readonly state: 'gone' };

/** What only a serverless deployment hears. */
export type EndpointEvent =
  | {
      readonly type: 'endpoint-made';
      readonly intent: Intent;
      readonly launch: EndpointLaunch;
      readonly endpoint: EndpointFacts;
      readonly adopted: boolean;
    }
  | { readonly type: 'endpoint-refused'; readonly intent: Intent; readonly refusal: Refusal }
  /** Our change was answered; `rolls` = its workers get a new container. */
  | {
      readonly type: 'endpoint-changed';
      readonly launch: EndpointLaunch;
      /** null = nothing had to be sent. */
      readonly endpoint: EndpointFacts | null;
      readonly rolls: boolean;
    }
  | { readonly type: 'endpoint-change-failed'; readonly error: ErrorBody; readonly retryable: boolean }
  | { readonly type: 'endpoint-replace'; readonly why: string }
  | { readonly type: 'told'; readonly text: string }
  | { readonly type: 'in-place' }
  | { readonly type: 'endpoint-observed'; readonly endpoint: EndpointFacts; readonly askedAt: number }
  | { readonly type: 'endpoint-absent'; readonly askedAt: number }
  | { readonly type: 'endpoint-read'; readonly endpoint: EndpointFacts; readonly askedAt: number }
  | { readonly type: 'endpoint-gone'; readonly askedAt: number }
  | {
      readonly type: 'looked';
      readonly health: EndpointHealth;
      readonly workers: WorkerFacts | null;
      readonly listedAt: number;
      readonly job: JobFacts | null;
      readonly askedAt: number;
    }
  | { readonly type: 'look-failed'; readonly error: ErrorBody }
  | { readonly type: 'asked'; readonly job: string }
  | { readonly type: 'ask-failed'; readonly error: ErrorBody; readonly retryable: boolean }
  | { readonly type: 'woken' }
  | { readonly type: 'stop-lingers' }
  | { readonly type: 'fell-asleep' };

/** Calls of a serverless deployment. */
export type EndpointEffect =
  | { readonly kind: 'endpoint-plan' }
  | { readonly kind: 'endpoint-create' }
  | { readonly kind: 'endpoint-lookup'; readonly intent: Intent }
  /** Brings the endpoint to what the spec says now. */
  | { readonly kind: 'endpoint-sync' }
  /** Gives it the workers of its launch. */
  | { readonly kind: 'endpoint-scale' }
  | { readonly kind: 'endpoint-end'; readonly action: 'stop' | 'terminate' }
  | { readonly kind: 'endpoint-read' }
  /** `known` = the last look: its list of workers is good for this long while the counters say the same. */
  | { readonly kind: 'endpoint-look'; readonly known: EndpointLook | null; readonly listMs: number }
  /** Of the questions that may suit the model, by place. */
  | { readonly kind: 'endpoint-ask'; readonly question: number }
  | { readonly kind: 'endpoint-wake' }
  | { readonly kind: 'endpoint-probe' };
