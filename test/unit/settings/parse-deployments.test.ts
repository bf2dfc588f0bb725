import { describe, expect, it } from 'vitest';
import { parseDeployments } from '../../../src/main/settings/parse-deployments.ts';
import { AppError } from '../../../src/shared/errors.ts';

const SEED = `{
  "mode": "pod",
  "model": { "name": "Qwen/Qwen3-8B" },
  "compute": { "gpu_type_id": "NVIDIA A40", "max_usd_per_hour": 0.6 },
  "context_tokens": 16384,
  "idle": { "minutes": 20 },
  "pod": { "name": "mine", "template_id": "vllm", "env": { "A": "b" } },
  "proxy": { "port": 9000 }
}`;

const problemOf = (text: string): AppError => {
  try {
    parseDeployments(text);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('was accepted');
};

describe('the deployments of a pasted file', () => {
  it('reads the seed form and says what is not used', () => {
    const { deployments, notes } = parseDeployments(SEED);
    expect(deployments).toMatchObject([
      {
        name: 'mine',
        model: 'Qwen/Qwen3-8B',
        backend: 'vllm',
        compute: { gpuTypeIds: ['NVIDIA A40'], maxUsdPerHour: 0.6 },
        contextTokens: 16_384,
        idle: { policy: 'fixed', minutes: 20 },
        env: { A: 'b' },
        watchdog: { enabled: true },
      },
    ]);
    expect(notes).toEqual(['Not used here: proxy.']);
  });

  it('reads a list, and one at the top beside it', () => {
    const list = '"deployments": [{ "model": { "name": "a/one" } }, { "model": { "name": "b/two" } }]';
    expect(parseDeployments(`{ ${list} }`).deployments.map(({ name }) => name)).toEqual(['one', 'two']);
    const both = parseDeployments(`{ "model": { "name": "c/top" }, ${list} }`);
    expect(both.deployments.map(({ name }) => name)).toEqual(['top', 'one', 'two']);
  });

  it('finds nothing in a file of settings alone', () => {
    expect(parseDeployments('{ "proxy": { "port": 9000 } }').deployments).toEqual([]);
  });

  it.each([
    ['no JSON', '{ "model": ', 'line:1:'],
    ['an unknown key', '{\n "modle": {}\n}', 'line:2:2'],
    ['a value that is not allowed', '{ "model": { "name": "a/b" },\n "context_tokens": 3 }', 'line:2:'],
    ['a name that is none', '{ "model": { "name": "a/b" },\n "pod": { "name": "Not A Name" } }', 'line:2:'],
  ])('refuses %s and says where', (_what, text, place) => {
    const problem = problemOf(text);
    expect(problem.code).toBe('config_invalid');
    expect(problem.message).toContain(place);
  });
});
