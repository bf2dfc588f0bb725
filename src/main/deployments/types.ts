import type { AppEvent } from '../../shared/api.ts';
import type { AppError } from '../../shared/errors.ts';
import type {
  DeploymentSpec,
  DeploymentView,
  DeploymentWish,
  EditEffects,
  HistoryEntry,
  LogLine,
  Plan,
  PlanCandidate,
  PlanRequest,
  Radar,
  RadarItem,
  Sweep,
  SweepPreview,
} from '../../shared/model.ts';
import type { Ledger } from '../costs/ledger.ts';
import type { ModelDirectory } from '../huggingface/model-facts-source.ts';
import type { ModelFactsSource } from '../huggingface/source.ts';
import type { ImageBuilder } from '../images/image-builder.ts';
import type { Log } from '../logs/log.ts';
import type { GpuOffer, ModelFacts, PlanInput } from '../planner/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Fetch } from '../platform/http.ts';
import type { Ids } from '../platform/ids.ts';
import type { Disposable, Unsubscribe } from '../platform/lifecycle.ts';
import type { Random } from '../platform/random.ts';
import type { GpuType, RunPodApi } from '../runpod/api.ts';
import type { TargetSource } from '../target.ts';
import type { GuardScripts } from './pod/start-command.ts';
import type { Use } from './policy/use.ts';
import type { SweepWish } from './sweep/sweeper.ts';
import type { Timing } from './timing.ts';

/** How a model server is started on a pod; what this room needs of the planner's recipe. */
export interface Recipe {
  readonly image: string;
  /** What follows the image's own entrypoint; empty = its default command. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Container disk in GB. */
  readonly disk: number;
  readonly modelServerPort: number;
  readonly minCudaVersion: string | null;
  /** Answers 200 once the model server is up. */
  readonly healthPath: string;
}

/** The planner as this room uses it; pure. */
export interface Planner {
  plan(input: PlanInput): Plan;
  /** `serverless` = the same catalogue asked about endpoints, whose stock differs. */
  offers(gpus: readonly GpuType[], serverless?: readonly GpuType[]): GpuOffer[];
  recipe(spec: DeploymentSpec, candidate: PlanCandidate, facts: ModelFacts | null): Recipe;
}

/** What deployments were used for (SPEC 3.7). */
export interface Usage {
  /** Requests logged under a deployment's name by arrival, within a span. */
  uses(deploymentName: string, fromMs: number, toMs: number): readonly Use[];
  /** Beginning of the user's month that holds an instant. */
  startOfMonth(ms: number): number;
}

export interface FleetDeps {
  readonly api: RunPodApi;
  /** With the other forms of a model, where they are known, so that a refusal can name one that fits. */
  readonly facts: ModelFactsSource & Partial<Pick<ModelDirectory, 'siblings'>>;
  readonly planner: Planner;
  readonly ledger: Ledger;
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  /** For pods' public URLs. */
  readonly fetch: Fetch;
  readonly log: Log;
  /** RunPod's REST address as a pod sees it; its watchdog stops it through it. */
  readonly apiUrl: string;
  /** The key in use, to notice that it is another account's; absent = there is but one account. */
  readonly apiKey?: () => Promise<string | null>;
  /** The account came into doubt, or out of it. */
  readonly accountChanged?: () => void;
  /** With {podId} and {port}. */
  readonly podUrlTemplate: string;
  /** RunPod's plane for jobs and health of endpoints, without a trailing slash. */
  readonly invokeUrl: string;
  /** With {endpointId}: where a load-balanced endpoint answers. */
  readonly lbUrlTemplate: string;
  /** Authenticates there; sent nowhere else. null = none is set. */
  readonly invokeKey: () => Promise<string | null>;
  readonly simulated: boolean;
  /** The user's Hugging Face token; null = none. */
  readonly hfToken: () => Promise<string | null>;
  /** Why a deployment may not cost `needUsd` now, such as a budget of all together; absent or null = it may. */
  readonly refusal?: (deploymentId: string, needUsd: number) => AppError | null;
  /**
   * Makes sure that what was written is there after a crash; asked before every call that may cost money. Absent = the
   * database is believed. Throws AppError data_dir_lost, disk_full.
   */
  readonly confirmStored?: () => void;
  /** The user has paused starts on request, for all deployments. */
  readonly wakesPaused?: () => boolean;
  /** Beginning of the user's day that holds an instant, for budgets per day. */
  readonly startOfDay: (ms: number, offset?: number) => number;
  /** The user's time zone, for schedules; the computer's unless given. */
  readonly zone?: () => string;
  /** The requests there were, for mode `auto`; absent = it stays as it is. */
  readonly usage?: Usage;
  readonly guardScripts: GuardScripts;
  /** Makes images of the deployments' own. */
  readonly images: Omit<ImageBuilder, 'plan'>;
  readonly timing?: Partial<Timing>;
}

export interface LogOptions {
  readonly source?: 'system' | 'container' | undefined;
  /** Lines before now. */
  readonly tail: number;
  /** False = end after the lines there are. */
  readonly follow: boolean;
}

export type FleetEvent = Extract<
  AppEvent,
  { name: 'deployment.changed' | 'deployment.removed' | 'history.added' | 'sweep.changed' | 'notification' }
>;

/** Pods and endpoints in the account, known or not (SPEC 3.11). */
export interface RadarApi {
  scan(signal: AbortSignal): Promise<Radar>;
  stop(kind: RadarItem['kind'], id: string, signal: AbortSignal): Promise<RadarItem>;
  terminate(kind: RadarItem['kind'], id: string, signal: AbortSignal): Promise<{ ok: true }>;
  /** What a sweep would take, and what it would not; changes nothing. `ids` null = what this computer left over. */
  sweepPreview(ids: readonly string[] | null, signal: AbortSignal): Promise<SweepPreview>;
  /** Clears them once the time to undo is over. @throws AppError not_allowed_now */
  sweep(wish: SweepWish, signal: AbortSignal): Promise<Sweep>;
  /** `id` null = the sweep that waits. @throws AppError not_found, not_allowed_now */
  undo(id: string | null): Sweep;
  /** Newest first. */
  sweeps(): Sweep[];
  /**
   * Puts a pod or endpoint that no deployment knows under a new deployment of that name; nothing is changed at RunPod.
   * @throws AppError not_allowed_now with why it cannot be served
   */
  adopt(kind: 'pod' | 'endpoint', id: string, name: string, signal: AbortSignal): Promise<DeploymentView>;
}

/**
 * All deployments. `ref` is a name or an id. Verbs resolve when the wish is stored; what follows is told through
 * events. Every verb throws AppError `not_found` for an unknown ref.
 */
export interface Fleet extends Disposable {
  /** Replays open intents, reads the account, starts what is set to start with the app, and keeps watching. */
  start(): void;
  /** Looks at the account soon instead of at its usual time: the machine woke, or the network came back. */
  hurry(): void;
  /** The computer is about to sleep: what is not to outlast that is stopped. */
  computerSleeps(): void;
  list(): DeploymentView[];
  /** A month of all volume disks in the account once their pods are stopped; null = the account was not read yet. */
  podsAtRestUsdPerMonth(): number | null;
  /**
   * What a deployment of that wish would be offered and take (SPEC 3.2). Creates nothing.
   * @throws AppError unknown_gpu, invalid_input, unsupported, model_*, runpod_*
   */
  plan(request: PlanRequest, signal: AbortSignal): Promise<Plan>;
  get(ref: string): DeploymentView;
  /**
   * @throws AppError name_taken, unknown_gpu, model_does_not_fit, model_unknown, model_gated, invalid_input,
   * unsupported (serverless), no_gpu_capacity, runpod_*
   */
  create(wish: DeploymentWish, start: boolean, signal: AbortSignal): Promise<DeploymentView>;
  /** @throws AppError not_allowed_now (being removed), budget_exceeded */
  startDeployment(ref: string): DeploymentView;
  /** `why` is for people and goes into the history: "you stopped it" unless told otherwise. */
  stop(ref: string, why?: string): DeploymentView;
  restart(ref: string): DeploymentView;
  terminate(ref: string): DeploymentView;
  edit(ref: string, wish: DeploymentWish, signal: AbortSignal): Promise<DeploymentView>;
  /** What that edit would do to the pod there is; changes nothing. */
  editEffects(ref: string, spec: DeploymentSpec): EditEffects;
  stopAll(why?: string): { stopping: string[] };
  /** Puts off idleness and, once people were warned of it, the end of working hours. */
  keepAlive(ref: string, minutes: number): DeploymentView;
  history(ref: string): { entries: HistoryEntry[] };
  /** @throws AppError wait_timeout, or the deployment's own problem */
  wait(
    ref: string,
    until: 'ready' | 'stopped' | 'terminated',
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<DeploymentView>;
  /** The pod's lines, going on across reconnects and replacements of the pod. */
  logs(ref: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>;
  readonly radar: RadarApi;
  /** Pods may be out of sight of the key in use, and billing in another account; null = nothing speaks for it. */
  accountProblem(): AppError | null;
  /** The user's word that it is the same account: what RunPod does not show is gone. */
  confirmAccount(): void;
  readonly targets: TargetSource;
  subscribe(listener: (event: FleetEvent) => void): Unsubscribe;
}
