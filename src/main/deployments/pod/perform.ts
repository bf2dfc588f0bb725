import { AppError, asAppError, isAbort, toErrorBody } from '../../../shared/errors.ts';
import type { DeploymentSpec, PlanCandidate } from '../../../shared/model.ts';
import type { ModelFacts } from '../../planner/types.ts';
import type { DeploymentEvent, Effect, Intent } from '../events.ts';
import type { Market } from '../market.ts';
import type { DeploymentRecord, PodRecord } from '../record.ts';
import type { DeploymentStore } from '../store.ts';
import type { Timing } from '../timing.ts';
import type { FleetDeps } from '../types.ts';
import { openOllamaError } from './booting.ts';
import { createOutcome } from './create-outcome.ts';
import { buildLaunch, needsOverride } from './launch.ts';
import { podName } from './names.ts';
import { candidateKey } from './decide-placing.ts';
import { podFacts } from './read-pod.ts';
import { firstToken, probe, type ProbeTarget, type ProbeTools } from './readiness.ts';
import { pullModel } from './pull-model.ts';
import { deadlineEnv } from './start-command.ts';

export interface PodEffectsParts {
  readonly deps: FleetDeps;
  readonly store: DeploymentStore;
  readonly market: Market;
  readonly timing: Timing;
  readonly installation: string;
}

/** Where an effect looks and whom it tells. */
export interface EffectContext {
  readonly record: DeploymentRecord;
  readonly post: (event: DeploymentEvent) => void;
  readonly signal: AbortSignal;
}

/** Hex digits of a model server's key: 32 bytes. */
const KEY_BYTES = 32;
const NONCE_BYTES = 4;

/** The calls behind the decisions of pod/life-cycle.ts. Each ends in events, never in an exception but an abort. */
export class PodEffects {
  readonly #parts: PodEffectsParts;
  #facts: { readonly spec: DeploymentSpec; readonly facts: ModelFacts | null } | null = null;

  constructor(parts: PodEffectsParts) {
    this.#parts = parts;
  }

  async run(effect: Effect, context: EffectContext): Promise<void> {
    switch (effect.kind) {
      case 'plan':
        return this.#plan(context);
      case 'create':
        return this.#create(effect.candidate, context);
      case 'lookup':
        return this.#lookup(effect.intent, context);
      case 'start':
        return this.#start(pod(context), context);
      case 'restart':
        return this.#restart(pod(context), context);
      case 'unlock':
        return this.#unlock(pod(context), context);
      case 'end':
        return this.#end(pod(context), effect.action, context);
      case 'read':
        return this.#read(pod(context), context);
      case 'probe':
        return context.post({
          type: 'probed',
          result: await probe(this.#target(context), this.#tools(), context.signal),
        });
      case 'pull':
        return this.#pull(context);
      case 'touch':
        await firstToken(
          this.#target(context),
          pod(context).launch.servedModel,
          this.#tools(),
          context.signal,
        );
        return context.post({ type: 'touched' });
    }
  }

  async #plan({ record, post, signal }: EffectContext): Promise<void> {
    try {
      const { plan, facts } = await this.#parts.market.plan(record.spec, signal);
      this.#facts = { spec: record.spec, facts };
      post({ type: 'planned', candidates: plan.candidates });
    } catch (error) {
      if (isAbort(error)) throw error;
      const known = asAppError(error);
      post({ type: 'plan-failed', error: toErrorBody(known), retryable: known.retryable });
    }
  }

  /** Intent first, durably; only then the call that may cost money (SPEC 2.3). */
  async #create(candidate: PlanCandidate, { record, post, signal }: EffectContext): Promise<void> {
    const { deps, store, installation, market } = this.#parts;
    const { spec } = record;
    const overrideIgnored = this.#overrideIgnored();
    if (overrideIgnored && needsOverride(spec)) {
      post({ type: 'boot-given-up', error: toErrorBody(openOllamaError()) });
      return;
    }
    const facts = this.#facts?.spec === spec ? this.#facts.facts : await market.facts(spec, signal);
    const name = podName(installation, record.id, deps.random.hex(NONCE_BYTES));
    const { launch, body } = buildLaunch({
      name,
      spec,
      candidate,
      recipe: deps.planner.recipe(spec, candidate, facts),
      key: deps.random.hex(KEY_BYTES),
      hfToken: await deps.hfToken(),
      apiUrl: deps.apiUrl,
      scripts: deps.guardScripts,
      bootGraceSeconds: this.#parts.timing.bootGraceMs / 1000,
      now: this.#cloudNow(),
      overrideIgnored,
    });
    const intent = this.#intent(record, { kind: 'create', podName: name, podId: null, launch });
    store.openIntent(intent);
    try {
      const made = await deps.api.pods.create(body, signal);
      post({ type: 'created', intent, launch, pod: podFacts(made) });
    } catch (error) {
      if (isAbort(error)) throw error;
      const outcome = createOutcome(error);
      if (outcome.lost) post({ type: 'create-lost', intent, error: toErrorBody(error) });
      else post({ type: 'create-refused', intent, candidate: candidateKey(candidate), refusal: outcome });
    }
  }

  #overrideIgnored(): boolean {
    const memory = this.#parts.store.meta('override-ignored');
    return memory !== null && this.#parts.deps.clock.now() - memory.at < this.#parts.timing.overrideMemoryMs;
  }

  async #lookup(intent: Intent, { post, signal }: EffectContext): Promise<void> {
    const { launch } = intent;
    if (launch === null) throw new AppError('internal', 'A create intent without its launch.');
    try {
      const pods = await this.#parts.deps.api.pods.list(signal);
      const matches = pods
        .filter((entry) => entry.name === intent.podName && entry.status !== 'TERMINATED')
        .map((entry) => podFacts(entry))
        .sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));
      const [found] = matches;
      post(
        found === undefined
          ? { type: 'lookup-empty', intent }
          : { type: 'lookup-found', intent, launch, pod: found },
      );
    } catch (error) {
      if (isAbort(error)) throw error;
      post({ type: 'lookup-failed', error: toErrorBody(error) });
    }
  }

  /** The old deadline would end the pod at once, so it gets a new one first; `env` is replaced whole (trap 21). */
  async #start(kept: PodRecord, { record, post, signal }: EffectContext): Promise<void> {
    const { deps, store } = this.#parts;
    const deadlineAt = this.#cloudNow() + record.spec.watchdog.maxHours * 3_600_000;
    const intent = this.#intent(record, { kind: 'start', podName: kept.name, podId: kept.id, launch: null });
    store.openIntent(intent);
    try {
      if (kept.launch.guard.mode !== 'off') {
        const { env } = await deps.api.pods.get(kept.id, signal);
        await deps.api.pods.update(kept.id, { env: { ...env, ...deadlineEnv(deadlineAt) } }, signal);
      }
      const started = await deps.api.pods.action(kept.id, 'start', signal);
      store.closeIntent(intent.id, 'started', deps.clock.now());
      if (started === null) throw new AppError('runpod_bad_answer', 'RunPod answered a start with nothing.');
      post({ type: 'pod-started', pod: podFacts(started), deadlineAt, reason: 'start' });
    } catch (error) {
      if (isAbort(error)) throw error;
      store.closeIntent(intent.id, asAppError(error).code, deps.clock.now());
      post(startFailure(error));
    }
  }

  async #restart(running: PodRecord, { post, signal }: EffectContext): Promise<void> {
    try {
      const restarted = await this.#parts.deps.api.pods.action(running.id, 'restart', signal);
      if (restarted === null)
        throw new AppError('runpod_bad_answer', 'RunPod answered a restart with nothing.');
      post({
        type: 'pod-started',
        pod: podFacts(restarted),
        deadlineAt: running.launch.guard.deadlineAt,
        reason: 'restart',
      });
    } catch (error) {
      if (isAbort(error)) throw error;
      post(startFailure(error));
    }
  }

  async #unlock(locked: PodRecord, { post, signal }: EffectContext): Promise<void> {
    try {
      post({
        type: 'unlocked',
        pod: podFacts(await this.#parts.deps.api.pods.update(locked.id, { locked: false }, signal)),
      });
    } catch (error) {
      if (isAbort(error)) throw error;
      post({ type: 'end-failed', action: 'stop', error: toErrorBody(error) });
    }
  }

  /** A full disk must not keep money flowing: an end is safe to repeat, so it is sent even where it cannot be noted. */
  async #end(
    ours: PodRecord,
    action: 'stop' | 'terminate',
    { record, post, signal }: EffectContext,
  ): Promise<void> {
    const { deps, store } = this.#parts;
    const intent = this.#intent(record, { kind: action, podName: ours.name, podId: ours.id, launch: null });
    this.#try(() => store.openIntent(intent));
    post({ type: 'end-sent' });
    try {
      if (action === 'stop') await deps.api.pods.action(ours.id, 'stop', signal);
      else await deps.api.pods.delete(ours.id, signal);
      this.#try(() => store.closeIntent(intent.id, 'accepted', deps.clock.now()));
      post({ type: 'end-accepted', action });
    } catch (error) {
      if (isAbort(error)) throw error;
      const known = asAppError(error);
      this.#try(() => store.closeIntent(intent.id, known.code, deps.clock.now()));
      if (known.code === 'runpod_not_found') post({ type: 'pod-gone', askedAt: deps.clock.now() });
      else post({ type: 'end-failed', action, error: toErrorBody(known) });
    }
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.deps.log.error({ error }, 'an end could not be noted');
    }
  }

  async #read(ours: PodRecord, { post, signal }: EffectContext): Promise<void> {
    const askedAt = this.#parts.deps.clock.now();
    try {
      post({
        type: 'pod-read',
        pod: podFacts(await this.#parts.deps.api.pods.get(ours.id, signal)),
        askedAt,
      });
    } catch (error) {
      if (isAbort(error)) throw error;
      const known = asAppError(error);
      if (known.code === 'runpod_not_found') post({ type: 'pod-gone', askedAt });
      else post({ type: 'read-failed', error: toErrorBody(known) });
    }
  }

  async #pull(context: EffectContext): Promise<void> {
    const { post, signal } = context;
    try {
      await pullModel(
        this.#target(context),
        this.#tools(),
        (detail) => post({ type: 'pull-progress', detail }),
        signal,
      );
      post({ type: 'pulled' });
    } catch (error) {
      if (isAbort(error)) throw error;
      const known = asAppError(error);
      post({ type: 'pull-failed', error: toErrorBody(known), retryable: known.retryable });
    }
  }

  #target(context: EffectContext): ProbeTarget {
    const { launch, id } = pod(context);
    return {
      url: podUrl(this.#parts.deps.podUrlTemplate, id, launch.port),
      backend: launch.backend,
      key: launch.key,
      servedModel: launch.servedModel,
      model: context.record.spec.model,
    };
  }

  #tools(): ProbeTools {
    const { deps, timing } = this.#parts;
    return {
      fetch: deps.fetch,
      clock: deps.clock,
      timeoutMs: timing.probeTimeoutMs,
      tokenTimeoutMs: timing.tokenTimeoutMs,
    };
  }

  #intent(record: DeploymentRecord, parts: Pick<Intent, 'kind' | 'podName' | 'podId' | 'launch'>): Intent {
    return {
      id: this.#parts.deps.ids.next('int'),
      deploymentId: record.id,
      sentAt: this.#cloudNow(),
      ...parts,
    };
  }

  #cloudNow(): number {
    return this.#parts.deps.clock.now() + this.#parts.deps.api.clockOffsetMs();
  }
}

export function podUrl(template: string, podId: string, port: number): string {
  return template.replace('{podId}', podId).replace('{port}', String(port)).replace(/\/$/, '');
}

function pod({ record }: EffectContext): PodRecord {
  if (record.pod === null) throw new AppError('internal', 'The pod is gone before its effect began.');
  return record.pod;
}

/** FACTS 2.8, PROXY-TRAPS 49: no GPU left or a pod that is gone: rebuild elsewhere. Not allowed now: look at it. */
function startFailure(thrown: unknown): DeploymentEvent {
  const known = asAppError(thrown);
  const error = toErrorBody(known);
  switch (known.code) {
    case 'no_gpu_capacity':
    case 'runpod_not_found':
    case 'runpod_rejected':
      return { type: 'pod-start-refused', error, rebuild: true };
    case 'runpod_key_missing':
    case 'runpod_key_invalid':
    case 'runpod_key_forbidden':
    case 'runpod_balance_empty':
      return { type: 'pod-start-refused', error, rebuild: false };
    default:
      return { type: 'pod-start-lost', error };
  }
}
