import type { NewsFacts } from '../../shared/news.ts';
import type { ErrorBody } from '../../shared/errors.ts';
import type { DeploymentSpec, PlanCandidate } from '../../shared/model.ts';
import type { BuiltImage } from '../images/image-builder.ts';
import type { ImageNeed } from '../planner/image-need.ts';
import type { Cure } from './pod/cure.ts';
import type { RunMode } from './policy/auto-mode.ts';
import type { ComputedIdle } from './policy/computed-idle.ts';
import type { EndpointEffect, EndpointEvent } from './serverless/events.ts';
import type { Boot, DeploymentRecord, EndpointLaunch, Launch, OwnImage } from './record.ts';

/** A pod as RunPod told it at one instant, reduced to what decisions need. Never carries `env`. */
export interface PodFacts {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly actions: readonly string[];
  readonly locked: boolean;
  /** null = not told. */
  readonly gpuCount: number | null;
  readonly cloud: string;
  readonly dataCenterId: string | null;
  readonly usdPerHour: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  /** Seconds since the container started; null = it does not run. */
  readonly uptimeSeconds: number | null;
  readonly gpuUtilPercent: number | null;
}

/** A billed call that was announced before it was sent (SPEC 2.3). */
export interface Intent {
  readonly id: string;
  readonly deploymentId: string;
  readonly kind: 'create' | 'create-endpoint' | 'start' | 'stop' | 'terminate';
  readonly podName: string;
  readonly podId: string | null;
  /** For a create: how the pod is started. */
  readonly launch: Launch | null;
  /** For the create of an endpoint: how it is made. */
  readonly endpoint?: EndpointLaunch | undefined;
  /** Cloud clock. */
  readonly sentAt: number;
}

/** What the pod's log told; see pod/boot-log.ts. */
export type BootSignal =
  | { readonly kind: 'pulling'; readonly detail: string }
  | { readonly kind: 'container-start' }
  | { readonly kind: 'loading'; readonly detail: string }
  | { readonly kind: 'compiling'; readonly detail: string }
  | { readonly kind: 'trouble'; readonly trouble: BootTrouble }
  | { readonly kind: 'guard-armed'; readonly detail: string }
  | { readonly kind: 'guard-absent'; readonly reason: string }
  | { readonly kind: 'override-ignored' };

/** A reason for a crash, read from a log line. */
export interface BootTrouble {
  readonly code: 'boot_failed' | 'model_gated' | 'model_unknown' | 'image_invalid';
  /** host = another machine may do better; fatal = the same everywhere. */
  readonly scope: 'fatal' | 'host';
  readonly message: string;
  readonly advice: string | null;
  readonly line: string;
}

/** How far a look through the public URL got. */
export type ProbeResult =
  | { readonly stage: 'none'; readonly detail: string }
  /** The server answers, the model is not in yet; Ollama without its model has `missing`. */
  | { readonly stage: 'server'; readonly missing: boolean; readonly detail: string }
  | { readonly stage: 'ready'; readonly servedModel: string; readonly detail: string }
  /** It serves strangers: a request without the key was answered. */
  | { readonly stage: 'open'; readonly detail: string }
  /** It answers, and says that it will never serve this. */
  | { readonly stage: 'refused'; readonly detail: string };

/** A start by schedule: when it is to be ready, and why, for people. */
interface Ahead {
  readonly of: number;
  readonly why: string;
}

type Asker = 'user' | 'request' | 'autostart' | 'schedule';

/** Everything an actor hears, from people, the cloud, the pod and its own effects. */
export type DeploymentEvent = PodEvent | EndpointEvent;

/** What a deployment on a pod hears; a serverless one hears the part of it that is about people and requests. */
export type PodEvent =
  // Verbs
  | { readonly type: 'start-asked'; readonly by: Asker; readonly ahead?: Ahead }
  | { readonly type: 'sleep-coming' }
  /** `byHabit` = by its idle policy or its schedule, not against whatever comes next. */
  | { readonly type: 'stop-asked'; readonly why: string; readonly byHabit?: boolean }
  | { readonly type: 'terminate-asked' }
  | { readonly type: 'restart-asked' }
  | {
      readonly type: 'edited';
      readonly spec: DeploymentSpec;
      readonly specHash: string;
      readonly auto: DeploymentRecord['auto'];
    }
  | { readonly type: 'keep-alive-asked'; readonly minutes: number }
  // Requests
  | { readonly type: 'lease-began' }
  | { readonly type: 'lease-ended'; readonly served: boolean }
  | { readonly type: 'unreachable-reported' }
  // The cloud, seen by the reconciler; `askedAt` = when the question was sent
  | { readonly type: 'pod-observed'; readonly pod: PodFacts; readonly askedAt: number }
  | { readonly type: 'pod-absent'; readonly askedAt: number }
  | {
      readonly type: 'tick';
      readonly spentTodayUsd: number;
      /** Beginning of the user's day, on this computer's clock. */
      readonly dayFrom: number;
      /** Beginning of the next one. */
      readonly dayUntil: number;
      readonly idle: ComputedIdle | null;
    }
  // Mode `auto`
  | { readonly type: 'mode-weighed'; readonly to: RunMode; readonly why: string }
  | { readonly type: 'mode-changed'; readonly to: RunMode }
  // Effects and their ends
  | {
      readonly type: 'planned';
      readonly candidates: readonly PlanCandidate[];
      /** Absent = a stock image serves it. */
      readonly image?: ImageNeed;
    }
  | { readonly type: 'plan-failed'; readonly error: ErrorBody; readonly retryable: boolean }
  // An image of its own
  | { readonly type: 'image-wanted' }
  | { readonly type: 'image-progress'; readonly detail: string }
  | {
      readonly type: 'image-ready';
      readonly source: BuiltImage['source'];
      readonly built: NonNullable<OwnImage['built']>;
    }
  | { readonly type: 'image-failed'; readonly error: ErrorBody }
  /** The stock image failed as `error` says, and an own one would not. */
  | { readonly type: 'cure-found'; readonly cure: Cure; readonly error: ErrorBody }
  | { readonly type: 'created'; readonly intent: Intent; readonly launch: Launch; readonly pod: PodFacts }
  | {
      readonly type: 'create-refused';
      readonly intent: Intent | null;
      readonly candidate: string;
      readonly refusal: Refusal;
    }
  | { readonly type: 'create-lost'; readonly intent: Intent; readonly error: ErrorBody }
  | {
      readonly type: 'lookup-found';
      readonly intent: Intent;
      readonly launch: Launch;
      readonly pod: PodFacts;
    }
  | { readonly type: 'lookup-empty'; readonly intent: Intent }
  | { readonly type: 'lookup-failed'; readonly error: ErrorBody }
  /** RunPod shows a pod of a create that was given up. */
  | { readonly type: 'late-found'; readonly pod: PodFacts }
  | {
      readonly type: 'pod-started';
      readonly pod: PodFacts;
      readonly deadlineAt: number;
      readonly reason: 'start' | 'restart';
    }
  | { readonly type: 'pod-start-refused'; readonly error: ErrorBody; readonly rebuild: boolean }
  /** `sentAt` null = nothing was sent. */
  | { readonly type: 'pod-start-lost'; readonly error: ErrorBody; readonly sentAt: number | null }
  | { readonly type: 'unlocked'; readonly pod: PodFacts }
  | { readonly type: 'end-sent' }
  /** `absent` = RunPod did not know it any more, so that its end lies further back. */
  | { readonly type: 'end-accepted'; readonly absent?: boolean }
  | { readonly type: 'end-failed'; readonly error: ErrorBody }
  | { readonly type: 'pod-read'; readonly pod: PodFacts; readonly askedAt: number }
  | { readonly type: 'pod-gone'; readonly askedAt: number }
  | { readonly type: 'read-failed'; readonly error: ErrorBody }
  | { readonly type: 'probed'; readonly result: ProbeResult }
  | { readonly type: 'pull-progress'; readonly detail: string }
  | { readonly type: 'pulled' }
  | { readonly type: 'pull-failed'; readonly error: ErrorBody; readonly retryable: boolean }
  | { readonly type: 'touched' }
  | { readonly type: 'effect-failed'; readonly effect: Effect['kind']; readonly error: ErrorBody }
  // The pod's log
  | {
      readonly type: 'log-line';
      /** When it was printed, on the cloud's clock. */
      readonly at: number;
      readonly text: string;
      readonly source: 'container' | 'system';
      readonly signal: BootSignal | null;
    }
  | { readonly type: 'log-state'; readonly readable: boolean }
  // Decisions that need no call
  | { readonly type: 'end-needed'; readonly why: string }
  | { readonly type: 'end-done' }
  | { readonly type: 'round-failed' }
  | { readonly type: 'boot-given-up'; readonly error: ErrorBody }
  | {
      readonly type: 'pod-given-up';
      readonly result: 'stuck' | 'broken-host' | 'too-dear';
      readonly error: ErrorBody;
    }
  | { readonly type: 'override-refused' }
  | { readonly type: 'guard-unproven'; readonly reason: string }
  | { readonly type: 'idle-soon'; readonly stopsAt: number }
  | { readonly type: 'hours-end-soon'; readonly stopsAt: number; readonly why: string }
  | { readonly type: 'budget-soon' }
  | { readonly type: 'still-billing' };

/** Why a create was refused and what the loop does about it (FACTS 1). */
export type Refusal = {
  readonly error: ErrorBody;
  readonly next:
    | { readonly do: 'next'; readonly result: 'no-capacity' | 'rejected' | 'forbidden' }
    | { readonly do: 'wait'; readonly ms: number }
    | { readonly do: 'stop' };
};

/** Calls the shell makes. One at a time a deployment. */
export type Effect = PodEffect | EndpointEffect;

/** Calls of a deployment on a pod. */
export type PodEffect =
  | { readonly kind: 'plan' }
  | { readonly kind: 'build' }
  | { readonly kind: 'create'; readonly candidate: PlanCandidate }
  | { readonly kind: 'lookup'; readonly intent: Intent }
  | { readonly kind: 'start' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'unlock' }
  | { readonly kind: 'end'; readonly action: 'stop' | 'terminate' }
  | { readonly kind: 'read' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'pull' }
  | { readonly kind: 'touch' };

/** What to do next. */
export type Verdict =
  /** Nothing before `until`; null = until something is heard. */
  | { readonly do: 'wait'; readonly until: number | null }
  | { readonly do: 'run'; readonly effect: Effect }
  | { readonly do: 'apply'; readonly event: DeploymentEvent };

/** What an event leaves to be written down, in one transaction with the record. */
export type Note =
  | {
      readonly type: 'history';
      readonly kind: string;
      readonly text: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'notify';
      readonly kind: NotificationKind;
      readonly title: string;
      readonly body: string;
      readonly facts: NewsFacts;
      /** What was spent since then is added to the text. */
      readonly costSinceMs?: number;
    }
  | {
      readonly type: 'meter';
      readonly podId: string;
      readonly kind: 'compute' | 'disk' | 'serverless';
      readonly usdPerHour: number;
      readonly sinceMs: number;
      readonly seenMs: number;
      /** Where it goes on at another rate: since when; absent = since it was seen. */
      readonly changedMs?: number;
    }
  | {
      readonly type: 'meter-off';
      readonly podId: string;
      readonly kind: 'compute' | 'disk' | 'serverless';
      readonly atMs: number | null;
      readonly estimated: boolean;
      readonly note: string;
    }
  | { readonly type: 'pod-made'; readonly podId: string; readonly podName: string; readonly atMs: number }
  | { readonly type: 'pod-ended'; readonly podId: string; readonly atMs: number }
  | { readonly type: 'intent-closed'; readonly intentId: string; readonly outcome: string }
  | {
      readonly type: 'capacity';
      readonly gpuTypeId: string;
      readonly dataCenterId: string | null;
      readonly outcome: 'placed' | 'no-capacity' | 'stuck';
    }
  | {
      readonly type: 'booted';
      readonly gpuTypeId: string;
      readonly model: string;
      readonly boot: Boot;
      readonly readyAt: number;
    }
  | { readonly type: 'override-ignored'; readonly image: string }
  | { readonly type: 'used'; readonly fromMs: number; readonly toMs: number }
  | { readonly type: 'removed' };

export type NotificationKind =
  | 'ready'
  | 'failed'
  | 'idle-soon'
  | 'stopped'
  | 'still-billing'
  | 'orphan'
  | 'budget'
  | 'unprotected';
