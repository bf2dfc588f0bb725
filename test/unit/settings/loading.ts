import { expect } from 'vitest';
import { loadConfig, type LoadedConfig } from '../../../src/main/settings/load-config.ts';
import { AppError } from '../../../src/shared/errors.ts';

export interface Given {
  readonly file?: unknown;
  readonly text?: string;
  readonly env?: Record<string, string>;
  readonly flags?: Record<string, unknown>;
}

export const FILE = '/data/llm_config.json';

export function load(given: Given = {}): LoadedConfig {
  const text = given.text ?? (given.file === undefined ? null : JSON.stringify(given.file, null, 2));
  return loadConfig({
    flags: { dataDir: '/data', ...given.flags },
    env: given.env ?? {},
    cwd: '/srv/app',
    home: '/home/me',
    platform: 'linux',
    readText: (path) => (path === FILE ? text : null),
  });
}

/** The lines of the refusal. */
export function refusal(given: Given): string[] {
  let refused: unknown = null;
  try {
    load(given);
  } catch (error) {
    refused = error;
  }
  expect(refused).toMatchObject({ code: 'config_invalid' });
  return refused instanceof AppError ? refused.message.split('\n') : [];
}

export const seed = {
  mode: 'pod',
  model: { name: 'facebook/opt-125m' },
  compute: { gpu_type_id: 'NVIDIA RTX 4090', gpu_count: 1 },
  pod: { template_id: 'vllm', container_disk_gb: 20, name: 'my-llm-pod' },
};
