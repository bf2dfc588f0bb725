import { AppError } from '../../shared/errors.ts';
import type { Target } from '../target.ts';
import type { ClientKey } from './keyring.ts';
import type { Router } from './router.ts';

/** A model as pickers read it: OpenAI's fields plus what Cline, Open WebUI and Codex look for (CLIENTS 2.4). */
export interface ModelObject {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: 'runpod-llm';
  readonly name: string;
  readonly max_model_len: number;
  readonly context_length: number;
  readonly max_output_tokens: number;
  readonly capabilities: readonly string[];
  readonly status: string;
}

/** The model list comes from local state, sleeping deployments included: asking a sleeping one would wake it. */
export function modelList(router: Router, key: ClientKey, created: number): object {
  const data = router
    .models(key)
    .map((id) => modelObject(id, router.targetsOf(id), created))
    .filter((model) => model !== null);
  // The second array is what Codex reads.
  return { object: 'list', data, models: data };
}

/** @throws AppError model_not_found */
export function modelById(router: Router, key: ClientKey, id: string, created: number): ModelObject {
  const { model, targets } = router.resolve(id, key);
  const found = modelObject(model, targets, created);
  if (found === null) throw new AppError('model_not_found', `The model "${id}" does not exist here.`);
  return found;
}

function modelObject(id: string, targets: readonly Target[], created: number): ModelObject | null {
  const [target] = targets;
  if (target === undefined) return null;
  const ready = targets.some((one) => one.state() === 'ready');
  return {
    id,
    object: 'model',
    created,
    owned_by: 'runpod-llm',
    name: id === target.name ? `${id} (RunPod)` : `${id} (${target.name})`,
    max_model_len: target.contextTokens,
    context_length: target.contextTokens,
    max_output_tokens: Math.min(32_768, Math.floor(target.contextTokens / 4)),
    capabilities: ['completion', 'tools'],
    status: ready ? 'ready' : target.state(),
  };
}
