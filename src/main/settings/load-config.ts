import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deploymentSpecSchema } from '../../shared/model.ts';
import { appConfigSchema, type AppConfig } from './app-config.ts';
import { readConfigFile, type FileLayer } from './config-file.ts';
import { readEnvironment, readFlags, type InputValue } from './config-inputs.ts';
import {
  configError,
  pathText,
  problemsOf,
  valueAt,
  type ConfigProblem,
  type ValuePath,
} from './config-problem.ts';
import { brokenRules } from './config-rules.ts';
import { keysOf, schemaAt, toSnake } from './file-form.ts';
import { absolute, defaultCacheDir, defaultDataDir, resolveDataDir, type Machine } from './folders.ts';

export interface ConfigInput extends Machine {
  /** Flags of `serve` in camelCase; absent = not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** null = there is no such file. Another one in tests. */
  readonly readText?: (path: string) => string | null;
}

export interface LoadedConfig {
  readonly config: AppConfig;
  /** Where every value came from, by its path in the file's form: `proxy.port` → `environment RUNPOD_LLM_PORT`. */
  readonly sources: ReadonlyMap<string, string>;
  readonly filePath: string;
  /** What was understood otherwise than it was written, and what is not used; for people. */
  readonly notes: readonly string[];
}

const FILE_NAME = 'llm_config.json';

/**
 * Defaults < file < environment < command line (SPEC 1.1), checked as a whole and frozen.
 * @throws AppError config_invalid, with every problem: where, what was found, what is allowed
 */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const dataDir = resolveDataDir(textFlag(input.flags['dataDir']), input);
  const { file, filePath, problems } = readFile(input, dataDir);
  const environment = readEnvironment(input.env, input);
  const flags = readFlags(input.flags);
  const found = [...problems, ...(file?.problems ?? []), ...environment.problems, ...flags.problems];
  if (found.length > 0) throw configError(found);

  const layers: Layers = {
    file,
    inputs: [...environment.values, ...flags.values],
    dataDir: dataDirValue(input, dataDir),
  };
  const raw = merge(layers, input);
  const parsed = appConfigSchema.safeParse(raw);
  if (!parsed.success) {
    throw configError(
      problemsOf(
        parsed.error,
        appConfigSchema,
        raw,
        (path) => whereOf(layers, path),
        (path) => filePathText(layers, path),
      ),
    );
  }
  const broken = brokenRules(parsed.data);
  if (broken.length > 0) {
    throw configError(
      broken.map(({ path, found, allowed }) => ({
        where: whereOf(layers, path),
        path: filePathText(layers, path),
        found,
        allowed,
      })),
    );
  }
  return {
    config: deepFreeze(parsed.data),
    sources: sourcesOf(layers, parsed.data),
    filePath,
    notes: [...(file?.notes ?? []), ...environment.notes],
  };
}

interface Layers {
  readonly file: FileLayer | null;
  /** Environment first: a later one wins. */
  readonly inputs: readonly InputValue[];
  readonly dataDir: InputValue;
}

function readFile(
  input: ConfigInput,
  dataDir: string,
): { file: FileLayer | null; filePath: string; problems: ConfigProblem[] } {
  const flag = textFlag(input.flags['config']);
  const variable = input.env['CONFIG_PATH']?.trim();
  const given = flag ?? (variable === '' ? undefined : variable);
  const filePath = given === undefined ? join(dataDir, FILE_NAME) : absolute(given, input.cwd, input.home);
  const where = flag === undefined ? 'CONFIG_PATH' : '--config';
  try {
    const text = (input.readText ?? readTextFile)(filePath);
    if (text !== null) return { file: readConfigFile(filePath, text), filePath, problems: [] };
    if (given === undefined) return { file: null, filePath, problems: [] };
    const problem = { where, path: '', found: `no file at ${filePath}`, allowed: 'the path of a JSON file' };
    return { file: null, filePath, problems: [problem] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = {
      where: filePath,
      path: '',
      found: `an unreadable file (${reason})`,
      allowed: 'a JSON file',
    };
    return { file: null, filePath, problems: [problem] };
  }
}

/** The text of a file; null when there is none, nor a folder for it. */
function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function textFlag(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function dataDirValue(input: ConfigInput, value: string): InputValue {
  const source =
    textFlag(input.flags['dataDir']) !== undefined
      ? 'flag --data-dir'
      : value === defaultDataDir(input)
        ? 'default'
        : 'environment RUNPOD_LLM_DATA_DIR';
  return { path: ['dataDir'], value, source };
}

function merge(layers: Layers, input: ConfigInput): Record<string, unknown> {
  const { file, inputs, dataDir } = layers;
  const raw: Record<string, unknown> = structuredClone({ ...file?.values });
  if (typeof raw['cacheDir'] === 'string') {
    raw['cacheDir'] = absolute(raw['cacheDir'], dirname(file?.path ?? input.cwd), input.home);
  } else {
    // Two instances with a data directory each must not share what is cached about their data.
    raw['cacheDir'] =
      dataDir.source === 'default' ? defaultCacheDir(input) : join(String(dataDir.value), 'cache');
  }
  raw['deployments'] = (file?.deployments ?? []).map((deployment) => deployment.spec);
  for (const { path, value } of [dataDir, ...inputs]) put(raw, path, value);
  return raw;
}

function put(
  target: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const existing = target[first];
  const inside: Record<string, unknown> =
    typeof existing === 'object' && existing !== null ? { ...existing } : {};
  put(inside, rest, value);
  target[first] = inside;
}

/** The place to blame for a value of the configuration. */
function whereOf(layers: Layers, path: ValuePath): string {
  const { file } = layers;
  const input = inputAt(layers, path);
  if (input !== undefined) return input.source;
  const inFile = pathInFile(layers, path);
  return file === null || inFile === null ? 'default' : file.where(inFile);
}

function filePathText(layers: Layers, path: ValuePath): string {
  return pathText(pathInFile(layers, path) ?? path.map(snake));
}

function inputAt(layers: Layers, path: ValuePath): InputValue | undefined {
  const text = pathText(path);
  return [layers.dataDir, ...layers.inputs].findLast(
    (input) => input.source !== 'default' && pathText(input.path) === text,
  );
}

/** Where the file says it; null when the file does not. */
function pathInFile({ file }: Layers, path: ValuePath): ValuePath | null {
  if (file === null) return null;
  const [first, index, ...rest] = path;
  if (first !== 'deployments') return valueAt(file.values, path) === undefined ? null : path.map(snake);
  const deployment = typeof index === 'number' ? file.deployments[index] : undefined;
  if (deployment === undefined || valueAt(deployment.spec, rest) === undefined) return null;
  for (let length = rest.length; length > 0; length--) {
    const origin = deployment.origins.get(pathText(rest.slice(0, length)));
    if (origin !== undefined) return [...origin, ...rest.slice(length).map(snake)];
  }
  return null;
}

const snake = (part: string | number): string | number => (typeof part === 'string' ? toSnake(part) : part);

function sourcesOf(layers: Layers, config: AppConfig): Map<string, string> {
  return new Map(
    leavesOf(config).map((leaf): [string, string] => {
      const input = inputAt(layers, leaf.path);
      const inFile = pathInFile(layers, leaf.path);
      const fromFile =
        layers.file === null || inFile === null ? 'default' : `file ${layers.file.line(inFile)}`;
      return [leaf.name, input?.source ?? fromFile];
    }),
  );
}

/** A single value: text, number, list or free map. */
export interface Leaf {
  readonly path: ValuePath;
  /** In the file's form; a deployment by its name. */
  readonly name: string;
  /** Name of what is changed as a whole: the deployment it is a part of, or itself. */
  readonly whole: string;
  readonly value: unknown;
}

export function leavesOf(config: AppConfig): Leaf[] {
  const { deployments, ...sections } = config;
  return [
    ...leavesBelow(sections, [], []).map((leaf) => ({ ...leaf, whole: leaf.name })),
    ...deployments.flatMap((deployment, index) => {
      const whole = `deployments.${deployment.name}`;
      return leavesBelow(deployment, ['deployments', index], [whole]).map((leaf) => ({ ...leaf, whole }));
    }),
  ];
}

function leavesBelow(value: unknown, path: ValuePath, name: readonly string[]): Omit<Leaf, 'whole'>[] {
  const isDeployment = path[0] === 'deployments';
  const schema = isDeployment
    ? schemaAt(deploymentSpecSchema, path.slice(2))
    : schemaAt(appConfigSchema, path);
  const keys = typeof value === 'object' && value !== null ? keysOf(schema) : [];
  const present = keys.filter((key) => path.length > 0 || key !== 'deployments');
  if (present.length === 0) return [{ path, name: name.join('.'), value }];
  return present.flatMap((key) =>
    leavesBelow(valueAt(value, [key]), [...path, key], [...name, toSnake(key)]),
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
