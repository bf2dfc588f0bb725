import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

/** When the end of billing is not known to the second, the later instant is booked and the bill settles it. */

let w: World;
afterEach(() => w.dispose());

async function ready(): Promise<string> {
  w = world();
  w.fleet.start();
  await w.fleet.create(wish(), true, never);
  await w.pass(60_000);
  return w.cloud.pod().pod.id;
}

const lost = (): AppError =>
  new AppError('runpod_unavailable', 'RunPod has trouble.', { details: { mayHaveHappened: true } });

/** Seconds that a pod billed, by the ledger and by the cloud. */
function seconds(podId: string): { readonly booked: number; readonly billed: number } {
  const usd = w.ledger.spent({ kind: 'compute' }, 0, w.clock.now());
  return {
    booked: (usd / w.cloud.priceOf(podId)) * 3600,
    billed: (w.cloud.billed.get(podId) ?? 0) / 1000,
  };
}

const isEstimated = (podId: string): boolean =>
  w.ledger.unsettled().some((entry) => entry.resourceId === podId);

describe('the end of a pod is booked', () => {
  it('to the second when the first call is answered at once', async () => {
    const id = await ready();
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(isEstimated(id)).toBe(false);
    expect(seconds(id).booked).toBeCloseTo(seconds(id).billed, 0);
  });

  it('by the answer, never short, when that comes late', async () => {
    const id = await ready();
    vi.spyOn(w.cloud.api.pods, 'delete').mockImplementation(async () => {
      await w.clock.sleep(14_000);
      w.cloud.vanish(id);
      await w.clock.sleep(1000);
      return 'ended';
    });
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(isEstimated(id)).toBe(true);
    expect(seconds(id).booked - seconds(id).billed).toBeCloseTo(1, 0);
  });

  it('as an estimate when RunPod did not know the pod any more', async () => {
    const id = await ready();
    w.cloud.vanish(id);
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(isEstimated(id)).toBe(true);
  });

  it('as an estimate when an earlier call may have ended it', async () => {
    const id = await ready();
    w.cloud.failures.set('delete', [lost()]);
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(isEstimated(id)).toBe(true);
    expect(seconds(id).booked).toBeGreaterThanOrEqual(seconds(id).billed - 1);
  });

  it('as an estimate when nobody has seen the pod for a while', async () => {
    const id = await ready();
    w.cloud.failures.set(
      'list',
      Array.from({ length: 20 }, () => lost()),
    );
    await w.pass(120_000);
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(isEstimated(id)).toBe(true);
  });

  it('by the bill alone when it was over before the app first saw the pod', async () => {
    w = world();
    w.cloud.creates.push({ do: 'lose', error: lost() });
    w.fleet.start();
    await w.fleet.create(wish({ onStop: 'keep' }), true, never);
    await w.pass(1000);
    const { id } = w.cloud.pod().pod;
    w.cloud.exit(id);
    await w.pass(60_000);
    expect(isEstimated(id)).toBe(true);
  });
});

describe('an orphan', () => {
  async function appears(): Promise<string> {
    w = world();
    // Longer than a lost create is looked for.
    w.cloud.creates.push({ do: 'lose', error: lost(), listLagMs: 30_000 });
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    await w.pass(1000);
    const { id } = w.cloud.pod().pod;
    await w.pass(25_000);
    return id;
  }

  it('that ends by a call whose answer is lost bills no further', async () => {
    const id = await appears();
    vi.spyOn(w.cloud.api.pods, 'delete').mockImplementationOnce(() => {
      w.cloud.vanish(id);
      return Promise.reject(lost());
    });
    await w.pass(60_000);
    expect(w.cloud.billing).not.toContain(id);
    expect(w.ledger.open().map((entry) => entry.resourceId)).not.toContain(id);
    expect(isEstimated(id)).toBe(true);
  });

  it('that is stopped when it comes to light is left to the bill', async () => {
    const id = await appears();
    w.cloud.exit(id);
    await w.pass(60_000);
    expect(isEstimated(id)).toBe(true);
  });
});
