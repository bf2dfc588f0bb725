import fc from 'fast-check';
import { AppError } from '../../../src/shared/errors.ts';
import { never, settled, wish, type World } from './harness.ts';

/** What people do to a deployment. */
const VERBS = ['start', 'stop', 'restart', 'wake', 'edit', 'keep-alive', 'lease', 'unreachable'] as const;
/** What the cloud and chance do. */
const FATES = ['exit', 'vanish', 'lock', 'phantom-stop', 'crash-line', 'zero-gpu', 'twice'] as const;
const CALLS = ['list', 'get', 'stop', 'start', 'restart', 'delete', 'update', 'logs'] as const;
const CREATES = ['lose', 'drop', 'ghost', 'no-capacity', 'unreachable'] as const;

export type Act =
  | { readonly verb: (typeof VERBS)[number] }
  | { readonly fate: (typeof FATES)[number] }
  | { readonly pass: number }
  | { readonly crash: number }
  | { readonly fail: (typeof CALLS)[number]; readonly times: number }
  | { readonly create: (typeof CREATES)[number]; readonly lagMs: number };

export const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ verb: fc.constantFrom(...VERBS) }),
  fc.record({ fate: fc.constantFrom(...FATES) }),
  fc.record({ pass: fc.integer({ min: 0, max: 90 }) }),
  fc.record({ crash: fc.integer({ min: 0, max: 300 }) }),
  fc.record({ fail: fc.constantFrom(...CALLS), times: fc.integer({ min: 1, max: 5 }) }),
  // Lags within the five looks of two seconds, and beyond them.
  fc.record({ create: fc.constantFrom(...CREATES), lagMs: fc.integer({ min: 0, max: 7000 }) }),
  fc.record({ create: fc.constant('lose' as const), lagMs: fc.integer({ min: 8000, max: 120_000 }) }),
);

const LONGEST_LOOKED_FOR_MS = 7000;
/** Looks at the account fail up to five times in a row, each after a longer pause. */
const SEEN_WITHIN_MS = 240_000;

const lost = (): AppError =>
  new AppError('runpod_unavailable', 'RunPod has trouble.', { details: { mayHaveHappened: true } });

/** One deployment "qwen" led through acts; keeps what was wrong on the way. */
export class Walk {
  readonly problems: string[] = [];
  readonly #w: World;
  /** A pod ended by itself or never was, or the app was away: the ledger can only estimate. */
  #blind = false;
  #edits = 0;
  /** A create was given up before lists show its pod. */
  #lags = false;
  #twoSince: number | null = null;

  constructor(w: World) {
    this.#w = w;
  }

  async take(step: Act): Promise<void> {
    const { cloud } = this.#w;
    if ('verb' in step) await this.#people(step.verb);
    else if ('fate' in step) this.#chance(step.fate);
    else if ('pass' in step) await this.#pass(step.pass * 1000);
    else if ('fail' in step) cloud.failures.set(step.fail, Array.from({ length: step.times }, lost));
    else if ('create' in step) {
      this.#blind ||= step.create === 'ghost';
      this.#lags ||= step.lagMs > LONGEST_LOOKED_FOR_MS;
      cloud.creates.push(trick(step.create, step.lagMs));
    } else if ('crash' in step) await this.#crash(step.crash * 1000);
    this.#check();
  }

  /** The weather clears: in the end what people want is what is. */
  async comesToRest(wished: 'running' | 'stopped'): Promise<void> {
    const { cloud, clock, fleet } = this.#w;
    cloud.creates = [];
    cloud.failures.clear();
    cloud.phantomStops = 0;
    cloud.startsWithoutGpu = 0;
    // Whatever is under way ends by itself or at its bounds.
    for (let n = 0; n < 60; n++) await clock.advance(10_000);
    if (wished === 'running') fleet.startDeployment('qwen');
    else fleet.stop('qwen');
    for (let n = 0; n < 30 && !this.#rests(wished); n++) await clock.advance(10_000);
    this.#judge(wished);
  }

  #rests(wished: 'running' | 'stopped'): boolean {
    const { state, stillBilling } = this.#w.fleet.get('qwen');
    return wished === 'running' ? state === 'ready' : !stillBilling && ['stopped', 'failed'].includes(state);
  }

  #judge(wished: 'running' | 'stopped'): void {
    const { fleet, cloud, ledger, db } = this.#w;
    const { state, problem, stillBilling } = fleet.get('qwen');
    const bills = cloud.billing.length;
    const meters = ledger.open().filter((entry) => entry.kind === 'compute').length;
    this.#require(this.#rests(wished), `wished ${wished}, is ${state} (${problem?.code}, ${stillBilling})`);
    this.#require(bills === (wished === 'running' ? 1 : 0), `${bills} pods bill`);
    this.#require(meters === bills, `${meters} meters run for ${bills} pods`);
    const open = db.all('SELECT kind FROM deployment_intents WHERE outcome IS NULL').length;
    this.#require(open === 0, `${open} intents are open`);
    if (wished === 'stopped' && !this.#blind) {
      const off = this.#secondsOff();
      this.#require(off < 2, `the ledger is ${off} seconds off`);
    }
  }

  /** What must hold at every instant. */
  #check(): void {
    const { fleet } = this.#w;
    this.#neverTwo();
    const { state } = fleet.get('qwen');
    const reachable = fleet.targets.list()[0]?.upstream() !== null;
    this.#require(reachable === (state === 'ready'), `${state}, and ${reachable ? 'an' : 'no'} upstream`);
  }

  /** Two at once only where RunPod showed one too late, and no longer than it takes to see it. */
  #neverTwo(): void {
    const { cloud, clock } = this.#w;
    const shown = cloud.alive().filter(({ listedFrom }) => !this.#lags || listedFrom <= cloud.cloudNow());
    this.#twoSince = shown.length <= 1 ? null : (this.#twoSince ?? clock.now());
    const since = this.#twoSince;
    const isSeen = since !== null && (!this.#lags || clock.now() - since > SEEN_WITHIN_MS);
    this.#require(!isSeen, `${shown.length} pods at once`);
  }

  #require(holds: boolean, otherwise: string): void {
    if (!holds) this.problems.push(otherwise);
  }

  async #crash(awayMs: number): Promise<void> {
    this.#blind = true;
    await this.#w.fleet.dispose();
    await this.#w.clock.advance(awayMs);
    await this.#w.restart();
    // What is not there sees nothing.
    if (this.#twoSince !== null) this.#twoSince += awayMs;
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      await this.#w.clock.advance(Math.min(1000, left));
      this.#check();
    }
  }

  async #people(verb: (typeof VERBS)[number]): Promise<void> {
    const { fleet } = this.#w;
    const [target] = fleet.targets.list();
    switch (verb) {
      case 'start':
        fleet.startDeployment('qwen');
        return;
      case 'stop':
        fleet.stop('qwen');
        return;
      case 'restart':
        fleet.restart('qwen');
        return;
      case 'wake':
        if (target !== undefined) void settled(target.ensureReady(never));
        return;
      case 'edit': {
        const { onStop } = fleet.get('qwen').spec;
        await fleet.edit('qwen', wish({ onStop, contextTokens: 4096 + (this.#edits++ % 3) * 1024 }), never);
        return;
      }
      case 'keep-alive':
        if (fleet.get('qwen').state === 'ready') fleet.keepAlive('qwen', 5);
        return;
      case 'lease':
        target?.lease().end(true);
        return;
      case 'unreachable':
        target?.reportUnreachable();
    }
  }

  #chance(fate: (typeof FATES)[number]): void {
    const { cloud } = this.#w;
    if (fate === 'phantom-stop') cloud.phantomStops = 1;
    if (fate === 'zero-gpu') cloud.startsWithoutGpu = 1;
    if (fate === 'twice') cloud.duplicateLists = 2;
    const [entry] = cloud.alive();
    if (entry === undefined) return;
    const { pod } = entry;
    this.#blind ||= fate === 'exit' || fate === 'vanish';
    if (fate === 'exit' && pod.status === 'RUNNING') cloud.exit(pod.id);
    if (fate === 'vanish') cloud.vanish(pod.id);
    if (fate === 'lock') entry.pod = { ...pod, locked: true };
    if (fate !== 'crash-line') return;
    cloud.say('start container for x: begin', 'system');
    cloud.say('torch.OutOfMemoryError: CUDA out of memory.');
  }

  /** How far the ledger is off what was really billed, in seconds of the cheaper GPU. */
  #secondsOff(): number {
    const { cloud, ledger, clock } = this.#w;
    const billed = [...cloud.billed].reduce((sum, [id, ms]) => sum + (ms * cloud.priceOf(id)) / 3_600_000, 0);
    return (Math.abs(ledger.spent({ kind: 'compute' }, 0, clock.now()) - billed) / 0.69) * 3600;
  }
}

function trick(how: (typeof CREATES)[number], listLagMs: number): World['cloud']['creates'][number] {
  switch (how) {
    case 'lose':
      return { do: 'lose', error: lost(), listLagMs };
    case 'drop':
      return { do: 'drop', error: lost() };
    case 'ghost':
      return { do: 'ghost' };
    case 'unreachable':
      return { do: 'refuse', error: new AppError('runpod_unreachable', 'no network') };
    case 'no-capacity':
      return {
        do: 'refuse',
        error: new AppError('no_gpu_capacity', 'none free', { details: { status: 400 } }),
      };
  }
}
