import { asAppError, isAbort } from '../../shared/errors.ts';
import type { PlanCandidate } from '../../shared/model.ts';
import type { DeploymentActor } from './actor.ts';
import type { Market } from './market.ts';
import { decideMode, WINDOW_MS, type AutoFacts } from './policy/auto-mode.ts';
import { machinesOf, type MachineFacts } from './policy/machines.ts';
import type { DeploymentRecord } from './record.ts';
import { serverlessGpu } from './serverless/looking.ts';
import type { Timing } from './timing.ts';
import type { Use } from './policy/use.ts';
import type { FleetDeps, Usage } from './types.ts';

/** The planner's refusals: one of the two kinds cannot be had as the deployment is told. */
const UNFIT: ReadonlySet<string> = new Set(['invalid_input', 'model_does_not_fit', 'unsupported']);

export interface AutoWatchParts {
  readonly deps: FleetDeps;
  readonly market: Market;
  readonly timing: Timing;
}

/** Weighs deployments of mode `auto` now and then: their own requests, replayed on a pod and on serverless workers. */
export class AutoWatch {
  readonly #parts: AutoWatchParts;
  readonly #end = new AbortController();
  #weighing: Promise<void> | null = null;
  #weighedAt = new Map<string, number>();

  constructor(parts: AutoWatchParts) {
    this.#parts = parts;
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    await this.#weighing;
  }

  /** Called at every look at the account; weighs one deployment at a time, where one is due. */
  tick(actor: DeploymentActor): void {
    const { deps, timing } = this.#parts;
    const { id, auto } = actor.record;
    const now = deps.clock.now();
    if (auto === null || deps.usage === undefined) return;
    if (this.#weighing !== null || this.#end.signal.aborted) return;
    if (now - (this.#weighedAt.get(id) ?? auto.weighedAt ?? 0) < timing.weighMs) return;
    this.#weighedAt.set(id, now);
    this.#weighing = this.#weigh(actor).finally(() => {
      this.#weighing = null;
    });
  }

  async #weigh(actor: DeploymentActor): Promise<void> {
    try {
      const facts = await this.#facts(actor);
      if (facts === null || actor.disposed) return;
      const { mode, why } = decideMode(facts);
      actor.post({ type: 'mode-weighed', to: mode, why });
    } catch (error) {
      if (isAbort(error) || this.#end.signal.aborted) return;
      const { code, requestId, message } = asAppError(error);
      const { auto } = actor.record;
      if (auto !== null && UNFIT.has(code)) {
        const here = auto.mode === 'pod' ? 'a pod' : 'serverless';
        actor.post({ type: 'mode-weighed', to: auto.mode, why: `It stays on ${here}: ${message}` });
        return;
      }
      const { log } = this.#parts.deps;
      log.warn({ deployment: actor.record.id, code, requestId }, 'pod and serverless could not be compared');
    }
  }

  /** null = one of the two cannot be had now. */
  async #facts({ record, state }: DeploymentActor): Promise<AutoFacts | null> {
    const { market, deps } = this.#parts;
    const { spec } = record;
    const { signal } = this.#end;
    const pod = (await market.plan(spec, signal, 'pod')).plan.candidates.at(0);
    const worker = (await market.plan(spec, signal, 'serverless')).plan.candidates.at(0);
    const { auto } = record;
    const [first, ...later] = auto?.changes ?? [];
    if (pod === undefined || worker === undefined || auto === null || first === undefined) return null;
    if (deps.usage === undefined) return null;
    const now = deps.clock.now();
    const since = Math.max(deps.usage.startOfMonth(now), auto.since);
    return {
      ...machinesOf(spec, this.#machineFacts(record, pod, worker)),
      uses: usesByName(deps.usage, record, Math.min(since, now - WINDOW_MS), now),
      now,
      since,
      changes: [first, ...later],
      inFlight: state.live.inFlight,
    };
  }

  /** Real rates where something is there, else those of the plan; times as they were, else as the plan thinks. */
  #machineFacts(
    { spec, pod, endpoint, idle }: DeploymentRecord,
    podPlan: PlanCandidate,
    workerPlan: PlanCandidate,
  ): MachineFacts {
    const podGpu = pod?.launch.gpuTypeId ?? podPlan.gpuTypeId;
    const workerGpu = endpoint?.launch.gpus[0];
    return {
      podUsdPerHour: pod?.rateUsdPerHour ?? podPlan.usdPerHour,
      workerUsdPerHour: workerGpu?.usdPerHour ?? workerPlan.usdPerHour,
      podStartMs: this.#startMs(podGpu, spec.model, podPlan),
      workerStartMs: this.#startMs(
        serverlessGpu(workerGpu?.gpuTypeId ?? workerPlan.gpuTypeId),
        spec.model,
        workerPlan,
      ),
      workerQuickStartMs: null,
      computedIdleMinutes: idle?.minutes ?? spec.idle.minutes,
    };
  }

  #startMs(gpu: string, model: string, { secondsToFirstToken }: PlanCandidate): number {
    const { medianSeconds } = this.#parts.market.bootTime(gpu, model);
    const { low, high } = secondsToFirstToken;
    return (medianSeconds ?? (low + high) / 2) * 1000;
  }
}

/** Its requests under every name it had: another deployment may have had one of them before, or have it now. */
export function usesByName(
  usage: Usage,
  { spec, auto }: Pick<DeploymentRecord, 'spec' | 'auto'>,
  fromMs: number,
  now: number,
): Use[] {
  const uses: Use[] = [];
  let from = fromMs;
  for (const { name, untilMs } of auto?.formerNames ?? []) {
    if (untilMs <= from) continue;
    uses.push(...usage.uses(name, from, untilMs));
    from = untilMs;
  }
  return [...uses, ...usage.uses(spec.name, from, now)].toSorted((a, b) => a.at - b.at);
}
