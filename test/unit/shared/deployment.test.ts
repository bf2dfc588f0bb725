import { describe, expect, it } from 'vitest';
import { deploymentSpecSchema, imageSchema, nameSchema } from '../../../src/shared/model.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('nameSchema', () => {
  it('takes what can stand in a URL, a pod name and a model field', () => {
    expect(
      ['a', 'qwen3-8b', 'llama3.2', 'a_b', 'x'.repeat(40)].map((name) => accepts(nameSchema, name)),
    ).not.toContain(false);
  });

  it('refuses everything else', () => {
    const names = ['', 'A', '-a', 'a-', 'a b', 'a/b', 'a:b', 'é', 'x'.repeat(41), '.', '..', 'a\n'];
    expect(names.filter((name) => accepts(nameSchema, name))).toEqual([]);
  });
});

describe('imageSchema', () => {
  it('takes Docker’s references', () => {
    const images = [
      'ollama/ollama:0.33.0',
      'vllm/vllm-openai:v0.27.1-cu129',
      'ubuntu',
      'localhost:5000/a/b',
      'ghcr.io/owner/repo/image:tag',
      `image@sha256:${'a'.repeat(64)}`,
      `registry.example.com:443/a__b/c-d:1@sha256:${'0'.repeat(64)}`,
    ];
    expect(images.filter((image) => !accepts(imageSchema, image))).toEqual([]);
  });

  it('refuses what is none, quickly', () => {
    const images = [
      '',
      'UPPER',
      'a b',
      'http://x/y',
      'a:',
      'a@sha256:abc',
      '/a',
      'a/',
      `${'a-'.repeat(190)}!`,
      'a:tag:tag',
      '$(id)',
    ];
    expect(images.filter((image) => accepts(imageSchema, image))).toEqual([]);
  });
});

describe('deploymentSpecSchema', () => {
  it('needs a name and a model, and has safe defaults for the rest', () => {
    const spec = deploymentSpecSchema.parse({ name: 'a', model: 'facebook/opt-125m' });
    expect(spec).toMatchObject({
      mode: 'pod',
      idle: { policy: 'fixed', minutes: 15 },
      watchdog: { enabled: true },
      onStop: 'terminate',
      autostart: false,
      serverless: { minWorkers: 0 },
      compute: { gpuTypeIds: [], cloud: 'SECURE' },
    });
    expect(deploymentSpecSchema.parse(spec)).toEqual(spec);
  });

  it('refuses unknown keys at every depth, and bounds that cross', () => {
    const base = { name: 'a', model: 'm' };
    const wrong = [
      { ...base, gpu: 'x' },
      { ...base, compute: { gpu: 'x' } },
      { ...base, idle: { seconds: 1 } },
      { ...base, serverless: { minWorkers: 3, maxWorkers: 2 } },
      { ...base, serverless: { minWorkers: 3 } },
      { ...base, model: '--flag' },
      { ...base, modelPath: 'relative' },
      { ...base, env: { 'A=B': 'x' } },
      { ...base, compute: { gpuCount: -1 } },
      { ...base, budget: { usdPerDay: 0 } },
    ];
    expect(wrong.filter((value) => accepts(deploymentSpecSchema, value))).toEqual([]);
  });
});
