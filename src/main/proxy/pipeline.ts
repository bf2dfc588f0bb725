import type { Dispatcher } from 'undici';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { ProxyConfig } from '../settings/proxy-config.ts';
import type { Target } from '../target.ts';
import type { Log } from '../logs/log.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { AppError } from '../../shared/errors.ts';
import type { Breakers } from './breaker.ts';
import type { Call, Handle, Stage } from './call.ts';
import type { ClientKey } from './keyring.ts';
import { breakCircuit } from './stages/break-circuit.ts';
import { bridgeWake } from './stages/bridge-wake.ts';
import { cacheAnswers } from './stages/cache-answers.ts';
import { fallback } from './stages/fallback.ts';
import { fitContext } from './stages/fit-context.ts';
import { form } from './stages/form.ts';
import { keepAlive } from './stages/keep-alive.ts';
import { limitSpend } from './stages/limit-spend.ts';
import { limitRates } from './stages/limit-rates.ts';
import { meter } from './stages/meter.ts';
import type { OpenErrands } from './queue/open-errands.ts';
import { queueJobs } from './stages/queue-jobs.ts';
import { recallRefusals } from './stages/recall-refusals.ts';
import { retry } from './stages/retry.ts';
import { singleFlight } from './stages/single-flight.ts';
import { speakOllama } from './stages/speak-ollama.ts';
import { translate } from './stages/translate.ts';
import { wake } from './stages/wake.ts';
import type { TargetLoad } from './target-load.ts';
import type { Ticker } from './ticker.ts';
import type { RequestRecord } from './trace.ts';
import type { Turnstile } from './turnstile.ts';
import { forward } from './upstream/forward.ts';
import type { WakeAllowance } from './wake-allowance.ts';

export interface PipelineParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly ticker: Ticker;
  readonly dispatcher: Dispatcher;
  readonly settings: () => ProxyConfig;
  readonly load: TargetLoad;
  readonly breakers: Breakers;
  readonly turnstile: Turnstile;
  readonly cache: AnswerCache;
  readonly allowance: WakeAllowance;
  readonly log: Log;
  /** The target that answers while another wakes, if one is set and awake. */
  readonly bridge: () => Target | null;
  readonly standIns: (call: Call) => readonly Target[];
  readonly onCompleted: (record: RequestRecord) => void;
  /** Why a key may send no request now: its budget is used up. */
  readonly keyRefusal: (key: ClientKey) => AppError | null;
  /** Jobs being withdrawn. */
  readonly errands: OpenErrands;
  readonly userAgent: string;
}

/**
 * What happens to a request, from the client inwards. Order is the documentation: everything below `keepAlive` may take
 * as long as it needs; everything below `fallback` concerns one target.
 */
export function pipeline(parts: PipelineParts): Handle {
  const { clock, random, ticker, settings } = parts;
  const stages: readonly Stage[] = [
    meter({ clock, onCompleted: parts.onCompleted }),
    keepAlive(ticker, clock),
    limitSpend(parts.keyRefusal),
    recallRefusals(clock),
    limitRates({
      clock,
      turnstile: parts.turnstile,
      modelLimits: () => settings().limits,
    }),
    speakOllama(clock),
    form((call) => call.target.upstream()?.cutsSilence !== false),
    cacheAnswers({ clock, cache: parts.cache, rules: () => settings().cache }),
    singleFlight({ clock, shares: () => settings().singleFlight }),
    bridgeWake({
      clock,
      log: parts.log,
      allowance: parts.allowance,
      bridge: parts.bridge,
      perDay: () => settings().bridge.requestsPerDay,
    }),
    fallback(parts.standIns),
    breakCircuit(parts.breakers),
    retry({ clock, random, retries: () => settings().retries }),
    wake({
      clock,
      load: parts.load,
      wakeTimeoutMs: () => settings().wakeTimeoutSeconds * 1000,
      allowance: parts.allowance,
    }),
    translate(clock),
    fitContext(),
    queueJobs({
      clock,
      log: parts.log,
      dispatcher: parts.dispatcher,
      errands: parts.errands,
      limits: () => ({ ...deadlinesOf(settings()), queueMs: settings().wakeTimeoutSeconds * 1000 }),
      userAgent: parts.userAgent,
    }),
  ];
  const innermost = forward({
    dispatcher: parts.dispatcher,
    ticker,
    clock,
    deadlines: () => deadlinesOf(settings()),
    userAgent: parts.userAgent,
  });
  return stages.reduceRight<Handle>((next, stage) => stage(next), innermost);
}

function deadlinesOf(settings: ProxyConfig): {
  readonly firstByteMs: number;
  readonly silenceMs: number;
  readonly totalMs: number;
} {
  const { firstByteSeconds, silenceSeconds, totalSeconds } = settings.deadlines;
  return {
    firstByteMs: firstByteSeconds * 1000,
    silenceMs: silenceSeconds * 1000,
    totalMs: totalSeconds * 1000,
  };
}
