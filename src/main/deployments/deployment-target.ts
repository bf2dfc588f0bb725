import { AppError, fromErrorBody, type ErrorBody, type ErrorCode } from '../../shared/errors.ts';
import { abortError } from '../platform/clock.ts';
import type { Lease, Target, TargetState, Upstream } from '../target.ts';
import type { DeploymentActor } from './actor.ts';
import { modelsOf } from './view.ts';
import { isBooting } from './state.ts';
import { podUrl } from './pod/pod-url.ts';
import type { InvokePlane } from './serverless/invoke-plane.ts';
import { isCallable } from './serverless/kind.ts';
import { endpointUpstream } from './serverless/upstream.ts';

export interface TargetParts {
  readonly podUrlTemplate: string;
  readonly plane: InvokePlane;
  readonly simulated: boolean;
  /** null = may start; else why not (a budget). */
  readonly refusal: (actor: DeploymentActor) => AppError | null;
  /** Requests start nothing for now, whatever the deployment says. */
  readonly wakesPaused: () => boolean;
  /** Why requests may not start it at this time of day; null = they may. */
  readonly outsideHours: (record: DeploymentActor['record']) => string | null;
}

/** The user cures these in RunPod's console, where this app does not see it; trying costs nothing. */
const CURED_AT_RUNPOD: ReadonlySet<ErrorCode> = new Set([
  'runpod_balance_empty',
  'runpod_key_invalid',
  'runpod_key_forbidden',
]);

interface Waiter {
  readonly resolve: (upstream: Upstream) => void;
  readonly reject: (error: Error) => void;
}

/** A deployment as the proxy sees it. What requests read is calculated when the deployment changes. */
export class DeploymentTarget implements Target {
  readonly #actor: DeploymentActor;
  readonly #parts: TargetParts;
  readonly #waiters = new Set<Waiter>();
  #upstream: Upstream | null = null;
  /** A queue that takes jobs while no worker runs yet: for those who asked for it to wake. */
  #callable: Upstream | null = null;
  #state: TargetState = 'sleeping';
  #models: readonly string[] = [];
  #fingerprint: string | undefined;
  #seen = '';

  constructor(actor: DeploymentActor, parts: TargetParts) {
    this.#actor = actor;
    this.#parts = parts;
    this.refresh();
  }

  get id(): string {
    return this.#actor.record.id;
  }
  get name(): string {
    return this.#actor.record.spec.name;
  }
  get models(): readonly string[] {
    return this.#models;
  }
  get contextTokens(): number {
    return this.#actor.record.spec.contextTokens;
  }
  /** Pods of one spec answer alike: the last one's says what the next one's will be, until an edit changes the spec. */
  get fingerprint(): string | undefined {
    return this.#fingerprint;
  }
  get simulated(): boolean {
    return this.#parts.simulated;
  }

  state(): TargetState {
    return this.#state;
  }

  upstream(): Upstream | null {
    return this.#upstream;
  }

  /** Takes over what the actor says now; true when anything the proxy sees changed. */
  refresh(): boolean {
    const { record } = this.#actor;
    const { podUrlTemplate, plane } = this.#parts;
    const warm = (): boolean => this.#actor.record.state === 'ready';
    const workers = (): number => this.#actor.state.live.look?.health.workers.running ?? 0;
    const { endpoint } = record;
    const callable = endpoint !== null && (record.state === 'ready' || isCallable(record));
    this.#callable = callable ? endpointUpstream(endpoint, plane, warm, workers) : null;
    this.#upstream = record.pod === null && warm() ? this.#callable : upstreamOf(record, podUrlTemplate);
    this.#state = stateOf(record);
    this.#models = modelsOf(record);
    this.#fingerprint = record.answers?.specHash === record.specHash ? record.answers.fingerprint : undefined;
    this.#settleWaiters();
    const seen = JSON.stringify([this.#state, this.#models, this.#upstream, record.spec.contextTokens]);
    const changed = seen !== this.#seen;
    this.#seen = seen;
    return changed;
  }

  async ensureReady(signal: AbortSignal, ahead = false): Promise<Upstream> {
    if (this.#upstream !== null) return this.#upstream;
    if (signal.aborted) throw abortError(signal);
    this.#wake(ahead);
    const ready = this.upstream() ?? this.#callable;
    return ready ?? this.#wait(signal);
  }

  lease(): Lease {
    this.#actor.post({ type: 'lease-began' });
    let open = true;
    return {
      end: (served) => {
        if (!open) return;
        open = false;
        this.#actor.post({ type: 'lease-ended', served });
      },
    };
  }

  scalesItself(): boolean {
    const { endpoint, desired } = this.#actor.record;
    return endpoint !== null && endpoint.maxWorkers > 0 && desired === 'running';
  }

  reportUnreachable(): void {
    this.#actor.post({ type: 'unreachable-reported' });
  }

  /** The deployment is gone: whoever waits for it is told. */
  close(error: AppError): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }

  refusal(): AppError | null {
    const { record } = this.#actor;
    const { name } = record.spec;
    if (isBooting(record)) return null;
    if (record.desired === 'terminated') return stopped(name, 'is being removed');
    if (record.state === 'failed' && this.#isFresh(record.problem, record.since))
      return problemOf(record.problem);
    if (!record.spec.wakeOnRequest) return stopped(name, 'is stopped and may not be started by requests');
    if (this.#parts.wakesPaused()) return stopped(name, 'is stopped and starts on request are paused');
    const outside = this.#parts.outsideHours(record);
    if (outside !== null) return stopped(name, `is stopped: ${outside}`);
    return this.#parts.refusal(this.#actor);
  }

  /** @throws AppError why a request may not start it */
  #wake(ahead: boolean): void {
    if (isBooting(this.#actor.record)) return;
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    // A queue starts its worker for the request that woke it; where none follows, it is started ahead of need.
    const by = ahead && this.#actor.record.endpoint !== null ? 'schedule' : 'request';
    this.#actor.post({ type: 'start-asked', by });
  }

  /** A problem that needs the user stays until he acts; one that may pass is worth another try after a rest. */
  #isFresh(problem: ErrorBody | null, since: number): boolean {
    const { now, timing } = this.#actor.moment();
    const { code, retryable } = problemOf(problem);
    const mayPass = retryable || CURED_AT_RUNPOD.has(code);
    return !mayPass || now - since < timing.failedRestMs;
  }

  #wait(signal: AbortSignal): Promise<Upstream> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        reject(abortError(signal));
      };
      const waiter: Waiter = {
        resolve: (upstream) => {
          signal.removeEventListener('abort', leave);
          resolve(upstream);
        },
        reject: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiters.add(waiter);
      this.#settleWaiters();
    });
  }

  #settleWaiters(): void {
    if (this.#waiters.size === 0) return;
    const { record } = this.#actor;
    const upstream = this.#upstream ?? this.#callable;
    const keyPending = record.endpoint !== null && record.state === 'ready';
    if (upstream === null && (isBooting(record) || keyPending)) return;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) {
      if (upstream !== null) waiter.resolve(upstream);
      else if (record.state === 'failed') waiter.reject(problemOf(record.problem));
      else
        waiter.reject(
          this.#parts.refusal(this.#actor) ?? stopped(record.spec.name, 'was stopped while it started'),
        );
    }
  }
}

function stateOf({ state }: DeploymentActor['record']): TargetState {
  switch (state) {
    case 'ready':
      return 'ready';
    case 'building':
    case 'placing':
    case 'pulling':
    case 'loading':
    case 'warming':
      return 'waking';
    case 'failed':
      return 'failed';
    case 'stopped':
    case 'sleeping':
    case 'stopping':
    case 'terminating':
      return 'sleeping';
  }
}

function upstreamOf({ state, pod }: DeploymentActor['record'], template: string): Upstream | null {
  if (state !== 'ready' || pod === null) return null;
  const { port, key, servedModel, fingerprint } = pod.launch;
  return {
    baseUrl: `${podUrl(template, pod.id, port)}/v1`,
    headers: key === '' ? {} : { authorization: `Bearer ${key}` },
    servedModel,
    fingerprint,
  };
}

function problemOf(problem: ErrorBody | null): AppError {
  return problem === null
    ? new AppError('deployment_failed', 'The deployment failed.')
    : fromErrorBody(problem);
}

function stopped(name: string, how: string): AppError {
  return new AppError('deployment_stopped', `"${name}" ${how}.`);
}
