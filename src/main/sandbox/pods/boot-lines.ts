import { stampLine, type Launch } from '../model-server/launch.ts';
import type { Boot, ContainerSpec } from '../state.ts';
import { containerPlan } from './container.ts';
import { digest } from './digest.ts';
import { bootTimes, roundMs } from './timeline.ts';

export interface LogEntry {
  readonly at: number;
  /** Orders lines of the same instant; unique within a pod. */
  readonly seq: number;
  readonly source: 'container' | 'system';
  readonly line: string;
}

type Draft = Omit<LogEntry, 'seq'>;
/** Lines of one container start; `round` counts the starts of a crash loop. */
interface Round {
  readonly round: number;
  readonly lines: readonly Draft[];
}

/** A crash loop's oldest rounds are forgotten, as logs rotate. */
const ROUNDS_KEPT = 60;
const REFUSED_ROUND_MS = 12_000;
/** A boot stuck at loading prints its first lines and no more. */
const STUCK_AFTER_MS = 5000;
const SEQS_PER_BOOT = 1_000_000_000;
const SEQS_PER_ROUND = 400;
const FIRST_ROUND_SEQ = 10_000;
/** Lines that really happened (processes, requests) are numbered behind the calculated ones. */
export const LIVE_SEQ = 500_000_000;

export function seqBase(boot: Boot): number {
  return boot.n * SEQS_PER_BOOT;
}

/** Every line a boot has printed up to `now`, calculated; the lines of real processes come on top. */
export function bootLines(pod: ContainerSpec, boot: Boot, now: number, realProcess: boolean): LogEntry[] {
  return numbered(pod, boot, now, realProcess).filter((line) => line.at <= now);
}

/** When the next calculated line falls due; null = none. */
export function nextLineAt(pod: ContainerSpec, boot: Boot, now: number, realProcess: boolean): number | null {
  const due = numbered(pod, boot, now, realProcess).filter((line) => line.at > now);
  return due.length === 0 ? null : Math.min(...due.map((line) => line.at));
}

/** All lines up to now and those of the round after. Numbers stay the same however often this is asked. */
function numbered(pod: ContainerSpec, boot: Boot, now: number, realProcess: boolean): LogEntry[] {
  const base = seqBase(boot);
  return [
    ...pullLines(pod, boot).map((line, index) => ({ ...line, seq: base + index })),
    ...containerRounds(pod, boot, now, realProcess).flatMap(({ round, lines }) => {
      const first = base + FIRST_ROUND_SEQ + round * SEQS_PER_ROUND;
      return lines.map((line, index) => ({ ...line, seq: first + index }));
    }),
  ];
}

function system(at: number, line: string): Draft {
  return { at: Math.round(at), source: 'system', line };
}

function pullLines(pod: ContainerSpec, boot: Boot): Draft[] {
  if (boot.stuck === 'placing') return [];
  const { placedAt } = bootTimes(boot);
  const [, name = pod.image, tag = 'latest'] = /^(.*?)(?::([^/:@]+))?(?:@.*)?$/.exec(pod.image) ?? [];
  const head = [system(placedAt, `create container ${pod.image}`)];
  if (boot.imageCached) {
    return [...head, system(placedAt + boot.pullMs, `Status: Image is up to date for ${pod.image}`)];
  }
  const progress = layers(pod.image).flatMap((layer, index, all) => {
    const from = placedAt + (boot.pullMs * index) / (all.length + 2);
    return layerLines(layer, from, boot.pullMs / (all.length + 2));
  });
  const pulled = [system(placedAt, `${tag} Pulling from ${name}`), ...progress].sort((a, b) => a.at - b.at);
  if (boot.stuck === 'pulling') return [...head, ...pulled.slice(0, Math.ceil(pulled.length / 3))];
  const end = placedAt + boot.pullMs;
  return [
    ...head,
    ...pulled,
    system(end, `Digest: sha256:${digest(pod.image, 64)}`),
    system(end, `Status: Downloaded newer image for ${pod.image}`),
  ];
}

interface Layer {
  readonly id: string;
  readonly mb: number;
}

function layers(image: string): Layer[] {
  return Array.from({ length: 9 }, (_, index) => {
    const id = digest(`${image}#${index}`, 12);
    return { id, mb: 30 + (Number.parseInt(id.slice(0, 4), 16) % 1900) };
  });
}

function layerLines(layer: Layer, from: number, ms: number): Draft[] {
  const steps = [0.25, 0.5, 0.75, 1];
  return [
    system(from, `${layer.id} Pulling fs layer`),
    ...steps.map((share) =>
      system(
        from + ms * share,
        `${layer.id} Downloading [${'='.repeat(Math.round(share * 20))}>${' '.repeat(20 - Math.round(share * 20))}]  ${(layer.mb * share).toFixed(1)}MB/${layer.mb}MB`,
      ),
    ),
    system(from + ms * 1.6, `${layer.id} Extracting`),
    system(from + ms * 2, `${layer.id} Pull complete`),
  ];
}

function containerRounds(pod: ContainerSpec, boot: Boot, now: number, realProcess: boolean): Round[] {
  if (boot.stuck === 'placing' || boot.stuck === 'pulling') return [];
  const { containerAt } = bootTimes(boot);
  const plan = containerPlan(pod, boot);
  if (plan.kind === 'refused') {
    return rounds(containerAt, REFUSED_ROUND_MS * boot.pace, now).map(({ round, at }) => ({
      round,
      lines: [
        begin(pod, at),
        system(
          at,
          `error starting container: Error response from daemon: failed to create task for container: ${plan.line}`,
        ),
      ],
    }));
  }
  if (plan.kind === 'override' && realProcess) return [];
  const { launch } = plan;
  const starts =
    launch.kind === 'crashes'
      ? rounds(containerAt, roundMs(launch.afterMs, boot), now)
      : [{ round: 0, at: containerAt }];
  return starts.map(({ round, at }) => ({ round, lines: [begin(pod, at), ...printed(launch, boot, at)] }));
}

function begin(pod: ContainerSpec, at: number): Draft {
  return system(at, `start container for ${pod.image}: begin`);
}

function printed(launch: Launch, boot: Boot, startedAt: number): Draft[] {
  return launch.lines
    .filter((line) => boot.stuck !== 'loading' || line.atMs < STUCK_AFTER_MS)
    .map((line) => {
      const at = Math.round(startedAt + line.atMs * boot.pace);
      return { at, source: 'container', line: stampLine(line.line, at) };
    });
}

/** Starts of the rounds up to `now` and the one after; the oldest are forgotten. */
function rounds(from: number, length: number, now: number): { round: number; at: number }[] {
  const last = Math.max(0, Math.floor((now - from) / length));
  const first = Math.max(0, last - ROUNDS_KEPT);
  return Array.from({ length: last - first + 2 }, (_, index) => ({
    round: first + index,
    at: Math.round(from + (first + index) * length),
  }));
}
