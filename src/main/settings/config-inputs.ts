import { z } from 'zod';
import { nearest } from '../control/nearest.ts';
import { SECRET_VARIABLES } from '../secrets/secret-names.ts';
import { appConfigSchema } from './app-config.ts';
import { describeSchema, foundText, type ConfigProblem } from './config-problem.ts';
import { schemaAt, toSnake } from './file-form.ts';
import { absolute } from './folders.ts';

/** A value that stands above the file: from a variable or a flag. */
export interface InputValue {
  /** Path in AppConfig. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** `environment LOG_LEVEL`, `flag --port`. */
  readonly source: string;
}

export interface Inputs {
  readonly values: readonly InputValue[];
  readonly notes: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

type Convert = (text: string, folders: Folders) => unknown;

interface Folders {
  readonly cwd: string;
  readonly home: string;
}

const text: Convert = (value) => value;
/** Digits become a number; anything else stays what it is and is refused with its own words. */
const number: Convert = (value) => (/^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value);
const path: Convert = (value, { cwd, home }) => absolute(value, cwd, home);
const level: Convert = (value) => {
  const name = value.toLowerCase();
  return name === 'warning' ? 'warn' : name;
};

/** SPEC 1.3. Secrets are not among them: they are not part of the configuration. */
const VARIABLES: Readonly<Record<string, readonly [path: readonly string[], convert: Convert]>> = {
  CACHE_DIR: [['cacheDir'], path],
  DOCKER_HOST: [['docker', 'host'], text],
  HF_ENDPOINT: [['huggingface', 'endpoint'], text],
  LOG_LEVEL: [['logLevel'], level],
  RUNPOD_API_URL: [['runpod', 'apiUrl'], text],
  RUNPOD_GRAPHQL_URL: [['runpod', 'graphqlUrl'], text],
  RUNPOD_INVOKE_URL: [['runpod', 'invokeUrl'], text],
  RUNPOD_LB_URL_TEMPLATE: [['runpod', 'lbUrlTemplate'], text],
  RUNPOD_LLM_IMAGE_REPOSITORY: [['images', 'repository'], text],
  RUNPOD_LLM_PACKAGE_INDEX: [['images', 'packageIndex'], text],
  RUNPOD_LLM_PORT: [['proxy', 'port'], number],
  RUNPOD_POD_URL_TEMPLATE: [['runpod', 'podUrlTemplate'], text],
};

/** Variables with our prefix that are read elsewhere: the data directory decides where the file is. */
const OTHER_VARIABLES = ['RUNPOD_LLM_DATA_DIR', ...Object.values(SECRET_VARIABLES)];

const OUR_PREFIX = 'RUNPOD_LLM_';

/** Values of the environment; a variable that is set to nothing counts as not set. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, folders: Folders): Inputs {
  const found = Object.entries(VARIABLES).flatMap(([variable, [at, convert]]) => {
    const value = env[variable]?.trim() ?? '';
    if (value === '') return [];
    const given = convert(value, folders);
    return [checked({ path: at, value: given, source: `environment ${variable}` }, variable, value)];
  });
  return { ...split(found), notes: unknownVariables(env) };
}

function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...Object.keys(VARIABLES), ...OTHER_VARIABLES];
  return Object.keys(env)
    .filter((variable) => variable.startsWith(OUR_PREFIX) && !known.includes(variable))
    .map((variable) => {
      const close = nearest(variable, known);
      return `The variable ${variable} means nothing to this app${close === null ? '' : `; did you mean ${close}?`}`;
    });
}

/** Flags of `serve`, as the command line reads them: camelCase, absent when not given. */
const FLAGS: Readonly<Record<string, readonly [flag: string, path: readonly string[]]>> = {
  controlPort: ['--control-port', ['control', 'port']],
  host: ['--host', ['proxy', 'host']],
  logLevel: ['--log-level', ['logLevel']],
  port: ['--port', ['proxy', 'port']],
  sandboxSpeed: ['--sandbox-speed', ['sandbox', 'speed']],
};

export function readFlags(flags: Readonly<Record<string, unknown>>): Inputs {
  const found = Object.entries(FLAGS).flatMap(([name, [flag, at]]) => {
    const value = flags[name];
    return value === undefined ? [] : [checked({ path: at, value, source: `flag ${flag}` }, flag, value)];
  });
  const { values, problems } = split(found);
  const cloud = cloudOf(flags);
  return {
    values: [...values, ...(cloud === null ? [] : [cloud])],
    notes: [],
    problems: flags['sandbox'] === true && flags['runpod'] === true ? [...problems, BOTH_CLOUDS] : problems,
  };
}

const BOTH_CLOUDS: ConfigProblem = {
  where: '--sandbox --runpod',
  path: 'cloud',
  found: 'both flags',
  allowed: 'one of them',
};

function cloudOf(flags: Readonly<Record<string, unknown>>): InputValue | null {
  if (flags['sandbox'] === true) return { path: ['cloud'], value: 'sandbox', source: 'flag --sandbox' };
  if (flags['runpod'] === true) return { path: ['cloud'], value: 'runpod', source: 'flag --runpod' };
  return null;
}

/** A value, or why it cannot be one; `given` is what the user wrote. */
function checked(input: InputValue, where: string, given: unknown): InputValue | ConfigProblem {
  const schema = schemaAt(appConfigSchema, input.path) ?? z.never();
  const result = z.safeParse(schema, input.value);
  if (result.success) return input;
  const [issue] = result.error.issues;
  const isOwnRule = issue?.code === 'custom';
  return {
    where,
    path: input.path.map(toSnake).join('.'),
    found: foundText(given, [where]),
    allowed: isOwnRule ? issue.message : describeSchema(schema),
  };
}

function split(found: readonly (InputValue | ConfigProblem)[]): Omit<Inputs, 'notes'> {
  return {
    values: found.filter((one): one is InputValue => 'source' in one),
    problems: found.filter((one): one is ConfigProblem => 'where' in one),
  };
}
