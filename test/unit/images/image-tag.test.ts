import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageSchema } from '../../../src/shared/deployment.ts';
import { imageRequestSchema, type ImageWish } from '../../../src/shared/images.ts';
import { defineImage, type ImageScripts } from '../../../src/main/images/dockerfile.ts';
import { contextFile } from '../../../src/main/images/image-files.ts';
import { imageReference, slug } from '../../../src/main/images/image-tag.ts';

const scripts: ImageScripts = {
  entrypoint: 'E',
  smoke: 'S',
  watchdog: 'W',
  front: 'F',
  preload: 'L',
  health: 'H',
  bake: 'B',
  bakeOllama: 'O',
  worker: 'Q',
};

function referenceOf(
  wish: ImageWish,
  others: Partial<ImageScripts> = {},
  revision: string | null = null,
): string {
  const request = imageRequestSchema.parse(wish);
  const { dockerfile, files } = defineImage(request, { ...scripts, ...others }, { revision, bytes: null });
  return imageReference(request, { dockerfile, files: files.map(contextFile) }, null);
}

const BASE: ImageWish = { model: 'Qwen/Qwen3-8B', env: { A: '1', B: '2' } };
const base = referenceOf(BASE);

describe('the tag of an image', () => {
  it('is the same for the same inputs, in whatever order they are given', () => {
    expect(base).toMatch(/^runpod-llm\/qwen-qwen3-8b:vllm-pod-[0-9a-f]{16}$/);
    expect(referenceOf({ ...BASE, env: { B: '2', A: '1' } })).toBe(base);
    expect(referenceOf({ ...BASE, weights: 'download', args: [] })).toBe(base);
  });

  it.each<[string, ImageWish]>([
    ['model', { ...BASE, model: 'Qwen/Qwen3-8b' }],
    ['revision', { ...BASE, revision: 'main' }],
    ['backend', { ...BASE, backend: 'ollama' }],
    ['target', { ...BASE, target: 'queue' }],
    ['base', { ...BASE, base: 'vllm/vllm-openai:v0.27.1-cu129' }],
    ['weights', { ...BASE, weights: 'baked' }],
    ['served name', { ...BASE, servedName: 'x' }],
    ['arguments', { ...BASE, args: ['--seed', '1'] }],
    ['variables', { ...BASE, env: { A: '1', B: '3' } }],
    ['packages', { ...BASE, packages: ['a==1'] }],
  ])('changes with the %s', (_name, wish) => {
    expect(hash(referenceOf(wish))).not.toBe(hash(base));
  });

  it('changes with a script, with the commit of baked weights and with an edited Dockerfile', () => {
    expect(referenceOf(BASE, { watchdog: 'W2' })).not.toBe(base);
    const baked: ImageWish = { ...BASE, weights: 'baked' };
    expect(referenceOf(baked, {}, 'abc')).not.toBe(referenceOf(baked, {}, 'def'));
    const context = { dockerfile: 'FROM x\n', files: [] };
    const request = imageRequestSchema.parse(BASE);
    expect(imageReference(request, context, null)).not.toBe(
      imageReference(request, { ...context, dockerfile: 'FROM y\n' }, null),
    );
  });

  it('does not change with the place it goes to', () => {
    expect(hash(referenceOf({ ...BASE, repository: 'ghcr.io/me/llm' }))).toBe(hash(base));
    expect(referenceOf({ ...BASE, repository: 'ghcr.io/me/llm' })).toMatch(/^ghcr\.io\/me\/llm:/);
    const request = imageRequestSchema.parse(BASE);
    expect(imageReference(request, { dockerfile: '', files: [] }, 'me')).toMatch(/^me\/qwen-qwen3-8b:/);
  });

  it('is a valid reference whatever the model is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (model) => {
        expect(imageSchema.safeParse(`runpod-llm/${slug(model)}:vllm-pod-0123456789abcdef`).success).toBe(
          true,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

const hash = (reference: string): string => reference.slice(-16);
