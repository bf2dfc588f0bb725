import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { reasonOf } from '../upstream/exchange.ts';
import type { Errands, InvokePlane } from './invoke-plane.ts';
import { errorIn, hasEnded, jobFailure, resultGone, type JobNews, type Look } from './job-news.ts';
import { jobLateness, lookGapMs, type JobLimits, type JobTimes, type Lateness } from './job-time.ts';

export interface JobParts {
  readonly clock: Clock;
  readonly plane: Pick<InvokePlane, 'stream' | 'status' | 'cancel'>;
  readonly errands: Errands;
  readonly limits: JobLimits;
  readonly targetName: string;
  /** Jobs open at the same endpoint now, this one included. */
  readonly jobs: () => number;
  /** A worker has taken it; milliseconds it waited. Called once. */
  readonly onStarted: (waitedMs: number) => void;
}

/** However long RunPod asks to wait: limits of a job are looked at in between. */
const LONGEST_WAIT_MS = 60_000;

/**
 * The output of one submitted job, piece by piece. However reading ends, a job that has not ended is withdrawn.
 *
 * /stream hands every piece out once: with an answer that is lost on the way, text is lost. So after such a loss nothing
 * more is taken from /stream; the whole output, which /status tells at the end, is compared with what was given already
 * and the rest is given then. Only while the job still waits in the queue can nothing have been lost.
 */
export class QueueJob {
  readonly #id: string;
  readonly #parts: JobParts;
  readonly #signal: AbortSignal;
  readonly #given = new Given();
  #times: JobTimes;
  #doubtful = false;
  #lost = 0;
  #lookedAt = -Infinity;

  constructor(id: string, parts: JobParts, signal: AbortSignal) {
    this.#id = id;
    this.#parts = parts;
    this.#signal = signal;
    const submittedAt = parts.clock.monotonic();
    this.#times = { submittedAt, startedAt: null, heardAt: null, lostSince: null };
  }

  /**
   * Texts are raw events, cut anywhere; anything else is a whole answer.
   * @throws AppError as jobFailure; wait_timeout, upstream_timeout, upstream_unreachable
   */
  async *outputs(): AsyncGenerator<unknown, void> {
    let over = false;
    let flowing = false;
    try {
      for (;;) {
        const news = await this.#look(flowing);
        if (news === null) continue;
        const ended = hasEnded(news.state);
        over = ended;
        const fresh = this.#fresh(news);
        for (const output of fresh) {
          const said = errorIn(output);
          if (said !== null) throw jobFailure('failed', said, this.#parts.targetName);
          yield output;
        }
        flowing = fresh.length > 0;
        if (flowing) this.#times = { ...this.#times, heardAt: this.#parts.clock.monotonic() };
        if (ended && this.#isDone(news, flowing)) return;
        // What an ended job still has can be fetched at once.
        if (ended) this.#lookedAt = -Infinity;
        this.#checkTime();
      }
    } catch (error) {
      // RunPod forgot it: there is nothing to withdraw.
      over ||= error instanceof Gone;
      throw error instanceof Gone ? resultGone(this.#parts.targetName) : error;
    } finally {
      if (!over) this.#parts.errands.add(this.#parts.plane.cancel(this.#id));
    }
  }

  /** One look, in its time. null = it told nothing. */
  async #look(flowing: boolean): Promise<JobNews | null> {
    const { clock, plane } = this.#parts;
    const gapMs = lookGapMs({ flowing, jobs: this.#parts.jobs(), lost: this.#lost });
    const waitMs = this.#lookedAt + gapMs - clock.monotonic();
    if (waitMs > 0) await clock.sleep(waitMs, this.#signal).catch(() => {});
    if (this.#signal.aborted) throw reasonOf(this.#signal);
    this.#lookedAt = clock.monotonic();
    const doubtful = this.#doubtful;
    const look = doubtful
      ? await plane.status(this.#id, this.#signal)
      : await plane.stream(this.#id, this.#signal);
    const news = await this.#read(look);
    if (news === null) this.#checkTime();
    return news;
  }

  async #read(look: Look): Promise<JobNews | null> {
    const { clock, targetName } = this.#parts;
    switch (look.kind) {
      case 'news':
        this.#lost = 0;
        this.#times = { ...this.#times, lostSince: null };
        this.#follow(look.news);
        return look.news;
      case 'gone':
        throw new Gone();
      case 'refused':
        throw new AppError('runpod_key_invalid', `RunPod refused its key while ${targetName} was answering.`);
      case 'wait':
        await clock.sleep(Math.min(look.ms, LONGEST_WAIT_MS), this.#signal).catch(() => {});
        return null;
      case 'lost':
        this.#lost++;
        this.#doubtful = true;
        this.#times = { ...this.#times, lostSince: this.#times.lostSince ?? clock.monotonic() };
        return null;
    }
  }

  #follow({ state }: JobNews): void {
    const { clock, targetName, onStarted } = this.#parts;
    if (state === 'queued') {
      this.#doubtful = false;
      if (this.#given.any) {
        throw new AppError('upstream_failed', `${targetName} lost its worker in the middle of the answer.`, {
          details: { paid: true },
        });
      }
      return;
    }
    if (this.#times.startedAt !== null) return;
    const startedAt = clock.monotonic();
    onStarted(startedAt - this.#times.submittedAt);
    this.#times = { ...this.#times, startedAt };
  }

  /** What of a look was not given before. */
  #fresh(news: JobNews): readonly unknown[] {
    if (!this.#doubtful) return news.outputs.filter((output) => this.#given.add(output));
    if (news.state !== 'completed') return [];
    const rest = this.#given.restOf(news.outputs);
    if (rest !== null) return rest;
    throw new AppError(
      'upstream_failed',
      `A part of the answer of ${this.#parts.targetName} was lost on the way.`,
      {
        details: { paid: true },
      },
    );
  }

  /** RunPod may end a job and still have pieces of it to hand out: it is done once a look brings none. */
  #isDone(news: JobNews, flowing: boolean): boolean {
    if (news.state !== 'completed') {
      throw jobFailure(news.state, news.error, this.#parts.targetName);
    }
    if (this.#doubtful || (!flowing && this.#given.any)) {
      if (!this.#given.any) throw jobFailure('completed', news.error, this.#parts.targetName);
      return true;
    }
    // Ended, and nothing came: somebody else may have taken it, so the whole is asked for.
    if (!flowing) this.#doubtful = true;
    return false;
  }

  /** @throws AppError for the limit that has passed */
  #checkTime(): void {
    const { limits, clock, targetName } = this.#parts;
    // While only the end can tell the text, silence is no sign.
    const patient = { ...limits, firstByteMs: Infinity, silenceMs: Infinity };
    const late = jobLateness(this.#times, this.#doubtful ? patient : limits, clock.monotonic());
    if (late !== null) throw lateError(late, limits, targetName);
  }
}

class Gone extends Error {}

/** What was given so far, without keeping it: its length and digest. */
class Given {
  any = false;
  #length = 0;
  readonly #digest = createHash('sha256');

  /** @returns whether there is anything in it */
  add(output: unknown): boolean {
    if (output === '' || output === null || output === undefined) return false;
    this.any = true;
    if (typeof output !== 'string') return true;
    this.#length += output.length;
    this.#digest.update(output, 'utf16le');
    return true;
  }

  /** What follows in the whole output; null where it does not begin with what was given. */
  restOf(outputs: readonly unknown[]): readonly unknown[] | null {
    const texts = outputs.filter((output) => typeof output === 'string');
    if (texts.length === 0) {
      const rest = this.any ? [] : outputs;
      return rest.filter((output) => this.add(output));
    }
    const whole = texts.join('');
    const begun = createHash('sha256').update(whole.slice(0, this.#length), 'utf16le').digest('hex');
    if (whole.length < this.#length || begun !== this.#digest.copy().digest('hex')) return null;
    return [whole.slice(this.#length)].filter((output) => this.add(output));
  }
}

function lateError(late: Lateness, limits: JobLimits, targetName: string): AppError {
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
  const details = { paid: true };
  switch (late) {
    case 'queue':
      return new AppError('wait_timeout', `${targetName} got no worker within ${seconds(limits.queueMs)}.`, {
        advice: 'The request was withdrawn. RunPod may be out of this GPU: allow more kinds, or try later.',
      });
    case 'first-byte':
      return new AppError(
        'upstream_timeout',
        `${targetName} sent nothing for ${seconds(limits.firstByteMs)}.`,
        {
          details,
        },
      );
    case 'silence':
      return new AppError('upstream_timeout', `${targetName} fell silent for ${seconds(limits.silenceMs)}.`, {
        details,
      });
    case 'total':
      return new AppError(
        'upstream_timeout',
        `${targetName} was still answering after ${seconds(limits.totalMs)}.`,
        {
          details,
        },
      );
    case 'lost':
      return new AppError('upstream_unreachable', `RunPod cannot be reached while ${targetName} works.`, {
        details,
        advice: 'Check the network connection. The request is withdrawn as soon as RunPod answers.',
      });
  }
}
