import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

/** Everything people, the cloud and fate can do to a deployment, in any order. */
type Act =
  | { readonly do: 'start' | 'stop' | 'restart' | 'wake' | 'edit' | 'keep-alive' | 'lease' | 'unreachable' }
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'crash'; readonly seconds: number }
  | { readonly do: 'fail'; readonly call: string; readonly times: number }
  | {
      readonly do: 'create';
      readonly how: 'lose' | 'drop' | 'ghost' | 'no-capacity' | 'unreachable';
      readonly lagMs: number;
    }
  | { readonly do: 'exit' | 'vanish' | 'lock' | 'phantom-stop' | 'crash-line' | 'zero-gpu' | 'twice' };

const act = fc.oneof(
  fc.record({
    do: fc.constantFrom('start', 'stop', 'restart', 'wake', 'edit', 'keep-alive', 'lease', 'unreachable'),
  }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 0, max: 90 }) }),
  fc.record({ do: fc.constant('crash' as const), seconds: fc.integer({ min: 0, max: 300 }) }),
  fc.record({
    do: fc.constant('fail' as const),
    call: fc.constantFrom('list', 'get', 'stop', 'start', 'restart', 'delete', 'update', 'logs'),
    times: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    do: fc.constant('create' as const),
    how: fc.constantFrom('lose', 'drop', 'ghost', 'no-capacity', 'unreachable'),
    // Within the five looks of two seconds; a longer lag is the orphans' business.
    lagMs: fc.integer({ min: 0, max: 7000 }),
  }),
  fc.record({
    do: fc.constantFrom('exit', 'vanish', 'lock', 'phantom-stop', 'crash-line', 'zero-gpu', 'twice'),
  }),
) as fc.Arbitrary<Act>;

const lost = (): AppError =>
  new AppError('runpod_unavailable', 'RunPod has trouble.', { details: { mayHaveHappened: true } });

class Walk {
  readonly w: World;
  /** Something ended a pod, or the app was away: the ledger can only estimate. */
  blind = false;
  #edits = 0;

  constructor(w: World) {
    this.w = w;
  }

  async take(step: Act): Promise<void> {
    const { fleet, cloud, clock } = this.w;
    const [target] = fleet.targets.list();
    switch (step.do) {
      case 'start':
        fleet.startDeployment('qwen');
        break;
      case 'stop':
        fleet.stop('qwen');
        break;
      case 'restart':
        fleet.restart('qwen');
        break;
      case 'wake':
        void target?.ensureReady(never).catch(() => undefined);
        break;
      case 'edit':
        await fleet.edit('qwen', this.#wish({ contextTokens: 4096 + (this.#edits++ % 3) * 1024 }), never);
        break;
      case 'keep-alive':
        if (fleet.get('qwen').state === 'ready') fleet.keepAlive('qwen', 5);
        break;
      case 'lease':
        target?.lease().end(true);
        break;
      case 'unreachable':
        target?.reportUnreachable();
        break;
      case 'pass':
        await this.#pass(step.seconds * 1000);
        break;
      case 'crash':
        this.blind = true;
        await fleet.dispose();
        await clock.advance(step.seconds * 1000);
        await this.w.restart();
        break;
      case 'fail':
        cloud.failures.set(step.call, Array.from({ length: step.times }, lost));
        break;
      case 'create':
        cloud.creates.push(createTrick(step.how, step.lagMs));
        break;
      default:
        this.#fate(step.do);
    }
    this.check();
  }

  /** What must hold at every instant. */
  check(): void {
    const { cloud, fleet } = this.w;
    expect(cloud.alive().length).toBeLessThanOrEqual(1);
    const view = fleet.list()[0];
    if (view === undefined) return;
    if (view.state === 'ready') expect(fleet.targets.list()[0]?.upstream()).not.toBeNull();
    else expect(fleet.targets.list()[0]?.upstream()).toBeNull();
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      await this.w.clock.advance(Math.min(1000, left));
      this.check();
    }
  }

  #wish(more: object): ReturnType<typeof wish> {
    return wish({ onStop: this.w.fleet.get('qwen').spec.onStop, ...more });
  }

  #fate(what: string): void {
    const { cloud } = this.w;
    const [pod] = cloud.alive();
    if (what === 'phantom-stop') cloud.phantomStops = 1;
    if (what === 'zero-gpu') cloud.startsWithoutGpu = 1;
    if (what === 'twice') cloud.duplicateLists = 2;
    if (pod === undefined) return;
    this.blind ||= what === 'exit' || what === 'vanish';
    if (what === 'exit' && pod.pod.status === 'RUNNING') cloud.exit(pod.pod.id);
    if (what === 'vanish') cloud.vanish(pod.pod.id);
    if (what === 'lock') pod.pod = { ...pod.pod, locked: true };
    if (what === 'crash-line') {
      cloud.say('start container for x: begin', 'system');
      cloud.say('torch.OutOfMemoryError: CUDA out of memory.');
    }
  }
}

function createTrick(how: string, listLagMs: number): World['cloud']['creates'][number] {
  switch (how) {
    case 'lose':
      return { do: 'lose', error: lost(), listLagMs };
    case 'drop':
      return { do: 'drop', error: lost() };
    case 'ghost':
      return { do: 'ghost' };
    case 'unreachable':
      return { do: 'refuse', error: new AppError('runpod_unreachable', 'no network') };
    default:
      return {
        do: 'refuse',
        error: new AppError('no_gpu_capacity', 'none free', { details: { status: 400 } }),
      };
  }
}

describe('a random life', () => {
  // The seed of a failing run is printed by fast-check with its path: `{ seed, path }` repeats it.
  it.each(['terminate', 'keep'] as const)(
    'never has two pods, and always comes to rest as wished (onStop: %s)',
    async (onStop) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.array(act, { minLength: 1, maxLength: 25 }),
          fc.constantFrom('running', 'stopped'),
          async (seed, acts, wished) => {
            const w = world({ seed, timing: { stuckPullingMs: 300_000, stuckLoadingMs: 300_000 } });
            try {
              w.fleet.start();
              await w.fleet.create(wish({ onStop }), false, never);
              const walk = new Walk(w);
              for (const step of acts) await walk.take(step);
              await comesToRest(walk, wished);
            } finally {
              await w.dispose();
            }
          },
        ),
        { numRuns: 150 },
      );
    },
    120_000,
  );
});

/** The weather clears: in the end what people want is what is. */
async function comesToRest({ w, blind }: Walk, wished: 'running' | 'stopped'): Promise<void> {
  w.cloud.creates = [];
  w.cloud.failures.clear();
  w.cloud.phantomStops = 0;
  w.cloud.startsWithoutGpu = 0;
  // Whatever is under way ends by itself or at its bounds.
  for (let n = 0; n < 60; n++) await w.clock.advance(10_000);
  if (wished === 'running') {
    w.fleet.startDeployment('qwen');
    for (let n = 0; n < 30 && w.fleet.get('qwen').state !== 'ready'; n++) await w.clock.advance(10_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', problem: null, stillBilling: false });
    expect(w.cloud.billing).toHaveLength(1);
  } else {
    w.fleet.stop('qwen');
    for (let n = 0; n < 30 && w.fleet.get('qwen').stillBilling; n++) await w.clock.advance(10_000);
    expect(w.fleet.get('qwen').stillBilling).toBe(false);
    expect(['stopped', 'failed']).toContain(w.fleet.get('qwen').state);
    expect(w.cloud.billing).toEqual([]);
    expect(w.ledger.open().filter((entry) => entry.kind === 'compute')).toEqual([]);
    if (!blind) expect(secondsOff(w)).toBeLessThan(2);
  }
  expect(w.db.all('SELECT id FROM deployment_intents WHERE outcome IS NULL')).toEqual([]);
}

/** How far the ledger is off what was really billed, in seconds of the cheaper GPU. */
function secondsOff({ cloud, ledger, clock }: World): number {
  const billed = [...cloud.billed].reduce((sum, [id, ms]) => sum + (ms * cloud.priceOf(id)) / 3_600_000, 0);
  return (Math.abs(ledger.spent({ kind: 'compute' }, 0, clock.now()) - billed) / 0.69) * 3600;
}
