import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import type { ProbeResult, Verdict } from '../events.ts';
import type { PodRecord } from '../record.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { cloudNow, forgetContainer, go, history, isBooting, markProgress, notify } from '../state.ts';
import { failBoot, replacePod, troubleError } from './failing.ts';
import { copyPodStart } from './pod-facts.ts';
import { podSpent, runningDiskUsdPerHour } from './meters.ts';
import { bootBudgetError } from './placing.ts';

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

/** Starts of a kept pod without success before another one is rented. */
const START_TRIES = 3;

/** Restarts seen: by the log's start lines, or by an uptime that fell. */
const restarts = ({ live }: State): number => Math.max(live.containerStarts - 1, live.uptimeFalls);

/** Restarts without a known reason that count as a crash loop; one with a reason is enough. */
const CRASH_LOOP = 3;

function crashed(state: State): Verdict | null {
  const { live, record } = state;
  const { trouble } = live;
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

const lastLine = (tail: readonly string[]): string => {
  const line = tail.findLast((text) => text.trim() !== '' && !/^(?:start|create) container\b/i.test(text));
  return line === undefined ? '' : ` Its last line: ${line.slice(0, 300)}`;
};

function boundReached(state: State, pod: PodRecord, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { spec, boot } = record;
  const spent = (boot?.spentUsd ?? 0) + (boot?.reason === 'recover' ? 0 : podSpent(pod, cloudNow(moment)));
  if (spent >= spec.budget.usdPerBoot) return fail(bootBudgetError(spec.budget.usdPerBoot));
  const { maxUsdPerHour } = spec.compute;
  if (maxUsdPerHour !== null && pod.usdPerHour > maxUsdPerHour * 1.001 + runningDiskUsdPerHour(pod)) {
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
  const silentMs = moment.now - live.progressAt;
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

type Types =
  | 'probed'
  | 'pull-progress'
  | 'pulled'
  | 'pull-failed'
  | 'pod-started'
  | 'pod-start-refused'
  | 'pod-start-lost'
  | 'pod-given-up'
  | 'override-refused';

export const bootingHandlers: HandlersFor<Types> = {
  probed: (step, { result }) => {
    step.live.effectAt = step.now + step.timing.probeMs;
    if (isBooting(step.record)) probed(step, result);
  },

  'pull-progress': (step, { detail }) => {
    step.live.detail = detail;
    markProgress(step, detail);
  },

  pulled: (step) => {
    step.live.pulled = true;
    step.live.probe = '';
    step.live.effectAt = 0;
    markProgress(step, 'pulled');
  },

  'pull-failed': (step, { error, retryable }) => {
    step.live.effectAt = step.now + step.timing.probeMs * 2;
    if (!retryable) failBoot(step, error);
  },

  'pod-started': (step, { pod: facts, deadlineAt, reason }) => {
    const { record } = step;
    if (record.pod === null) return;
    copyPodStart(step, record.pod, facts);
    record.pod.launch.guard.deadlineAt = deadlineAt;
    record.pod.launch.guard.state = 'pending';
    record.pod.launch.guard.reason = null;
    forgetContainer(step);
    if (record.boot !== null) record.boot.pods++;
    history(
      step,
      'pod-started',
      reason === 'start' ? `Started the kept pod ${facts.id}.` : 'Restarted the container.',
    );
    if (record.state === 'placing') go(step, 'placed');
  },

  // FACTS 2.8, PROXY-TRAPS 49: its machine has no GPU left, or it is gone. Any other host will do.
  'pod-start-refused': (step, { error, rebuild }) => {
    const { record } = step;
    if (!rebuild) {
      failBoot(step, error);
      return;
    }
    history(step, 'start-refused', `The kept pod cannot start: ${error.message} Renting another one.`);
    if (record.pod !== null && record.state !== 'placing') replacePod(step, 'broken-host', error);
    else rebuildPod(step, error);
  },

  'pod-start-lost': (step, { error }) => {
    const { record, live, now, timing } = step;
    if (record.boot === null) return;
    record.boot.troubles++;
    if (record.boot.troubles >= START_TRIES && record.state === 'placing') {
      rebuildPod(step, error);
      return;
    }
    live.effectAt = now + timing.lookupMs;
    live.readWanted = true;
    history(step, 'start-lost', `The start was not confirmed (${error.message}) Looking at the pod.`);
  },

  'pod-given-up': (step, { result, error }) => replacePod(step, result, error),

  'override-refused': (step) => {
    const { pod, spec } = step.record;
    if (pod === null) return;
    step.notes.push({ type: 'override-ignored', image: pod.launch.image });
    if (spec.backend === 'ollama') {
      failBoot(step, toErrorBody(openOllamaError()));
      return;
    }
    const said = OVERRIDE_IGNORED;
    const { boot } = step.record;
    replacePod(
      step,
      'broken-host',
      toErrorBody(new AppError('boot_failed', `${said} Starting it plainly instead.`)),
    );
    // The machine was not to blame.
    boot?.tried.pop();
    notify(step, 'unprotected', `${spec.name} will run unprotected`, `${said} Only this app stops it.`);
  },
};

const OVERRIDE_IGNORED =
  'RunPod passed the start command to the image as text, so the watchdog cannot travel in it.';

/** The start command carries Ollama's key check too. */
export function openOllamaError(): AppError {
  return new AppError(
    'unsupported',
    `${OVERRIDE_IGNORED} Ollama has no key of its own and would be open to everybody.`,
    {
      advice: 'Use an image that brings the watchdog and the key check, or the vLLM backend.',
    },
  );
}

function rebuildPod(step: Step, error: ErrorBody): void {
  const { pod, boot } = step.record;
  if (pod === null || boot === null) return;
  step.record.ending = null;
  replacePod(step, 'broken-host', error);
}

function probed(step: Step, result: ProbeResult): void {
  const { live, record } = step;
  switch (result.stage) {
    case 'none':
      if (record.state === 'warming') step.live.detail = result.detail;
      return;
    case 'server':
      live.probe = result.missing ? 'missing' : 'server';
      if (result.missing && !live.pulled) {
        go(step, 'container-up');
        return;
      }
      go(step, 'server-up');
      live.detail = result.detail;
      return;
    case 'open':
      failBoot(step, toErrorBody(openError(result.detail)));
      return;
    case 'refused':
      failBoot(
        step,
        toErrorBody(
          new AppError('boot_failed', `The model server refuses to serve the model: ${result.detail}`),
        ),
      );
      return;
    case 'ready':
      if (record.pod !== null) record.pod.launch.servedModel = result.servedModel;
      proved(step);
  }
}

const openError = (detail: string): AppError =>
  new AppError('boot_failed', `The model server answers strangers on its public address: ${detail}`, {
    advice: 'Use an image whose server checks the key, or one of the stock images.',
  });

function proved(step: Step): void {
  const { record, live } = step;
  const { pod, boot } = record;
  if (record.state !== 'warming') go(step, 'server-up');
  go(step, 'proved');
  record.problem = null;
  record.readyAt = step.now;
  record.idleWarnedAt = null;
  live.touchedAt = step.now;
  if (pod === null || boot === null) return;
  const seconds = Math.round((step.now - boot.startedAt) / 1000);
  history(step, 'ready', `Answered its first token after ${seconds} s.`, { podId: pod.id, seconds });
  if (boot.reason !== 'recover' && boot.pods === 1) {
    step.notes.push({
      type: 'booted',
      gpuTypeId: pod.launch.gpuTypeId,
      model: record.spec.model,
      boot,
      readyAt: step.now,
    });
  }
  if (boot.reason !== 'recover')
    notify(step, 'ready', `${record.spec.name} is ready`, `It answers after ${seconds} s.`);
}
