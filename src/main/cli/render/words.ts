import { formatUsd } from '../../../shared/money.ts';
import type { DeploymentView, Phase } from '../../../shared/model.ts';
import type { Paint } from './paint.ts';

/** `41 s`, `5 min`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `0:41`, `12:05`, `1:02:09`. */
export function stopwatch(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours === 0 ? `${minutes}:${two(total % 60)}` : `${hours}:${two(minutes)}:${two(total % 60)}`;
}

export function plural(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}

export const PHASE_WORDS = {
  building: 'Building image',
  placing: 'Finding GPU',
  pulling: 'Pulling image',
  loading: 'Loading weights',
  warming: 'Warming up',
  ready: 'Ready',
} as const;

const STARTING: ReadonlySet<DeploymentView['state']> = new Set([
  'building',
  'placing',
  'pulling',
  'loading',
  'warming',
]);

/** A state as shape and words (UX 3.3). */
export interface StateWords {
  readonly shape: string;
  readonly text: string;
  readonly tone: 'green' | 'blue' | 'yellow' | 'red' | 'dim';
}

/** Problems that pass only when the user does something. */
const NEEDS_USER: Readonly<Record<string, string>> = {
  no_gpu_capacity: 'No GPU free',
  runpod_balance_empty: 'Balance empty',
  runpod_key_missing: 'Key missing',
  runpod_key_invalid: 'Key refused',
  runpod_key_forbidden: 'Key lacks rights',
  budget_exceeded: 'Budget reached',
  model_gated: 'Licence not accepted',
};

export function stateWords(view: DeploymentView): StateWords {
  const billing = view.stillBilling ? ', still billing' : '';
  switch (view.state) {
    case 'ready':
      return readyWords(view.inFlight);
    case 'building':
    case 'placing':
    case 'pulling':
    case 'loading':
    case 'warming':
      return { shape: '◐', text: PHASE_WORDS[view.state], tone: 'blue' };
    case 'stopping':
      return { shape: '◐', text: `Stopping${billing}`, tone: 'dim' };
    case 'terminating':
      return { shape: '◐', text: `Terminating${billing}`, tone: 'dim' };
    case 'failed':
      return problemWords(view, billing) ?? { shape: '✗', text: `Failed${billing}`, tone: 'red' };
    case 'sleeping':
      return { shape: '○', text: 'Sleeping', tone: 'dim' };
    case 'stopped':
      return problemWords(view, billing) ?? { shape: '○', text: `Stopped${billing}`, tone: 'dim' };
  }
}

const readyWords = (inFlight: number): StateWords =>
  inFlight > 0
    ? { shape: '◉', text: `Busy, ${plural(inFlight, 'request')}`, tone: 'green' }
    : { shape: '●', text: 'Ready', tone: 'green' };

function problemWords(view: DeploymentView, billing: string): StateWords | null {
  const text = view.problem === null ? undefined : NEEDS_USER[view.problem.code];
  return text === undefined ? null : { shape: '▲', text: `${text}${billing}`, tone: 'yellow' };
}

export function paintState(paint: Paint, words: StateWords, text: string): string {
  return paint[words.tone](text);
}

/** The step of a start under way; null while nothing starts. */
export function currentPhase(view: DeploymentView): Phase | null {
  if (!STARTING.has(view.state)) return null;
  return view.phases.findLast((phase) => phase.endedAt === null) ?? null;
}

/** `$0.44/h` while it bills, `$4.20/month` for what is kept, `$0` else. */
export function costNow(view: DeploymentView): string {
  if (view.cost.nowUsdPerHour > 0) return `${formatUsd(view.cost.nowUsdPerHour)}/h`;
  if (view.cost.restUsdPerMonth > 0) return `${formatUsd(view.cost.restUsdPerMonth)}/month`;
  return '$0';
}

/** What rests bills on; null = RunPod has not told yet. */
export const restText = (usdPerMonth: number | null): string =>
  usdPerMonth === null ? 'not known yet' : `${formatUsd(usdPerMonth)}/month`;

/** What clients of the OpenAI kind are given, from the address that the instance tells. */
export function baseUrl(proxyUrl: string): string {
  return `${proxyUrl.replace(/\/(?:v1\/?)?$/, '')}/v1`;
}

/** `2 × A40`, `A40`, or a dash. */
export function gpuText(gpuTypeId: string | null, count: number): string {
  if (gpuTypeId === null) return '–';
  const name = gpuTypeId.replace(/^NVIDIA (?:GeForce )?/, '');
  return count > 1 ? `${count} × ${name}` : name;
}

/** `32k` for 32,768; the exact number where it is no multiple of 1024. */
export function contextSize(tokens: number): string {
  return tokens % 1024 === 0 ? `${tokens / 1024}k` : String(tokens);
}
