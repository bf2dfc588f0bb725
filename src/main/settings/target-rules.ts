import type { UserTargetConfig } from '../../shared/targets.ts';
import { PUBLIC_PRICES, publicPriceOf } from '../costs/public-prices.ts';
import { addressProblem, withoutUser } from './address.ts';
import { foundText, type ValuePath } from './config-problem.ts';
import type { BrokenRule } from './config-rules.ts';

/** What is wrong with one server beside the deployments, wherever it was added. */
export function targetRules(target: UserTargetConfig, path: ValuePath): BrokenRule[] {
  const broken = target.publicEndpoint === null ? ownRules(target, path) : publicRules(target, path);
  if (target.baseUrl !== null) {
    const at = [...path, 'baseUrl'];
    const allowed = addressProblem(target.baseUrl);
    if (allowed !== null)
      broken.push({ path: at, found: foundText(withoutUser(target.baseUrl), at), allowed });
  }
  if (target.apiKeyEnv === 'RUNPOD_API_KEY' && !isRunPod(target.baseUrl ?? '')) {
    const allowed = 'another variable: the RunPod key goes to RunPod alone';
    broken.push({ path: [...path, 'apiKeyEnv'], found: JSON.stringify(target.apiKeyEnv), allowed });
  }
  return broken;
}

/** A server of the user's own. */
function ownRules(target: UserTargetConfig, path: ValuePath): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const missing = (field: string, allowed: string): void => {
    broken.push({ path: [...path, field], found: 'nothing', allowed });
  };
  if (target.baseUrl === null) missing('baseUrl', 'a URL, or public_endpoint in its place');
  if (target.name === null) missing('name', 'a name for the server');
  if (target.models.length === 0) missing('models', 'at least one value of `model` that leads there');
  return broken;
}

/** One of RunPod's: where it is, its model and its key are known. */
function publicRules(target: UserTargetConfig, path: ValuePath): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if (publicPriceOf(target.publicEndpoint ?? '') === null) {
    const allowed = PUBLIC_PRICES.map(({ id }) => id).join(', ');
    broken.push({ path: [...path, 'publicEndpoint'], found: JSON.stringify(target.publicEndpoint), allowed });
  }
  for (const field of ['baseUrl', 'servedModel', 'apiKeyEnv'] as const) {
    if (target[field] === null) continue;
    const found = field === 'baseUrl' ? 'a URL' : JSON.stringify(target[field]);
    broken.push({ path: [...path, field], found, allowed: 'nothing: a public endpoint brings its own' });
  }
  return broken;
}

const isRunPod = (address: string): boolean =>
  /(?:^|\.)runpod\.(?:ai|io)$/.test(URL.parse(address)?.hostname ?? '');
