import type { AppError } from '../../src/shared/errors.ts';
import { abortError } from '../../src/main/platform/clock.ts';
import type { Lease, Target, TargetSource, TargetState, Upstream } from '../../src/main/target.ts';

/** A target whose life is told by the test. */
export class FakeTarget implements Target {
  readonly id: string;
  readonly name: string;
  readonly models: readonly string[];
  contextTokens = 32_768;
  readonly simulated = false;
  leasesBegun = 0;
  leasesEnded = 0;
  readonly served: boolean[] = [];
  unreachableReports = 0;
  wakes = 0;
  /** The last wake was for no request of its own. */
  ahead = false;
  waiting = 0;
  /** Why requests may not wake it. */
  refused: AppError | null = null;
  /** RunPod starts and ends its workers. */
  serverless = false;
  /** What happens when the upstream is reported dead; by default it is proven alive again at once. */
  onUnreachable: () => void = () => {};
  #upstream: Upstream | null;
  #state: TargetState = 'ready';
  #waiters: { resolve: (upstream: Upstream) => void; reject: (error: Error) => void }[] = [];

  constructor(name: string, upstream: Upstream | null, models: readonly string[] = [name]) {
    this.id = `dep_${name}`;
    this.name = name;
    this.models = models;
    this.#upstream = upstream;
    if (upstream === null) this.#state = 'sleeping';
  }

  state(): TargetState {
    return this.#state;
  }
  upstream(): Upstream | null {
    return this.#state === 'ready' ? this.#upstream : null;
  }

  sleep(): void {
    this.#state = 'sleeping';
  }
  wakeUp(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#state = 'ready';
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(upstream);
  }
  failBoot(error: Error): void {
    this.#state = 'failed';
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  scalesItself(): boolean {
    return this.serverless;
  }

  refusal(): AppError | null {
    return this.refused;
  }

  ensureReady(signal: AbortSignal, ahead = false): Promise<Upstream> {
    const ready = this.upstream();
    if (ready !== null) return Promise.resolve(ready);
    if (this.#state !== 'waking') this.wakes++;
    this.ahead = ahead;
    this.#state = 'waking';
    this.waiting++;
    return new Promise<Upstream>((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.push(waiter);
      signal.addEventListener('abort', () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(abortError(signal));
      });
    }).finally(() => {
      this.waiting--;
    });
  }

  lease(): Lease {
    this.leasesBegun++;
    let ended = false;
    return {
      end: (served) => {
        if (ended) throw new Error('a lease was ended twice');
        ended = true;
        this.leasesEnded++;
        this.served.push(served);
      },
    };
  }

  reportUnreachable(): void {
    this.unreachableReports++;
    this.onUnreachable();
  }
}

export class FakeTargets implements TargetSource {
  targets: FakeTarget[];
  readonly #listeners = new Set<() => void>();

  constructor(...targets: FakeTarget[]) {
    this.targets = targets;
  }
  list(): readonly Target[] {
    return this.targets;
  }
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  set(...targets: FakeTarget[]): void {
    this.targets = targets;
    for (const listener of this.#listeners) listener();
  }
}

export function upstreamAt(url: string, fields: Partial<Upstream> = {}): Upstream {
  return {
    baseUrl: `${url}/v1`,
    headers: { authorization: 'Bearer pod-key' },
    servedModel: 'served',
    fingerprint: 'f1',
    ...fields,
  };
}
