import {
  deploymentSpecSchema,
  scheduleSchema,
  takenOf,
  type DeploymentSpec,
  type Plan,
  type PlanCandidate,
  type PlanWish,
  type Schedule,
} from '../../shared/model.ts';
import { upToCents } from '../../shared/money.ts';
import { nameFromModel } from '../../shared/recipes.ts';
import { linesOf, parseEnv } from './env-lines.ts';
import { words } from './messages.ts';

/** What the deploy page holds: texts as typed, so that a half-typed value is never lost. */
export interface Draft {
  readonly model: string;
  readonly backend: 'vllm' | 'ollama';
  /** Empty = made from the model. */
  readonly name: string;
  readonly mode: 'pod' | 'serverless' | 'auto';
  readonly contextTokens: number;
  readonly concurrency: string;
  readonly kvCacheDtype: 'auto' | 'fp8';
  /** Key of the chosen candidate; null = the recommended one. */
  readonly chosen: string | null;
  /** Most per hour if the chosen one is taken; null = the chosen one or nothing dearer. */
  readonly fallbackUsd: number | null;
  readonly cloud: 'SECURE' | 'COMMUNITY' | 'ANY';
  readonly hoursPerDay: string;
  readonly idleMinutes: string;
  readonly idlePolicy: DeploymentSpec['idle']['policy'];
  readonly usdPerDay: string;
  readonly usdPerBoot: string;
  readonly watchdog: boolean;
  readonly maxHours: string;
  readonly onStop: 'terminate' | 'keep';
  readonly wakeOnRequest: boolean;
  readonly autostart: boolean;
  readonly aliases: string;
  readonly revision: string;
  readonly image: string;
  /** When an image is built for it, where none is named. */
  readonly ownImage: DeploymentSpec['ownImage'];
  /** Ids with commas between them; empty = anywhere. */
  readonly dataCenters: string;
  readonly endpointType: DeploymentSpec['serverless']['type'];
  readonly minWorkers: string;
  readonly maxWorkers: string;
  readonly workerIdleSeconds: string;
  readonly extraArgs: string;
  readonly env: string;
  readonly containerDiskGb: string;
  readonly schedule: Schedule;
  /** Network volume that keeps the weights; its data centre is null where only its id was given. */
  readonly volume: { readonly id: string; readonly dataCenterId: string | null } | null;
  /** A file or another deployment allows only this hardware; null = any that fits. */
  readonly only: Pick<DeploymentSpec['compute'], 'gpuTypeIds' | 'gpuCount'> | null;
  /** Where it came from, with all that the form has no field for; null = begun here. */
  readonly base: DeploymentSpec | null;
}

export const EMPTY_DRAFT: Draft = {
  model: '',
  backend: 'vllm',
  name: '',
  mode: 'pod',
  contextTokens: 32_768,
  concurrency: '4',
  kvCacheDtype: 'auto',
  chosen: null,
  fallbackUsd: null,
  cloud: 'SECURE',
  hoursPerDay: '4',
  idleMinutes: '15',
  idlePolicy: 'fixed',
  usdPerDay: '',
  usdPerBoot: '2',
  watchdog: true,
  maxHours: '12',
  onStop: 'terminate',
  wakeOnRequest: true,
  autostart: false,
  aliases: '',
  revision: '',
  image: '',
  ownImage: 'auto',
  dataCenters: '',
  endpointType: 'QUEUE',
  minWorkers: '0',
  maxWorkers: '2',
  workerIdleSeconds: '60',
  extraArgs: '',
  env: '',
  containerDiskGb: '',
  schedule: scheduleSchema.parse({}),
  volume: null,
  only: null,
  base: null,
};

export const draftName = (draft: Draft): string =>
  draft.name.trim() === '' ? nameFromModel(draft.model) : draft.name.trim();

/** Ollama has no queue worker: its endpoint is a load balancer. */
export const endpointTypeOf = ({ backend, endpointType }: Draft): Draft['endpointType'] =>
  backend === 'ollama' ? 'LOAD_BALANCER' : endpointType;

export const candidateKey = (candidate: PlanCandidate): string =>
  `${candidate.kind}|${candidate.gpuTypeId}|${candidate.gpuCount}|${candidate.cloud}`;

/** What the deployment can begin with: in mode `auto` both kinds are weighed, and it begins with one. */
export function choicesOf(plan: Plan): readonly PlanCandidate[] {
  const taken = takenOf(plan);
  return taken === null ? [] : plan.candidates.filter(({ kind }) => kind === taken.kind);
}

/** The candidate that the button stands for. */
export function chosenCandidate(draft: Draft, plan: Plan | null): PlanCandidate | null {
  if (plan === null) return null;
  const chosen = choicesOf(plan).find((candidate) => candidateKey(candidate) === draft.chosen);
  return chosen ?? takenOf(plan);
}

/** How many of it may run at once. */
export function mostMachines(draft: Draft, { kind }: PlanCandidate): number {
  return kind === 'pod' ? 1 : wholeOr(draft.maxWorkers, 1);
}

/** How many of its workers are kept up, work or not. */
export const keptWorkers = (draft: Draft): number => wholeOr(draft.minWorkers, 0);

const wholeOr = (text: string, otherwise: number): number => {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= otherwise ? number : otherwise;
};

/** The most an hour of one machine may cost, and the candidates allowed under it, the chosen one first. */
export function allowedUnder(
  draft: Draft,
  plan: Plan,
  chosen: PlanCandidate,
): { readonly maxUsdPerHour: number; readonly candidates: readonly PlanCandidate[] } {
  const maxUsdPerHour = Math.max(upToCents(chosen.usdPerHour), draft.fallbackUsd ?? 0);
  const others = choicesOf(plan).filter(
    (candidate) =>
      candidate !== chosen && draft.fallbackUsd !== null && candidate.usdPerHour <= maxUsdPerHour,
  );
  return { maxUsdPerHour, candidates: [chosen, ...others] };
}

export type DraftErrors = Readonly<Partial<Record<keyof Draft, string>>>;

export interface Judged {
  /** null while anything is wrong. */
  readonly spec: DeploymentSpec | null;
  readonly errors: DraftErrors;
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Nothing is no number: an emptied field must not count as 0. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

const numberOrNull = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** Judges the draft by the contract's own rules; each complaint goes to the field it is about. */
export function judgeDraft(draft: Draft, plan: Plan | null, takenNames: readonly string[]): Judged {
  const chosen = chosenCandidate(draft, plan);
  const env = parseEnv(draft.env);
  const result = deploymentSpecSchema.safeParse(toWish(draft, plan, chosen, env.values));
  const errors: Partial<Record<keyof Draft, string>> = env.error === null ? {} : { env: env.error };
  if (draft.model.trim() === '') errors.model = words.chooseModel;
  else if (!result.success) {
    for (const issue of result.error.issues) {
      const field = fieldOf(issue.path);
      errors[field] ??= sentence(issue.message);
    }
  }
  if (takenNames.includes(draftName(draft))) errors.name = words.nameTaken(draftName(draft));
  const hours = Number(draft.hoursPerDay);
  if (!(hours >= 0 && hours <= 24)) errors.hoursPerDay = words.hoursRange;
  return { spec: result.success && Object.keys(errors).length === 0 ? result.data : null, errors };
}

function toWish(
  draft: Draft,
  plan: Plan | null,
  chosen: PlanCandidate | null,
  env: Record<string, string>,
): unknown {
  return {
    ...draft.base,
    name: draftName(draft),
    model: draft.model.trim(),
    revision: draft.revision.trim() || null,
    backend: draft.backend,
    mode: draft.mode,
    compute: computeOf(draft, plan, chosen),
    contextTokens: draft.contextTokens,
    concurrency: Number(draft.concurrency),
    kvCacheDtype: draft.kvCacheDtype,
    image: draft.image.trim() || null,
    ownImage: draft.ownImage,
    extraArgs: linesOf(draft.extraArgs),
    env,
    containerDiskGb: numberOrNull(draft.containerDiskGb),
    aliases: listed(draft.aliases),
    idle: {
      policy: draft.idlePolicy,
      minutes: Number(draft.idleMinutes),
    },
    serverless: {
      ...draft.base?.serverless,
      type: endpointTypeOf(draft),
      minWorkers: numberOf(draft.minWorkers),
      maxWorkers: numberOf(draft.maxWorkers),
      idleTimeoutSeconds: numberOf(draft.workerIdleSeconds),
    },
    onStop: draft.onStop,
    watchdog: { ...draft.base?.watchdog, enabled: draft.watchdog, maxHours: Number(draft.maxHours) },
    budget: { usdPerBoot: Number(draft.usdPerBoot), usdPerDay: numberOrNull(draft.usdPerDay) },
    wakeOnRequest: draft.wakeOnRequest,
    autostart: draft.autostart,
    schedule: draft.schedule,
    volume: volumeOf(draft),
  };
}

function volumeOf({ volume, base }: Draft): unknown {
  if (volume === null) return null;
  const before = base?.volume ?? null;
  return before?.networkVolumeId === volume.id ? before : { networkVolumeId: volume.id };
}

/** A pod runs where its volume is, and volumes are on Secure Cloud (trap 22). */
const dataCentersOf = ({ volume, dataCenters }: Draft): string[] =>
  volume !== null && volume.dataCenterId !== null ? [volume.dataCenterId] : listed(dataCenters);

const whereOf = (draft: Draft) => ({
  ...draft.only,
  dataCenterIds: dataCentersOf(draft),
  // An endpoint cannot be asked into a cloud.
  cloud: draft.volume === null && draft.mode !== 'serverless' ? draft.cloud : 'SECURE',
});

function computeOf(draft: Draft, plan: Plan | null, chosen: PlanCandidate | null): unknown {
  if (plan === null || chosen === null) return whereOf(draft);
  const allowed = allowedUnder(draft, plan, chosen);
  return {
    gpuTypeIds: [...new Set(allowed.candidates.map((candidate) => candidate.gpuTypeId))],
    gpuCount: allowed.candidates.every((candidate) => candidate.gpuCount === chosen.gpuCount)
      ? chosen.gpuCount
      : null,
    cloud: allowed.candidates.every((candidate) => candidate.cloud === chosen.cloud) ? chosen.cloud : 'ANY',
    dataCenterIds: dataCentersOf(draft),
    // The limit is for all workers of an endpoint together.
    maxUsdPerHour: upToCents(allowed.maxUsdPerHour * mostMachines(draft, chosen)),
  };
}

/** Where a complaint of the schema is shown. */
const FIELDS: Readonly<Record<string, keyof Draft>> = {
  'idle.minutes': 'idleMinutes',
  'watchdog.maxHours': 'maxHours',
  'budget.usdPerDay': 'usdPerDay',
  'budget.usdPerBoot': 'usdPerBoot',
  'serverless.minWorkers': 'minWorkers',
  'serverless.maxWorkers': 'maxWorkers',
  'serverless.idleTimeoutSeconds': 'workerIdleSeconds',
  'compute.dataCenterIds': 'dataCenters',
  name: 'name',
  model: 'model',
  revision: 'revision',
  concurrency: 'concurrency',
  contextTokens: 'contextTokens',
  image: 'image',
  aliases: 'aliases',
  extraArgs: 'extraArgs',
  env: 'env',
  containerDiskGb: 'containerDiskGb',
  schedule: 'schedule',
};

function fieldOf(path: readonly PropertyKey[]): keyof Draft {
  const [first, second] = path.map(String);
  return FIELDS[`${first}.${second}`] ?? FIELDS[first ?? ''] ?? 'model';
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** What the planner is asked; null while there is nothing to ask about. */
export function draftPlanWish(draft: Draft): PlanWish | null {
  const model = draft.model.trim();
  const concurrency = Number(draft.concurrency);
  const hoursPerDay = Number(draft.hoursPerDay);
  const asked = {
    model,
    revision: draft.revision.trim() || null,
    backend: draft.backend,
    mode: draft.mode,
    compute: whereOf(draft),
    contextTokens: draft.contextTokens,
    kvCacheDtype: draft.kvCacheDtype,
    ...(draft.image.trim() === '' ? { ownImage: draft.ownImage } : {}),
    // Weights that a volume keeps are not fetched at every start.
    ...(draft.volume === null ? {} : { volume: { networkVolumeId: draft.volume.id } }),
    ...(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 256 ? { concurrency } : {}),
    ...(hoursPerDay >= 0 && hoursPerDay <= 24 ? { hoursPerDay } : {}),
  };
  return deploymentSpecSchema.shape.model.safeParse(model).success ? asked : null;
}

/** True when a price read at the click is more than 2 % above the one shown (UX 3.4 C). */
export function priceRose(shown: PlanCandidate, fresh: PlanCandidate | undefined): boolean {
  return fresh === undefined || fresh.usdPerHour > shown.usdPerHour * 1.02;
}
