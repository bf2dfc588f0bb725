import type { AppError } from '../shared/errors.ts';
import type { Unsubscribe } from './platform/lifecycle.ts';

/**
 * Where the proxy and the deployments meet; neither imports the other's insides. The proxy knows targets, not pods.
 */

/** A model server that can be called now. Calculated when a deployment changes, never on the request path. */
export interface Upstream {
  /** OpenAI-style base without a trailing slash, e.g. https://abc-8000.proxy.runpod.net/v1 */
  readonly baseUrl: string;
  /** Headers that authenticate the app at the model server. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** The name the model server knows the model by; `model` is rewritten to it when it differs. */
  readonly servedModel: string;
  /** Changes whenever an answer may change: image, arguments, model revision. Part of cache keys. */
  readonly fingerprint: string;
  /**
   * False where nothing on the way ends a silent connection, so that plain calls may wait as they are; absent = something
   * may (RunPod's proxies cut after 100 s, FACTS 2.7), and plain calls are streamed and put back together.
   */
  readonly cutsSilence?: boolean;
  /** Present where `baseUrl` is a RunPod QUEUE endpoint's `/openai/v1`, which cuts a cold call after 100 s (FACTS 3.4). */
  readonly queue?: QueuePlane;
  /** Set where `headers` hold the RunPod key itself: a refusal of it, or no money, is then the account's trouble. */
  readonly account?: 'runpod';
  /** Longest time for one call in all, after which RunPod cuts it; absent = no such limit known (FACTS 3.4: load balancers). */
  readonly longestCallMs?: number;
  /** The largest body a call may have; absent = no limit known. A load balancer takes 30 MB (FACTS 3.4). */
  readonly maxBodyBytes?: number;
}

/** The native way into a QUEUE endpoint: a job that waits for its worker as long as it takes (FACTS 3.5). */
export interface QueuePlane {
  /** `https://api.runpod.ai/v2/{id}`, without a trailing slash; `Upstream.headers` authenticate there too. */
  readonly invokeUrl: string;
  /** Whether a worker runs now, so that `baseUrl` answers before the cut. Cheap: asked on the request path. */
  readonly warm: () => boolean;
  /** Workers that were running when RunPod was last looked at; absent or 0 = not known. Cheap. */
  readonly workers?: () => number;
}

/** How the answers of a target are paid for. */
export type Payment =
  | { readonly kind: 'tokens'; readonly usdPerMillionInput: number; readonly usdPerMillionOutput: number }
  /** By nobody, or by an account that this app knows nothing of. */
  | { readonly kind: 'unknown' };

export type TargetState = 'ready' | 'waking' | 'sleeping' | 'failed';

/** A request in flight; idle clocks stand still while one is held. */
export interface Lease {
  /** Ends the lease; harmless when called twice. `served` = the model server answered. */
  end(served: boolean): void;
}

export interface Target {
  readonly id: string;
  /** The deployment's name. */
  readonly name: string;
  /** Every value of `model` that leads here: name, served names, aliases. */
  readonly models: readonly string[];
  readonly contextTokens: number;
  readonly simulated: boolean;
  /** Absent = by the hour, as the hardware is. */
  readonly payment?: Payment;
  /** Upstream's `fingerprint` as it would be now, known while it sleeps too; absent = only its upstream tells. */
  readonly fingerprint?: string | undefined;
  state(): TargetState;
  /** null unless ready. */
  upstream(): Upstream | null;
  /**
   * Resolves once a model server answers; wakes a sleeping target, and joins a wake under way. All callers share one
   * boot; a caller that aborts leaves without disturbing the others. `ahead`: no request of this caller follows, so a
   * queue that would start its worker for one has to start it now.
   * @throws AppError deployment_stopped (wake not allowed), boot_failed, no_gpu_capacity, budget_exceeded, …
   */
  ensureReady(signal: AbortSignal, ahead?: boolean): Promise<Upstream>;
  /** Its workers start and end with its requests, as serverless does: waking it is nothing to count. Absent = no. */
  scalesItself?(): boolean;
  /** Why a request may not wake it now; null or absent = it may. Asking it starts nothing. */
  refusal?(): AppError | null;
  lease(): Lease;
  /** The upstream looked dead (404/502 from the pod's URL); readiness is proven anew. */
  reportUnreachable(): void;
}

export interface TargetSource {
  list(): readonly Target[];
  /** Called after the list or any target's models, state or upstream changed. */
  onChange(listener: () => void): Unsubscribe;
}
