import { deploymentSpecSchema, type DeploymentSpec, type Schedule } from '../../shared/model.ts';

/** The part of a deployment that can be edited in a form, as typed. */
export interface EditDraft {
  readonly model: string;
  readonly contextTokens: string;
  readonly concurrency: string;
  readonly aliases: string;
  readonly idleOff: boolean;
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
  readonly schedule: Schedule;
}

export function editDraft(spec: DeploymentSpec): EditDraft {
  return {
    model: spec.model,
    contextTokens: String(spec.contextTokens),
    concurrency: String(spec.concurrency),
    aliases: spec.aliases.join(', '),
    idleOff: spec.idle.policy === 'off',
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
  const result = deploymentSpecSchema.safeParse({
    ...before,
    model: draft.model.trim(),
    contextTokens: Number(draft.contextTokens),
    concurrency: Number(draft.concurrency),
    aliases: list(draft.aliases, ','),
    idle: {
      policy: draft.idleOff ? 'off' : before.idle.policy === 'off' ? 'fixed' : before.idle.policy,
      minutes: Number(draft.idleMinutes),
    },
    budget: { usdPerDay: numberOrNull(draft.usdPerDay), usdPerBoot: Number(draft.usdPerBoot) },
    compute: { ...before.compute, maxUsdPerHour: numberOrNull(draft.maxUsdPerHour) },
    watchdog: { ...before.watchdog, enabled: draft.watchdog, maxHours: Number(draft.maxHours) },
    onStop: draft.onStop,
    wakeOnRequest: draft.wakeOnRequest,
    autostart: draft.autostart,
    extraArgs: list(draft.extraArgs, '\n'),
    schedule: draft.schedule,
  });
  if (!result.success) {
    const issue = result.error.issues[0];
    return {
      spec: null,
      error: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
      changes: [],
    };
  }
  return { spec: result.data, error: null, changes: editChanges(before, result.data) };
}

/** Names for people, and whether the change needs another pod. */
const FIELDS: readonly {
  readonly key: keyof DeploymentSpec;
  readonly name: string;
  readonly wipes: boolean;
}[] = [
  { key: 'model', name: 'Model', wipes: true },
  { key: 'contextTokens', name: 'Context', wipes: true },
  { key: 'concurrency', name: 'Requests at once', wipes: true },
  { key: 'extraArgs', name: 'Server arguments', wipes: true },
  { key: 'watchdog', name: 'Watchdog', wipes: true },
  { key: 'compute', name: 'Hardware limits', wipes: false },
  { key: 'aliases', name: 'More names', wipes: false },
  { key: 'idle', name: 'Idle stop', wipes: false },
  { key: 'budget', name: 'Budget', wipes: false },
  { key: 'onStop', name: 'When stopped', wipes: false },
  { key: 'wakeOnRequest', name: 'Start on request', wipes: false },
  { key: 'schedule', name: 'Schedule', wipes: false },
  { key: 'autostart', name: 'Start with the app', wipes: false },
];

export function editChanges(before: DeploymentSpec, after: DeploymentSpec): EditChange[] {
  return FIELDS.filter(({ key }) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map(
    ({ key, name, wipes }) => ({ name, from: shown(before[key]), to: shown(after[key]), wipes }),
  );
}

function shown(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object') return '';
  return Object.entries(value)
    .map(([name, part]) => `${name} ${shown(part)}`)
    .join(', ');
}
