import { describe, expect, it } from 'vitest';
import { createLocalApi } from '../../../src/main/control/local-api.ts';
import { createActGuard } from '../../../src/main/desktop/guard/act-guard.ts';
import { actQuestion, type GuardedAct } from '../../../src/main/desktop/guard/act-questions.ts';
import type { Question } from '../../../src/main/desktop/system/questions.ts';
import { de } from '../../../src/main/desktop/words/de.ts';
import { en } from '../../../src/main/desktop/words/en.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { GUARDED } from '../../../src/shared/guarded.ts';
import type { DeploymentView } from '../../../src/shared/model.ts';
import { createFakeManager } from '../../support/fake-manager.ts';
import { sampleDeployments, sampleSweep } from '../../support/samples.ts';

const [ready, , stopped] = sampleDeployments() as [DeploymentView, DeploymentView, DeploymentView];
const limits = (usdPerDay: number | null, usdPerMonth: number | null = null) => ({ usdPerDay, usdPerMonth });

const ACTS: readonly GuardedAct[] = [
  { method: 'deployments.terminate', view: ready },
  { method: 'deployments.stopAll', views: [ready] },
  { method: 'radar.stop', kind: 'pod', id: 'p1', name: 'theirs' },
  { method: 'radar.terminate', kind: 'network-volume', id: 'v1', name: null },
  { method: 'radar.sweep', things: sampleSweep(['podtest2']).things },
  { method: 'radar.confirmAccount' },
  { method: 'volumes.remove', kind: 'network-volume', id: 'v1', name: 'cache' },
  { method: 'images.remove', reference: 'a/b:1' },
  { method: 'images.prune', names: ['a/b:1', 'a/b:2'] },
  { method: 'secrets.delete', name: 'runpod' },
  { method: 'keys.revoke', name: 'cursor' },
  { method: 'settings.set', before: limits(5), after: limits(null) },
];

describe('what is asked before something is lost', () => {
  it('has a question for every guarded act, whose last button leaves everything as it is', () => {
    expect(ACTS.map(({ method }) => method).toSorted()).toEqual([...GUARDED].toSorted());
    for (const words of [en, de]) {
      for (const act of ACTS) {
        const question = actQuestion(act, words);
        expect(question?.title).toMatch(/\?$/);
        expect(question?.buttons.at(-1)).toEqual({ label: words.cancel, answer: 'no' });
      }
    }
  });

  it.each([
    [limits(5), limits(4), null],
    [limits(5), limits(5), null],
    [limits(null), limits(9), null],
    [limits(5), limits(6), ['A day: $5.00 → $6.00']],
    [limits(5, 50), limits(null, 500), ['A day: $5.00 → no limit', 'A month: $50.00 → $500.00']],
  ])('budgets from %j to %j', (before, after, raised) => {
    const question = actQuestion({ method: 'settings.set', before, after }, en);
    expect(question?.detail.split('\n').slice(0, -1) ?? null).toEqual(raised);
  });

  it('asks nothing where nothing is lost', () => {
    expect(actQuestion({ method: 'deployments.stopAll', views: [stopped] }, en)).toBeNull();
    expect(actQuestion({ method: 'images.prune', names: [] }, en)).toBeNull();
  });

  it.each([
    // Where only this computer's leftovers go, without data on them, the time to undo is the question.
    [
      {
        ownership: 'orphan' as const,
        act: 'terminate' as const,
        loses: [{ what: 'pod' as const, gb: null }],
      },
      null,
    ],
    [
      { ownership: 'foreign' as const, act: 'stop' as const, loses: [] },
      ['Stop pod test-2', en.guard.stopItemText],
    ],
    [
      {
        ownership: 'orphan' as const,
        act: 'terminate' as const,
        loses: [{ what: 'volume-disk' as const, gb: 50 }],
      },
      ['Delete pod test-2 and 50 GB of data', en.guard.sweepFinal],
    ],
  ])('a sweep of %j', (more, lines) => {
    const things = sampleSweep(['podtest2']).things.map((thing) => ({ ...thing, ...more }));
    const question = actQuestion({ method: 'radar.sweep', things }, en);
    expect(question?.detail.split('\n') ?? null).toEqual(lines);
  });

  it('names only as many as fit into a box', () => {
    const names = Array.from({ length: 500 }, (_, n) => `image-${n}`);
    const lines = actQuestion({ method: 'images.prune', names }, en)?.detail.split('\n') ?? [];
    expect(lines.length).toBeLessThan(20);
    expect(lines).toContain('…');
  });
});

describe('a window’s call', () => {
  const setUp = (answer: 'yes' | 'no' | Promise<'yes' | 'no'>) => {
    const asked: Question<string>[] = [];
    const clock = new ManualClock();
    const core = createLocalApi(createFakeManager(), { checkOutputs: true });
    const guard = createActGuard({
      ask: async (question) => {
        asked.push(question);
        const given = await answer;
        const button = question.buttons.find((known) => known.answer === given);
        if (button === undefined) throw new Error(`Nobody can answer ${given}.`);
        return button.answer;
      },
      words: () => en,
      clock,
    });
    const { signal } = new AbortController();
    const call = (name: string, input: unknown): Promise<void> => guard(core, name, input, signal);
    return { asked, clock, call, core };
  };

  it('passes without a question where nothing is guarded, and where the core will refuse it', async () => {
    const { asked, call } = setUp('no');
    await call('deployments.stop', { deployment: ready.name });
    await call('no.such', {});
    await call('deployments.terminate', { deployment: 7 });
    expect(asked).toEqual([]);
  });

  it('passes when a person agrees, and is declined when not', async () => {
    await setUp('yes').call('deployments.terminate', { deployment: ready.id });
    await expect(setUp('no').call('deployments.terminate', { deployment: ready.name })).rejects.toMatchObject(
      { code: 'declined' },
    );
  });

  it('is asked about what the core knows, not about what the page says', async () => {
    const { asked, call } = setUp('yes');
    await call('deployments.terminate', { deployment: ready.id });
    expect(asked[0]?.title).toBe(`Delete ${ready.name}?`);
    await expect(call('deployments.terminate', { deployment: 'no-such' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await call('radar.sweep', { ids: ['podtest2'] });
    expect(asked.at(-1)?.detail).toContain('Stop pod test-2');
    asked.pop();
    await expect(call('keys.revoke', { key: 'no-such' })).rejects.toMatchObject({ code: 'not_found' });
    expect(asked).toHaveLength(1);
  });

  it('waits for one answer at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<'yes' | 'no'>();
    const { asked, call } = setUp(promise);
    const first = call('secrets.delete', { name: 'runpod' });
    await expect.poll(() => asked.length).toBe(1);
    await expect(call('secrets.delete', { name: 'hf' })).rejects.toMatchObject({ code: 'not_allowed_now' });
    resolve('yes');
    await first;
    await call('secrets.delete', { name: 'hf' });
    expect(asked).toHaveLength(2);
  });

  it('is not heard any more when it keeps asking, until a minute has passed', async () => {
    const { asked, call, clock } = setUp('no');
    const ask = (): Promise<string> =>
      call('radar.confirmAccount', {}).then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    const codes: string[] = [];
    for (let n = 0; n < 12; n++) codes.push(await ask());
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 'declined'), 'rate_limited', 'rate_limited']);
    expect(asked).toHaveLength(10);
    await clock.advance(120_000);
    expect(await ask()).toBe('declined');
  });

  it('is given up with its page while the question is open', async () => {
    const { promise, resolve } = Promise.withResolvers<'yes' | 'no'>();
    const leaving = new AbortController();
    const { asked, core } = setUp('yes');
    const guard = createActGuard({
      ask: async (question) => {
        asked.push(question);
        const given = await promise;
        const [yes, no] = question.buttons;
        const button = given === 'yes' ? yes : no;
        if (button === undefined) throw new Error('no such button');
        return button.answer;
      },
      words: () => en,
      clock: new ManualClock(),
    });
    const call = guard(core, 'secrets.delete', { name: 'hf' }, leaving.signal);
    await expect.poll(() => asked.length).toBe(1);
    leaving.abort();
    resolve('yes');
    await expect(call).rejects.toThrow(/abort/i);
  });
});
