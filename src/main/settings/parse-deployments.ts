import { deploymentSpecSchema, type DeploymentSpec } from '../../shared/model.ts';
import { readConfigFile } from './config-file.ts';
import { configError, pathText, problemsOf, type ConfigProblem, type ValuePath } from './config-problem.ts';
import { toSnake } from './file-form.ts';
import type { MappedDeployment } from './seed-deployment.ts';

/** Stands where a path would in messages about text that is in no file. */
const PLACE = 'line';

/**
 * The deployments of a pasted `llm_config.json`, in its seed's form (one at the top) and as a list. The app's own settings
 * in it are read but not used, and a note says so.
 * @throws AppError config_invalid, with every problem: line, what was found, what is allowed
 */
export function parseDeployments(text: string): { deployments: DeploymentSpec[]; notes: string[] } {
  const file = readConfigFile(PLACE, text);
  if (file.problems.length > 0) throw configError(file.problems);
  const problems: ConfigProblem[] = [];
  const deployments = file.deployments.flatMap((mapped) => {
    const parsed = deploymentSpecSchema.safeParse(mapped.spec);
    if (parsed.success) return [parsed.data];
    const where = (path: ValuePath): string => file.where(inFile(mapped, path));
    const name = (path: ValuePath): string => pathText(inFile(mapped, path));
    problems.push(...problemsOf(parsed.error, deploymentSpecSchema, mapped.spec, where, name));
    return [];
  });
  if (problems.length > 0) throw configError(problems);
  const unused = Object.keys(file.values).map(toSnake);
  const notes = file.deployments.flatMap((deployment) => deployment.notes);
  return {
    deployments,
    notes: unused.length === 0 ? notes : [...notes, `Not used here: ${unused.join(', ')}.`],
  };
}

/** Where the text has it; of what the text has not, the deployment itself. */
function inFile({ origins }: MappedDeployment, path: ValuePath): ValuePath {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(pathText(path.slice(0, length)));
    if (origin !== undefined) return [...origin, ...path.slice(length)];
  }
  return path;
}
