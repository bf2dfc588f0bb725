import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { FakeQueue } from '../../support/fake-queue.ts';
import { advanceUntil, dataOf, Harness, textOf } from '../../support/proxy-harness.ts';
import { chatEvents, gatewayPage, sendJson, type Script } from '../../support/proxy-upstream.ts';

const WORDS = ['The ', 'quick ', 'brown ', 'fox ', 'jumps ', 'over ', '😀.'];
const TEXT = chatEvents(WORDS, { usage: true }).join('');

/** What goes wrong with an answer of the invoke plane; null = nothing. */
const FAULTS: Readonly<Record<string, Script | null>> = {
  none: null,
  none2: null,
  dropped: (_request, res) => void res.destroy(),
  failed: (_request, res) => sendJson(res, 500, { error: 'internal' }),
  edge: gatewayPage(502),
  limited: (_request, res) => sendJson(res, 429, { error: 'too many' }, { 'retry-after': '1' }),
};
const fault = fc.constantFrom(...Object.values(FAULTS));

interface Storm {
  readonly stream: boolean;
  /** Sizes of the pieces the worker writes between two looks. */
  readonly pieces: readonly number[];
  readonly looks: readonly (Script | null)[];
  readonly cancels: readonly (Script | null)[];
  /** Milliseconds until the client leaves; null = it stays. */
  readonly leavesAfter: number | null;
  readonly ends: 'COMPLETED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED';
}

const storms: fc.Arbitrary<Storm> = fc.record({
  stream: fc.boolean(),
  pieces: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }),
  looks: fc.array(fault, { maxLength: 12 }),
  cancels: fc.array(fault, { maxLength: 3 }),
  leavesAfter: fc.option(fc.integer({ min: 0, max: 30_000 })),
  ends: fc.constantFrom(
    'COMPLETED' as const,
    'COMPLETED' as const,
    'FAILED' as const,
    'TIMED_OUT' as const,
    'CANCELLED' as const,
  ),
});

/** The fake's job goes on by one piece whenever it is looked at. */
function work(queue: FakeQueue, storm: Storm): void {
  let at = 0;
  let step = 0;
  const answerLook =
    (lost: Script | null): Script =>
    (request, res) => {
      const [job] = queue.jobs;
      if (job === undefined || job.status === 'CANCELLED') return queue.answer(request, res);
      const size = storm.pieces[step++ % storm.pieces.length] ?? 0;
      if (step > 2 && at < TEXT.length) {
        queue.write(TEXT.slice(at, at + size));
        at += size;
      }
      // Every third piece may be empty, but not for ever.
      if (step > 200) at = TEXT.length;
      if (at >= TEXT.length) queue.end(storm.ends, storm.ends === 'FAILED' ? 'CUDA error' : null);
      if (lost === null) return queue.answer(request, res);
      // The pieces are taken, and their answer is lost.
      if (lost !== FAULTS['limited'] && request.path.includes('/stream/')) job.fresh = [];
      lost(request, res);
    };
  const script = [...storm.looks];
  const next = (): Script => answerLook(script.shift() ?? null);
  queue.odd['stream'] = endless(next);
  queue.odd['status'] = endless(next);
  queue.odd['cancel'] = storm.cancels.map((lost) => lost ?? ((request, res) => queue.answer(request, res)));
}

/** A queue of scripts that never runs out. */
function endless(next: () => Script): Script[] {
  const scripts: Script[] = [];
  scripts.shift = next;
  return scripts;
}

it('whatever is lost, and whenever the client leaves: one job, withdrawn or ended, and never a text with a gap', async () => {
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const clock = new ManualClock();
      const h = await Harness.start({ clock });
      try {
        const queue = new FakeQueue(h.upstream);
        h.target.wakeUp(queue.target());
        work(queue, storm);
        const leave = new AbortController();
        if (storm.leavesAfter !== null) clock.after(storm.leavesAfter, () => leave.abort());
        const outcome = await settledText(clock, h.chat({ stream: storm.stream }, { signal: leave.signal }));
        const submits = h.upstream.received.filter(({ path }) => path.endsWith('/run')).length;
        expect(submits).toBeLessThanOrEqual(1);
        const [job] = queue.jobs;
        const over = (): boolean => job === undefined || !['IN_QUEUE', 'IN_PROGRESS'].includes(job.status);
        await advanceUntil(clock, 1000, () => over() && h.records.length === 1, 'the end of the job');
        expect(flawOf(storm, outcome)).toBeNull();
      } finally {
        await h.stop();
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** Status and text of a call, with time moving; null = the client left. */
async function settledText(
  clock: ManualClock,
  pending: Promise<Response>,
): Promise<{ readonly status: number; readonly text: string } | null> {
  const watch: { outcome: { readonly status: number; readonly text: string } | 'left' | null } = {
    outcome: null,
  };
  const read = async (): Promise<void> => {
    try {
      const res = await pending;
      watch.outcome = { status: res.status, text: await res.text() };
    } catch {
      watch.outcome = 'left';
    }
  };
  await Promise.all([read(), advanceUntil(clock, 250, () => watch.outcome !== null, 'an outcome')]);
  return watch.outcome === 'left' ? null : watch.outcome;
}

/** What is wrong with an answer; null = nothing. A failure is told as one, and what was given before it has no gap. */
function flawOf(
  storm: Storm,
  outcome: { readonly status: number; readonly text: string } | null,
): string | null {
  if (outcome === null || outcome.status !== 200) return null;
  const { text } = outcome;
  const whole = WORDS.join('');
  if (!storm.stream) {
    return text.includes('"error"') || text.includes(JSON.stringify(whole)) ? null : `not whole: ${text}`;
  }
  const data = dataOf(text);
  const events = data.filter((line) => !line.includes('"error"')).map((line) => `data: ${line}`);
  const given = textOf(events.join('\n'));
  if (!whole.startsWith(given)) return `a gap: ${given}`;
  if (data.at(-1) === '[DONE]') return given === whole ? null : `ended too early: ${given}`;
  return data.at(-1)?.includes('"error"') === true ? null : `no end: ${text}`;
}
