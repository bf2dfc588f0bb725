import type { AppError } from '../../shared/errors.ts';
import type { Payment, Target } from '../target.ts';

export type CacheResult = 'hit' | 'miss' | 'coalesced' | 'bypass';

/** Token counts of one answer; null = the model server did not say. */
export interface Usage {
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  /** Of tokensIn, those the model server had in its prefix cache. */
  readonly tokensCached: number | null;
}

export const NO_USAGE: Usage = { tokensIn: null, tokensOut: null, tokensCached: null };

/**
 * What is learned about one request on its way, for metering and response headers. The only thing stages write to.
 * Instants are monotonic milliseconds.
 */
export class Trace {
  readonly startedAt: number;
  usage: Usage = NO_USAGE;
  /** Events that carried text; stands in for output tokens when a stream breaks off before its usage (trap 11). */
  contentEvents = 0;
  firstTokenAt: number | null = null;
  /** What the answer itself says it cost; only RunPod's public endpoints do (FACTS 6). */
  costUsd: number | null = null;
  /** The target that answered, or was asked last. */
  target: Target | null = null;
  servedModel: string | null = null;
  cache: CacheResult = 'bypass';
  attempts = 0;
  /** Time spent waiting for a target to wake; null = it was awake. */
  wakeMs: number | null = null;
  queuedMs: number | null = null;
  /** max_tokens was lowered to what the context leaves. */
  clamped = false;
  bridged = false;
  /** A try was cut where a worker may have gone on for nobody: RunPod may bill it beside the answer. */
  maybePaidTwice = false;
  finishReason: string | null = null;
  error: AppError | null = null;
  status = 0;
  bytesOut = 0;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  firstToken(now: number): void {
    this.firstTokenAt ??= now;
  }

  /** Takes over what a shared call learned. */
  adopt(other: Trace): void {
    this.usage = other.usage;
    this.costUsd = other.costUsd;
    this.contentEvents = other.contentEvents;
    this.target = other.target;
    this.servedModel = other.servedModel;
    this.attempts = other.attempts;
    this.wakeMs = other.wakeMs;
    this.clamped = other.clamped;
    this.bridged = other.bridged;
    this.maybePaidTwice = other.maybePaidTwice;
    this.finishReason = other.finishReason;
  }
}

/** One finished request, whatever its outcome; handed to `onCompleted`. */
export interface RequestRecord {
  readonly id: string;
  /** Wall-clock milliseconds of its beginning. */
  readonly at: number;
  readonly route: string;
  readonly model: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly userAgent: string;
  readonly stream: boolean;
  readonly outcome: 'ok' | 'error' | 'aborted';
  readonly status: number;
  readonly errorCode: string | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
  readonly servedModel: string | null;
  readonly simulated: boolean;
  readonly cache: CacheResult;
  readonly usage: Usage;
  /** True where the model server gave no usage and events were counted instead. */
  readonly usageEstimated: boolean;
  /** What the answer said it cost; null = it did not. */
  readonly costUsd: number | null;
  /** How its target is paid for; null = by the hour, or there was none. */
  readonly payment: Payment | null;
  readonly ttftMs: number | null;
  readonly durationMs: number;
  readonly tokensPerSecond: number | null;
  readonly wakeMs: number | null;
  readonly queuedMs: number | null;
  readonly attempts: number;
  readonly clamped: boolean;
  readonly bridged: boolean;
  readonly maybePaidTwice: boolean;
  readonly finishReason: string | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
