import { userSettingsSchema, type UserSettings } from '../../shared/user-settings.ts';

/** One value of the settings, such as `budget.usdPerDay`. */
export type SettingPath = {
  [G in keyof UserSettings]: `${G}.${keyof UserSettings[G] & string}`;
}[keyof UserSettings];

export interface Setting {
  readonly path: SettingPath;
  readonly value: unknown;
  /** What it is where nobody has set it. */
  readonly standard: unknown;
  readonly isStandard: boolean;
}

export const STANDARD: UserSettings = userSettingsSchema.parse({});

/** Every value with the one it has by itself, in the order of the schema. */
export function settingsList(settings: UserSettings): Setting[] {
  return groupsOf(settings).flatMap(([group, values]) =>
    Object.entries(values).flatMap(([name, value]) => {
      const path = `${group}.${name}`;
      if (!isSettingPath(path)) return [];
      const standard: unknown = Reflect.get(STANDARD[group], name);
      return [{ path, value, standard, isStandard: JSON.stringify(value) === JSON.stringify(standard) }];
    }),
  );
}

/** The settings with some values as they are by themselves, the others as they stand. */
export function withStandard(settings: UserSettings, paths: readonly SettingPath[]): UserSettings {
  const reset = groupsOf(settings).map(([group, values]) => {
    const names = Object.keys(values).filter((name) => paths.some((path) => path === `${group}.${name}`));
    return [
      group,
      { ...values, ...Object.fromEntries(names.map((name) => [name, standardOf(group, name)])) },
    ];
  });
  return userSettingsSchema.parse(Object.fromEntries(reset));
}

const standardOf = (group: keyof UserSettings, name: string): unknown => Reflect.get(STANDARD[group], name);

const GROUPS = [
  'budget',
  'cache',
  'proxy',
  'notifications',
  'desktop',
] as const satisfies readonly (keyof UserSettings)[];

function groupsOf(settings: UserSettings) {
  return GROUPS.map((group) => [group, settings[group]] as const);
}

const PATHS: ReadonlySet<string> = new Set(
  groupsOf(STANDARD).flatMap(([group, values]) => Object.keys(values).map((name) => `${group}.${name}`)),
);

function isSettingPath(path: string): path is SettingPath {
  return PATHS.has(path);
}
