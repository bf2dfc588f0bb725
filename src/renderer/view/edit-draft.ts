import { deploymentSpecSchema, type DeploymentSpec, type Schedule } from '../../shared/model.ts';
import { envText, parseEnv } from './env-lines.ts';
import { words } from './messages.ts';

/** The part of a deployment that can be edited in a form, as typed. */
export interface EditDraft {
  readonly model: string;
  readonly contextTokens: string;
  readonly concurrency: string;
  readonly aliases: string;
  readonly idlePolicy: DeploymentSpec['idle']['policy'];
  readonly idleMinutes: string;
  readonly usdPerDay: string;
  readonly usdPerBoot: string;
  readonly maxUsdPerHour: string;
  readonly maxHours: string;
  readonly watchdog: boolean;
  readonly onStop: 'terminate' | 'keep';
  readonly wakeOnRequest: boolean;
  readonly autostart: boolean;
  readonly extraArgs: string;
  readonly image: string;
  readonly ownImage: DeploymentSpec['ownImage'];
  readonly containerDiskGb: string;
  readonly env: string;
  readonly schedule: Schedule;
}

export function editDraft(spec: DeploymentSpec): EditDraft {
  return {
    model: spec.model,
    contextTokens: String(spec.contextTokens),
    concurrency: String(spec.concurrency),
    aliases: spec.aliases.join(', '),
    idlePolicy: spec.idle.policy,
    idleMinutes: String(spec.idle.minutes),
    usdPerDay: spec.budget.usdPerDay === null ? '' : String(spec.budget.usdPerDay),
    usdPerBoot: String(spec.budget.usdPerBoot),
    maxUsdPerHour: spec.compute.maxUsdPerHour === null ? '' : String(spec.compute.maxUsdPerHour),
    maxHours: String(spec.watchdog.maxHours),
    watchdog: spec.watchdog.enabled,
    onStop: spec.onStop,
    wakeOnRequest: spec.wakeOnRequest,
    autostart: spec.autostart,
    extraArgs: spec.extraArgs.join('\n'),
    image: spec.image ?? '',
    ownImage: spec.ownImage,
    containerDiskGb: spec.containerDiskGb === null ? '' : String(spec.containerDiskGb),
    env: envText(spec.env),
    schedule: spec.schedule,
  };
}

export interface JudgedEdit {
  readonly spec: DeploymentSpec | null;
  readonly error: string | null;
  readonly changes: readonly EditChange[];
}

export interface EditChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** It needs another pod: what is on the container disk is lost. */
  readonly wipes: boolean;
}

const list = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
const numberOrNull = (text: string): number | null => (text.trim() === '' ? null : Number(text));

export function judgeEdit(before: DeploymentSpec, draft: EditDraft): JudgedEdit {
  const env = parseEnv(draft.env);
  if (env.error !== null) return { spec: null, error: env.error, changes: [] };
  const result = deploymentSpecSchema.safeParse({
    ...before,
    model: draft.model.trim(),
    contextTokens: Number(draft.contextTokens),
    concurrency: Number(draft.concurrency),
    aliases: list(draft.aliases, ','),
    idle: {
      policy: draft.idlePolicy,
      minutes: Number(draft.idleMinutes),
    },
    budget: { usdPerDay: numberOrNull(draft.usdPerDay), usdPerBoot: Number(draft.usdPerBoot) },
    compute: { ...before.compute, maxUsdPerHour: numberOrNull(draft.maxUsdPerHour) },
    watchdog: { ...before.watchdog, enabled: draft.watchdog, maxHours: Number(draft.maxHours) },
    onStop: draft.onStop,
    wakeOnRequest: draft.wakeOnRequest,
    autostart: draft.autostart,
    extraArgs: list(draft.extraArgs, '\n'),
    image: draft.image.trim() || null,
    ownImage: draft.ownImage,
    containerDiskGb: numberOrNull(draft.containerDiskGb),
    env: env.values,
    schedule: draft.schedule,
  });
  if (!result.success) {
    const issue = result.error.issues[0];
    return {
      spec: null,
      error: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? words.notValid}`,
      changes: [],
    };
  }
  return { spec: result.data, error: null, changes: editChanges(before, result.data) };
}

/** Whether a change of it needs another pod. */
const FIELDS: readonly {
  readonly key: keyof typeof words.specFields;
  readonly wipes: boolean;
}[] = [
  { key: 'model', wipes: true },
  { key: 'contextTokens', wipes: true },
  { key: 'concurrency', wipes: true },
  { key: 'extraArgs', wipes: true },
  { key: 'image', wipes: true },
  { key: 'ownImage', wipes: true },
  { key: 'containerDiskGb', wipes: true },
  { key: 'env', wipes: true },
  { key: 'watchdog', wipes: true },
  { key: 'compute', wipes: false },
  { key: 'aliases', wipes: false },
  { key: 'idle', wipes: false },
  { key: 'budget', wipes: false },
  { key: 'onStop', wipes: false },
  { key: 'wakeOnRequest', wipes: false },
  { key: 'schedule', wipes: false },
  { key: 'autostart', wipes: false },
];

export function editChanges(before: DeploymentSpec, after: DeploymentSpec): EditChange[] {
  return FIELDS.filter(({ key }) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map(
    ({ key, wipes }) => ({
      name: words.specFields[key],
      from: shown(before[key]),
      to: shown(after[key]),
      wipes,
    }),
  );
}

function shown(value: unknown): string {
  if (value === null) return words.none;
  if (Array.isArray(value)) return value.length === 0 ? words.none : value.map(shown).join(', ');
  if (typeof value === 'boolean') return value ? words.on : words.off;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object') return '';
  return Object.entries(value)
    .map(([name, part]) => `${name} ${shown(part)}`)
    .join(', ');
}
