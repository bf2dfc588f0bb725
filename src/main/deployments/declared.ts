import { isDeepStrictEqual } from 'node:util';
import { asAppError, isAbort } from '../../shared/errors.ts';
import type { DeploymentSpec } from '../../shared/model.ts';
import type { Log } from '../logs/log.ts';
import { DEFAULT_CONTEXT_TOKENS } from '../planner/context.ts';
import { withEndpointType } from './policy/endpoint-type.ts';
import type { Fleet } from './types.ts';

/**
 * Brings up the deployments a configuration file declares (SPEC 1.2): new ones are made, and started where they say so;
 * known ones that rest take over what changed. A running one is left as it is, since an edit may wipe its disk. What the
 * file no longer names stays: deleting is done by hand. Returns what could not be done, in words; null = all was.
 */
export async function applyDeclared(
  fleet: Fleet,
  wishes: readonly DeploymentSpec[],
  log: Log,
  signal: AbortSignal,
): Promise<string | null> {
  const problems: string[] = [];
  for (const spec of wishes) {
    try {
      const problem = await applyOne(fleet, spec, log, signal);
      if (problem !== null) problems.push(problem);
    } catch (error) {
      if (isAbort(error)) throw error;
      const known = asAppError(error);
      log.warn(
        { deployment: spec.name, code: known.code, reason: known.message },
        'a declared deployment was refused',
      );
      problems.push(`${spec.name}: ${known.message} ${known.advice}`);
    }
  }
  return problems.length === 0 ? null : problems.join('\n');
}

async function applyOne(
  fleet: Fleet,
  spec: DeploymentSpec,
  log: Log,
  signal: AbortSignal,
): Promise<string | null> {
  const known = fleet.list().find((view) => view.name === spec.name);
  if (known === undefined) {
    await fleet.create(spec, spec.autostart, signal);
    log.info({ deployment: spec.name }, 'a declared deployment was made');
    return null;
  }
  if (isDeepStrictEqual(known.spec, asStored(spec, known.spec))) return null;
  if (known.desired === 'stopped' && known.pod === null) {
    await fleet.edit(spec.name, spec, signal);
    log.info({ deployment: spec.name }, 'a declared deployment was changed');
    return null;
  }
  return `${spec.name}: the file differs from what runs. Stop it, then save the file again, to take the change over.`;
}

/** The default context may have been lowered to what the model was made for when the deployment was made. */
function asStored(declared: DeploymentSpec, stored: DeploymentSpec): DeploymentSpec {
  const spec = withEndpointType(declared);
  if (spec.contextTokens !== DEFAULT_CONTEXT_TOKENS) return spec;
  return { ...spec, contextTokens: Math.min(spec.contextTokens, stored.contextTokens) };
}
