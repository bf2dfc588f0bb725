import type { SecretName } from '../../shared/model.ts';

/** The environment variable that gives each secret (SPEC 1.3). */
export const SECRET_VARIABLES: Readonly<Record<SecretName, string>> = {
  runpod: 'RUNPOD_API_KEY',
  proxy: 'RUNPOD_LLM_PROXY_KEY',
  hf: 'HF_TOKEN',
  'docker-username': 'DOCKER_USERNAME',
  'docker-token': 'DOCKER_TOKEN',
};

const SHORTEST_WITH_HINT = 12;

/** The last four characters, to tell one key from another; null where four would be much of the whole. */
export function hint(value: string): string | null {
  return value.length >= SHORTEST_WITH_HINT ? value.slice(-4) : null;
}
