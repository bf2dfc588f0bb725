import { describe, expect, it } from 'vitest';
import { plain } from '../../../../src/main/cli/render/paint.ts';
import { priceLine, renderPlan, waitText } from '../../../../src/main/cli/render/plan.ts';
import { samplePlan } from '../../../support/samples.ts';

const plan = samplePlan();
const [tight] = plan.candidates;
if (tight === undefined) throw new Error('The sample is gone');

const options = (width: number) => ({ width, paint: plain, hoursPerDay: 4, all: false });

describe('plan', () => {
  it('ranks what fits and says why the cheaper did not', () => {
    expect(renderPlan(plan, options(Infinity))).toMatchInlineSnapshot(`
      "Qwen/Qwen3-8B at b968826: needs 21.3 GiB (weights 15.3 GiB, context 4.5 GiB, overhead 1.5 GiB)

      #   GPU         COUNT   CLOUD      $/H   $/DAY (4 H)   NEED/USABLE GIB    HEADROOM   STOCK    FIRST TOKEN
      1   RTX A5000       1   secure   $0.26         $1.04         21.3/22.1   4 % tight   high         4-8 min
      2   A40             1   secure   $0.44         $1.76         21.3/44.2        52 %   medium       3-4 min

        #2: longer context possible: 98304

      Cheaper, but rejected
      GPU            COUNT   CLOUD      $/H   REASON
      RTX 4000 Ada       1   secure   $0.20   needs 21.3 GiB, 18.4 GiB usable

      warning: The first start pulls a 10 GB image.

      Simulated prices (sandbox cloud) as of 2026-11-24T08:59:00.000Z. Nothing was rented."
    `);
  });

  it('says that an image of its own is made first', () => {
    const text = renderPlan({ ...plan, ownImage: 'its settings ask for one' }, options(Infinity));
    expect(text).toContain('Needs an image of its own, because its settings ask for one.');
    expect(text).toContain('before anything is rented');
  });

  it('keeps price and headroom on a narrow terminal', () => {
    expect(renderPlan(plan, options(60))).toMatchInlineSnapshot(`
      "Qwen/Qwen3-8B at b968826: needs 21.3 GiB (weights 15.3 GiB, context 4.5 GiB, overhead 1.5 GiB)

      #   GPU         COUNT     $/H   NEED/USABLE GIB    HEADROOM
      1   RTX A5000       1   $0.26         21.3/22.1   4 % tight
      2   A40             1   $0.44         21.3/44.2        52 %

        #2: longer context possible: 98304

      Cheaper, but rejected
      GPU            COUNT     $/H   REASON
      RTX 4000 Ada       1   $0.20   needs 21.3 GiB, 18.4 GiB usa…

      warning: The first start pulls a 10 GB image.

      Simulated prices (sandbox cloud) as of 2026-11-24T08:59:00.000Z. Nothing was rented."
    `);
  });

  it('marks an estimate, and says that nothing fits', () => {
    const none = { ...plan, candidates: [], factsComplete: false, simulated: false, warnings: [] };
    expect(renderPlan(none, options(Infinity))).toMatchInlineSnapshot(`
      "Qwen/Qwen3-8B at b968826: needs 21.3 GiB (weights 15.3 GiB, context 4.5 GiB, overhead 1.5 GiB)
      Estimated: the model’s facts could not all be had.

      Nothing that is offered fits.

      Rejected
      GPU            COUNT   CLOUD      $/H   REASON
      RTX 4000 Ada       1   secure   $0.20   needs 21.3 GiB, 18.4 GiB usable

      RunPod’s prices as of 2026-11-24T08:59:00.000Z. Nothing was rented."
    `);
  });

  it('shows the first and the most telling rows of a long plan, and all when asked', () => {
    const [rejection] = plan.rejected;
    if (rejection === undefined) throw new Error('The sample is gone');
    const long = {
      ...plan,
      candidates: Array.from({ length: 24 }, (_, index) => ({
        ...tight,
        rank: index + 1,
        notes: ['disk adds $0.01/h'],
      })),
      rejected: Array.from({ length: 20 }, (_, index) => ({
        ...rejection,
        code: index === 15 ? ('not-asked-for' as const) : ('architecture' as const),
        reason: index === 15 ? 'would fit, but was not asked for' : 'is too old',
      })),
    };
    const short = renderPlan(long, options(Infinity));
    expect(short).toContain('and 16 more; show them with --all');
    expect(short).toContain('and 12 more; show them with --all');
    expect(short).toContain('would fit, but was not asked for');
    expect(short.match(/disk adds/g)).toHaveLength(1);
    const full = renderPlan(long, { ...options(Infinity), all: true });
    expect(full.match(/RTX A5000/g)).toHaveLength(24);
    expect(full).not.toContain('--all');
  });

  it('prices a start in one line', () => {
    expect(priceLine('qwen3-8b', tight, true, 0.26)).toBe(
      'qwen3-8b on 1 × RTX A5000 (secure, high stock): $0.26/h (GPU $0.25 + disk $0.0055), simulated money; first token in about 4-8 min.',
    );
    expect(priceLine('x', tight, false, 0.5)).toContain(
      '$0.26/h, at most $0.50/h if that is taken (GPU $0.25 + disk $0.0055);',
    );
    expect(priceLine('x', tight, false, null)).toContain('$0.26/h, with no limit if that is taken (GPU');
    const worker = { ...tight, kind: 'serverless' as const };
    expect(priceLine('x', worker, false, 0.26)).toContain('$0.26/h while a worker runs;');
    expect(priceLine('x', worker, false, 0.5)).toContain(
      '$0.26/h while a worker runs, at most $0.50/h for all workers together;',
    );
    expect(priceLine('x', worker, false, null)).toContain(
      '$0.26/h while a worker runs, with no limit for all workers;',
    );
  });

  it.each([
    [20, 20, '20 s'],
    [20, 45, '20-45 s'],
    [45, 480, '45 s - 8 min'],
    [240, 480, '4-8 min'],
    [7200, 9000, '2 h - 2 h 30 min'],
  ])('%i to %i seconds are "%s"', (low, high, text) => {
    expect(waitText({ ...tight, secondsToFirstToken: { low, high, from: 'table' } })).toBe(text);
  });
});
