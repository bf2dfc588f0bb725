import { AppError } from '../../shared/errors.ts';
import type { Target } from '../target.ts';
import { parseObject, stringOf } from './json.ts';
import type { ClientKey } from './keyring.ts';
import type { Router } from './router.ts';

/** New enough for every client that checks (VS Code wants 0.6.4). */
const VERSION = '0.12.0';

/** Ollama's local answers: what exists, what runs. Digests and sizes are made up, as there are no local files. */
export function ollamaVersion(): object {
  return { version: VERSION };
}

export function ollamaTags(router: Router, key: ClientKey, at: string): object {
  return { models: router.models(key).map((name) => entry(name, at)) };
}

export function ollamaPs(router: Router, key: ClientKey, at: string): object {
  const running = router
    .models(key)
    .filter((name) => router.targetsOf(name).some((t) => t.state() === 'ready'));
  return { models: running.map((name) => ({ ...entry(name, at), size_vram: 0, expires_at: at })) };
}

/** @throws AppError invalid_input, model_not_found */
export function ollamaShow(router: Router, key: ClientKey, body: Buffer): object {
  const json = parseObject(body.toString('utf8'));
  const name = stringOf(json?.['model']) ?? stringOf(json?.['name']);
  if (name === null) throw new AppError('invalid_input', 'The body names no model.');
  const [target] = router.resolve(name, key).targets;
  return show(target?.contextTokens ?? 0, target);
}

function show(context: number, target: Target | undefined): object {
  return {
    license: '',
    modelfile: '',
    parameters: '',
    template: '',
    details: DETAILS,
    model_info: { 'general.architecture': 'llama', 'llama.context_length': context },
    capabilities: ['completion', 'tools'],
    remote_model: target?.name,
  };
}

const DETAILS = {
  parent_model: '',
  format: 'remote',
  family: 'llama',
  families: ['llama'],
  parameter_size: '',
  quantization_level: '',
};

function entry(name: string, at: string): object {
  return { name, model: name, modified_at: at, size: 0, digest: '', details: DETAILS };
}
