import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Env } from './cli.ts';

export function resolveDataDir(flag: string | undefined, env: Env): string {
  return resolve(flag ?? env['RUNPOD_LLM_DATA_DIR'] ?? join(homedir(), '.local/share/runpod-llm-manager'));
}
