/** Every duration the life cycle uses, in milliseconds, in one place; tests and the sandbox's speed shorten them. */
export interface Timing {
  /** Between list calls while anything is on the move, and while nothing is. */
  readonly pollMs: number;
  readonly idlePollMs: number;
  /** Between readiness probes; how long one may take; how long the first token may take (the edge cuts at 100 s). */
  readonly probeMs: number;
  readonly probeTimeoutMs: number;
  readonly tokenTimeoutMs: number;
  /** Looking a lost create up by name: tries and the pause between them (FACTS 1: lists lag by seconds). */
  readonly lookupTries: number;
  readonly lookupMs: number;
  /** A create whose answer was lost may make its pod until so long after it was sent. */
  readonly lateCreateMs: number;
  /** After our own change a contradicting read may be stale for this long. */
  readonly settleMs: number;
  /** A pod absent from lists for this long after its creation is asked for by id. */
  readonly absentMs: number;
  /** Rounds through the candidates before giving up, and the first pause between them (doubles). */
  readonly rounds: number;
  readonly roundPauseMs: number;
  /** First pause after trouble at RunPod (doubles, at most `backoffMaxMs`); creates that fail so in a row until given up. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly troubles: number;
  /** Pods one boot may use up. */
  readonly podsPerBoot: number;
  /** A boot without any sign of progress for this long is given up, by phase. */
  readonly stuckPlacingMs: number;
  readonly stuckPullingMs: number;
  readonly stuckLoadingMs: number;
  readonly stuckWarmingMs: number;
  /** The making of an image of its own is given up when its engine or registry says nothing for this long. */
  readonly stuckBuildingMs: number;
  /** First retry of a stop (doubles, at most `backoffMaxMs`); people are told after this long, and again at this pace. */
  readonly stopRetryMs: number;
  readonly stillBillingMs: number;
  readonly stillBillingAgainMs: number;
  /** Workers of an endpoint that outlast an accepted stop for this long are ended by deleting the endpoint. */
  readonly stopLingersMs: number;
  /** Between comparisons of pod and serverless in mode `auto`. */
  readonly weighMs: number;
  /** Before an idle stop people are warned this long ahead. */
  readonly idleWarningMs: number;
  /** How long the watchdog waits for a model server that has never answered. */
  readonly bootGraceMs: number;
  /** The watchdog's line must be in the pod's log this long after the container was seen up. */
  readonly guardProofMs: number;
  /** A failed deployment is not woken again by requests within this time. */
  readonly failedRestMs: number;
  /** That RunPod ignored a start command's JSON form is believed for this long. */
  readonly overrideMemoryMs: number;
  /** RunPod's bill of an ended pod is asked for this long after its end, and again at this pace. */
  readonly settleAfterMs: number;
}

const second = 1000;
const minute = 60 * second;

export const DEFAULT_TIMING: Timing = {
  pollMs: 5 * second,
  idlePollMs: 30 * second,
  probeMs: 2 * second,
  probeTimeoutMs: 10 * second,
  tokenTimeoutMs: 95 * second,
  lookupTries: 5,
  lookupMs: 2 * second,
  lateCreateMs: 15 * minute,
  settleMs: 10 * second,
  absentMs: 30 * second,
  rounds: 3,
  roundPauseMs: 15 * second,
  backoffMs: 2 * second,
  backoffMaxMs: minute,
  troubles: 6,
  podsPerBoot: 4,
  stuckPlacingMs: 6 * minute,
  stuckPullingMs: 15 * minute,
  stuckLoadingMs: 15 * minute,
  stuckWarmingMs: 10 * minute,
  stuckBuildingMs: 45 * minute,
  stopRetryMs: 2 * second,
  stillBillingMs: 30 * second,
  stillBillingAgainMs: 60 * minute,
  stopLingersMs: minute,
  weighMs: 15 * minute,
  idleWarningMs: 2 * minute,
  bootGraceMs: 45 * minute,
  guardProofMs: 2 * minute,
  failedRestMs: minute,
  overrideMemoryMs: 24 * 60 * minute,
  settleAfterMs: 15 * minute,
};
