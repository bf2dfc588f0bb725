import { z } from 'zod';
import { appConfigSchema } from './app-config.ts';
import { pathText, problemsOf, type ConfigProblem, type ValuePath } from './config-problem.ts';
import { fileForm, fromFileForm, toSnake } from './file-form.ts';
import { JsonSyntaxError, readJsonText, type JsonText } from './json-text.ts';
import { mapDeployment, type MappedDeployment } from './seed-deployment.ts';
import { seedDeploymentShape } from './seed-rows.ts';

/** Parts of the configuration that stand in the file under their own names; the rest describes deployments. */
const { dataDir: _dataDir, deployments: _deployments, ...SECTIONS } = appConfigSchema.shape;

let built: z.ZodObject | null = null;

/**
 * `llm_config.json`: one deployment at the top as in the seed, more in `deployments`, and the app's own settings. Built
 * when a file is read or the schema is asked for: a start without a file need not wait for it.
 */
export function fileSchema(): z.ZodObject {
  built ??= buildFileSchema();
  return built;
}

function buildFileSchema(): z.ZodObject {
  const deployment = seedDeploymentShape();
  const sections = Object.entries(SECTIONS).map(([name, schema]): [string, z.core.$ZodType] => [
    toSnake(name),
    fileForm(schema),
  ]);
  return z.strictObject({
    $schema: z.string().optional(),
    ...deployment,
    model: z.optional(deployment['model'] ?? z.never()),
    deployments: z.array(z.strictObject(deployment)).max(200).optional(),
    ...Object.fromEntries(sections),
  });
}

/** A file that was read, in the configuration's own form. */
export interface FileLayer {
  readonly path: string;
  /** Sections as appConfigSchema names them; values the file does not set are absent. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly deployments: readonly MappedDeployment[];
  readonly notes: readonly string[];
  readonly problems: readonly ConfigProblem[];
  /** `/path/llm_config.json:3:11` of what a path in the file leads to. */
  where(path: ValuePath, what?: 'key' | 'value'): string;
  /** The same without the column, for `config show`. */
  line(path: ValuePath): string;
}

const MOST_CHARACTERS = 1_000_000;

/** Reads the text of a configuration file. Never throws: what is wrong is in `problems`. */
export function readConfigFile(path: string, text: string): FileLayer {
  const parsed = parse(path, text);
  if ('problem' in parsed) return emptyLayer(path, [parsed.problem]);
  const { json } = parsed;
  const where = (at: ValuePath, what: 'key' | 'value' = 'value'): string => {
    const { line, column } = json.positionOf(at, what);
    return `${path}:${line}:${column}`;
  };
  const checked = fileSchema().safeParse(json.value);
  if (!checked.success) {
    return emptyLayer(path, problemsOf(checked.error, fileSchema(), json.value, where));
  }
  const file: Readonly<Record<string, unknown>> = checked.data;
  const { deployments, problems } = deploymentsOf(file, where);
  return {
    path,
    values: sectionsOf(file),
    deployments,
    notes: deployments.flatMap((deployment) => deployment.notes).map((note) => `${path}: ${note}`),
    problems: [
      ...problems,
      ...deployments.flatMap((deployment) =>
        deployment.problems.map((problem) => ({
          where: where(problem.path),
          path: pathText(problem.path),
          found: problem.found,
          allowed: problem.allowed,
        })),
      ),
    ],
    where,
    line: (at) => `${path}:${json.positionOf(at).line}`,
  };
}

function parse(path: string, text: string): { json: JsonText } | { problem: ConfigProblem } {
  if (text.length > MOST_CHARACTERS) {
    const allowed = `at most ${MOST_CHARACTERS} characters`;
    return { problem: { where: path, path: '', found: `${text.length} characters`, allowed } };
  }
  try {
    return { json: readJsonText(text) };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column } = error.position;
    const problem = {
      where: `${path}:${line}:${column}`,
      path: '',
      found: 'no JSON here',
      allowed: `valid JSON: ${error.message}`,
    };
    return { problem };
  }
}

function sectionsOf(file: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(SECTIONS).flatMap(([name, schema]): [string, unknown][] => {
    const found = file[toSnake(name)];
    return found === undefined ? [] : [[name, fromFileForm(schema, found)]];
  });
  return Object.fromEntries(entries);
}

function deploymentsOf(
  file: Readonly<Record<string, unknown>>,
  where: FileLayer['where'],
): { deployments: MappedDeployment[]; problems: ConfigProblem[] } {
  const listed = z.array(z.record(z.string(), z.unknown())).parse(file['deployments'] ?? []);
  const deployments = listed.map((raw, index) => mapDeployment(raw, ['deployments', index]));
  const keys = Object.keys(seedDeploymentShape()).filter((key) => file[key] !== undefined);
  if (keys.length === 0) return { deployments, problems: [] };
  if (file['model'] !== undefined) {
    const own = Object.fromEntries(keys.map((key) => [key, file[key]]));
    return { deployments: [mapDeployment(own, []), ...deployments], problems: [] };
  }
  const [key = ''] = keys;
  const problem = {
    where: where([key], 'key'),
    path: key,
    found: 'a deployment without "model"',
    allowed: '"model": { "name": … } beside it, or the deployment inside "deployments"',
  };
  return { deployments, problems: [problem] };
}

function emptyLayer(path: string, problems: readonly ConfigProblem[]): FileLayer {
  const where = (): string => path;
  return { path, values: {}, deployments: [], notes: [], problems, where, line: where };
}
