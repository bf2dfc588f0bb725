import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import type { Verdict } from '../events.ts';
import type { PodRecord } from '../record.ts';
import type { Moment, State } from '../state.ts';
import { cloudNow, isBooting } from '../state.ts';
import { bootBudgetError } from './decide-placing.ts';
import { lastLine, troubleError } from './evidence.ts';
import { curedBy } from './own-image.ts';
import { podSpent } from './meters.ts';

/**
 * From a pod to an answering model server (SPEC 3.5). RUNNING is a hint that probing may begin, never readiness
 * (trap 7). A boot ends in a token, in a reason, or at one of its bounds.
 */
export function decideBooting(state: State, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { pod, boot } = record;
  if (pod === null || boot === null || !isBooting(record) || record.state === 'placing') return null;
  const end = overrideIgnored(state, pod) ?? crashed(state) ?? boundReached(state, pod, moment);
  if (end !== null) return end;
  if (live.restartWanted) return paced(state, moment, { do: 'run', effect: { kind: 'restart' } });
  if (live.readWanted) return paced(state, moment, { do: 'run', effect: { kind: 'read' } });
  if (record.state === 'pulling' && pod.status !== 'RUNNING') return null;
  if (record.spec.backend === 'ollama' && live.probe === 'missing' && !live.pulled) {
    return paced(state, moment, { do: 'run', effect: { kind: 'pull' } });
  }
  return paced(state, moment, { do: 'run', effect: { kind: 'probe' } });
}

function paced({ live }: State, { now }: Moment, verdict: Verdict): Verdict {
  return now < live.effectAt ? { do: 'wait', until: live.effectAt } : verdict;
}

const giveUp = (result: 'stuck' | 'broken-host' | 'too-dear', error: AppError | ErrorBody): Verdict => ({
  do: 'apply',
  event: { type: 'pod-given-up', result, error: error instanceof AppError ? toErrorBody(error) : error },
});

const fail = (error: AppError | ErrorBody): Verdict => ({
  do: 'apply',
  event: { type: 'boot-given-up', error: error instanceof AppError ? toErrorBody(error) : error },
});

/** The container got the JSON of our start command as arguments (FACTS 2.2). */
function overrideIgnored({ live }: State, pod: PodRecord): Verdict | null {
  if (!live.overrideIgnored || !pod.launch.override) return null;
  return { do: 'apply', event: { type: 'override-refused' } };
}

/** Restarts seen: by the log's start lines, or by an uptime that fell. */
const restarts = ({ live }: State): number => Math.max(live.containerStarts - 1, live.uptimeFalls);

/** Restarts without a known reason that count as a crash loop; one with a reason is enough. */
const CRASH_LOOP = 3;

function crashed(state: State): Verdict | null {
  const { live, record } = state;
  const { trouble } = live;
  const cured = cure(state);
  if (cured !== null) return cured;
  if (record.pod?.status === 'ERROR') {
    return trouble?.scope === 'fatal'
      ? fail(troubleError(trouble))
      : giveUp(
          'broken-host',
          new AppError('boot_failed', `RunPod reports the pod as broken (ERROR).${lastLine(live.tail)}`),
        );
  }
  if (trouble?.code === 'image_invalid') return fail(troubleError(trouble));
  if (trouble !== null && restarts(state) >= 1) {
    return trouble.scope === 'host'
      ? giveUp('broken-host', troubleError(trouble))
      : fail(troubleError(trouble));
  }
  if (trouble?.scope === 'host' && live.containerUpAt === null)
    return giveUp('broken-host', troubleError(trouble));
  if (restarts(state) < CRASH_LOOP) return null;
  return fail(
    new AppError('boot_failed', `The container starts, fails and starts again.${lastLine(live.tail)}`, {
      details: { restarts: restarts(state) },
    }),
  );
}

/** A known reason of another kind comes first. */
function cure(state: State): Verdict | null {
  const down = restarts(state) >= 1 || state.record.pod?.status === 'ERROR';
  return down ? curedBy(state) : null;
}

function boundReached(state: State, pod: PodRecord, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { spec, boot } = record;
  const spent =
    boot === null ? 0 : boot.spentUsd + podSpent(pod, cloudNow(moment), boot.startedAt + moment.offsetMs);
  if (spent >= spec.budget.usdPerBoot) return fail(bootBudgetError(spec.budget.usdPerBoot));
  const { maxUsdPerHour } = spec.compute;
  if (maxUsdPerHour !== null && pod.usdPerHour > maxUsdPerHour * 1.001) {
    return giveUp(
      'too-dear',
      new AppError(
        'no_gpu_capacity',
        `RunPod charges ${pod.usdPerHour} USD/h for it, more than the ${maxUsdPerHour} allowed.`,
      ),
    );
  }
  if (pod.status === 'RUNNING' && pod.gpuCount === 0) {
    return giveUp('broken-host', new AppError('boot_failed', 'RunPod gave the pod no GPU.'));
  }
  // What happened while the app was away, or the computer slept, nobody saw: silence counts from the return.
  const silentMs = moment.now - Math.max(live.progressAt, live.awakeSince);
  const boundMs = stuckAfterMs(state, pod, moment);
  if (silentMs < boundMs) return null;
  const minutes = Math.round(silentMs / 60_000);
  return giveUp(
    'stuck',
    new AppError('boot_stuck', `The pod made no progress for ${minutes} minutes while ${record.state}.`),
  );
}

function stuckAfterMs({ record }: State, pod: PodRecord, { timing }: Moment): number {
  if (record.state === 'loading') return timing.stuckLoadingMs;
  if (record.state === 'warming') return timing.stuckWarmingMs;
  return pod.dataCenterId === null ? timing.stuckPlacingMs : timing.stuckPullingMs;
}
