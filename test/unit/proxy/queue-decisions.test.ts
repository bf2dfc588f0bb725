import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { InvokePlane } from '../../../src/main/proxy/queue/invoke-plane.ts';
import { jobAnswer } from '../../../src/main/proxy/queue/job-answer.ts';
import { errorIn, jobFailure, readLook, type Look } from '../../../src/main/proxy/queue/job-news.ts';
import { jobLateness, lookGapMs } from '../../../src/main/proxy/queue/job-time.ts';
import { OpenErrands } from '../../../src/main/proxy/queue/open-errands.ts';
import { QueueJob } from '../../../src/main/proxy/queue/queue-job.ts';
import { settled } from '../../support/proxy-harness.ts';

const LIMITS = { queueMs: 900_000, firstByteMs: 600_000, silenceMs: 300_000, totalMs: 7_200_000 };

describe('how often a job is looked at', () => {
  it.each([
    ['an idle one once a second', { flowing: false, jobs: 1, lost: 0 }, 1000],
    ['one whose text flows more often', { flowing: true, jobs: 1, lost: 0 }, 250],
    ['many share what the endpoint allows', { flowing: true, jobs: 400, lost: 0 }, 4000],
    ['answers that are lost slow down', { flowing: false, jobs: 1, lost: 3 }, 4000],
    ['but not for ever', { flowing: false, jobs: 1, lost: 30 }, 10_000],
  ])('%s', (_what, look, gapMs) => {
    expect(lookGapMs(look)).toBe(gapMs);
  });

  it('never passes 2000 calls in 10 s, whatever is open', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.boolean(), (jobs, flowing) => {
        expect((10_000 / lookGapMs({ flowing, jobs, lost: 0 })) * jobs).toBeLessThanOrEqual(2000);
      }),
    );
  });
});

describe('when a job is given up', () => {
  const queued = { submittedAt: 0, startedAt: null, heardAt: null, lostSince: null };
  it.each([
    ['waits for a worker', queued, 900_000, null],
    ['got none in time', queued, 900_001, 'queue'],
    ['works', { ...queued, startedAt: 800_000 }, 1_400_000, null],
    ['works without a word', { ...queued, startedAt: 800_000 }, 1_400_001, 'first-byte'],
    ['was heard', { ...queued, startedAt: 0, heardAt: 900_000 }, 1_200_000, null],
    ['fell silent', { ...queued, startedAt: 0, heardAt: 900_000 }, 1_200_001, 'silence'],
    ['never ends', { ...queued, startedAt: 0, heardAt: 7_200_000 }, 7_200_001, 'total'],
    ['cannot be seen', { ...queued, lostSince: 10 }, 120_011, 'lost'],
  ] as const)('%s', (_what, times, now, late) => {
    expect(jobLateness(times, LIMITS, now)).toBe(late);
  });
});

describe('what RunPod tells of a job', () => {
  const told = (status: number, body: unknown, headers: Record<string, string> = {}): Look =>
    readLook({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  it.each([
    [200, { status: 'IN_QUEUE' }, 'queued'],
    [200, { status: 'IN_PROGRESS', stream: [] }, 'running'],
    [200, { status: 'RUNNING', stream: null }, 'running'],
    [200, { status: 'SOMETHING_NEW' }, 'running'],
    [200, { status: 'TIMED_OUT', error: 'job timed out' }, 'timed-out'],
  ] as const)('%i %j', (status, body, state) => {
    expect(told(status, body)).toMatchObject({ kind: 'news', news: { state } });
  });

  it('RunPod trap 30: 404 is "forgotten" from the API, and nothing at all from a gateway', () => {
    expect(told(404, { error: 'job not found' }).kind).toBe('gone');
    expect(told(404, '<html>').kind).toBe('lost');
  });

  it.each([
    [429, {}, { kind: 'wait', ms: 2000 }],
    [401, {}, { kind: 'refused' }],
    [524, '<html>', { kind: 'lost' }],
    [200, '<html>', { kind: 'lost' }],
    [200, { stream: [] }, { kind: 'lost' }],
  ] as const)('%i %j is no news', (status, body, look) => {
    expect(told(status, body)).toEqual(look);
  });

  it('reads errors in every form they come in', () => {
    const inner = { error: { message: 'bad', type: 'worker_error' } };
    const said = (error: unknown): unknown => {
      const look = told(200, { status: 'FAILED', error });
      return look.kind === 'news' ? look.news.error : look.kind;
    };
    expect([said('bad'), said(inner), said(JSON.stringify(inner)), said(['bad']), said('')]).toEqual([
      'bad',
      'bad',
      'bad',
      '["bad"]',
      null,
    ]);
    expect([errorIn(inner), errorIn({ error: null }), errorIn('text'), errorIn({ choices: [] })]).toEqual([
      'bad',
      null,
      null,
      null,
    ]);
  });

  it('RunPod trap 28: vLLM’s status comes back out of the text', () => {
    const failed = (said: string): unknown[] => {
      const { code, details } = jobFailure('failed', said, 'm');
      return [code, details?.['status'], details?.['paid']];
    };
    expect(failed('vLLM returned HTTP 400: {"error":{"message":"odd"}}')).toEqual([
      'upstream_rejected',
      400,
      undefined,
    ]);
    expect(failed('vLLM returned HTTP 503: busy')).toEqual(['upstream_overloaded', 503, undefined]);
    expect(failed('vLLM returned HTTP 500: {"error":"CUDA"}')).toEqual(['upstream_failed', 500, true]);
    expect(failed('somewhere vLLM returned HTTP 400: no')).toEqual(['upstream_failed', 502, true]);
  });
});

/** A job that writes these pieces, of whose answers some are lost. */
class ScriptedPlane {
  readonly #pieces: readonly string[];
  readonly #losses: readonly boolean[];
  #written = 0;
  #taken = 0;
  #looks = 0;

  constructor(pieces: readonly string[], losses: readonly boolean[]) {
    this.#pieces = pieces;
    this.#losses = losses;
  }

  stream(): Promise<Look> {
    this.#work();
    const fresh = this.#pieces.slice(this.#taken, this.#written);
    this.#taken = this.#written;
    return this.#answer(fresh);
  }
  status(): Promise<Look> {
    this.#work();
    return this.#answer(this.#done ? this.#pieces : []);
  }
  cancel(): Promise<void> {
    return Promise.resolve();
  }

  get #done(): boolean {
    return this.#written >= this.#pieces.length;
  }
  #work(): void {
    this.#written += this.#looks % 3;
    this.#looks++;
  }
  #answer(outputs: readonly string[]): Promise<Look> {
    if (this.#losses[this.#looks] === true) return Promise.resolve({ kind: 'lost' });
    const state = this.#done ? 'completed' : this.#looks < 2 ? 'queued' : 'running';
    return Promise.resolve({ kind: 'news', news: { state, outputs, error: null } });
  }
}

it('whatever answers are lost and wherever text is cut, it arrives whole and once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.boolean(), { maxLength: 8 }),
      async (words, losses) => {
        const text = `data: ${words.join('')}`;
        // Cut between UTF-16 units, as a careless server might.
        const pieces = Array.from({ length: Math.ceil(text.length / 3) }, (_, i) =>
          text.slice(i * 3, i * 3 + 3),
        );
        const clock = new ManualClock();
        const plane: Pick<InvokePlane, 'stream' | 'status' | 'cancel'> = new ScriptedPlane(pieces, losses);
        const errands = new OpenErrands();
        const job = new QueueJob(
          'j',
          {
            clock,
            plane,
            errands,
            limits: LIMITS,
            targetName: 'm',
            jobs: () => 1,
            onStarted: () => {},
          },
          new AbortController().signal,
        );
        const read = (async () => {
          const { pieces: bytes } = await jobAnswer(job.outputs());
          return Buffer.concat(await Array.fromAsync(bytes)).toString('utf8');
        })();
        expect(await settled(clock, read)).toBe(text);
      },
    ),
    { numRuns: 60 },
  );
});

it('closing waits for jobs being withdrawn, but not for ever', async () => {
  const clock = new ManualClock();
  const errands = new OpenErrands();
  await errands.drain(clock, 1000);
  let release = (): void => {};
  errands.add(
    new Promise<void>((resolve) => {
      release = resolve;
    }),
  );
  const late = errands.drain(clock, 1000);
  await clock.advance(1000);
  await late;
  const early = errands.drain(clock, 1000);
  release();
  await early;
  expect(clock.pendingTimers).toBe(0);
});
