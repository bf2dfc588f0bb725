import { describe, expect, it } from 'vitest';
import { imageNeed, requestFor } from '../../../src/main/planner/image-need.ts';
import { deploymentSpecSchema, type DeploymentWish } from '../../../src/shared/deployment.ts';

const spec = (wish: Partial<DeploymentWish> = {}) =>
  deploymentSpecSchema.parse({ name: 'x', model: 'Qwen/Qwen3-8B', ...wish });

describe('the image of a deployment (SPEC 3.3)', () => {
  it.each<[string, Partial<DeploymentWish>, boolean, string]>([
    ['its own choice first', { image: 'me/x:1', ownImage: 'always' }, false, 'given'],
    ['then its template', { templateId: 't', ownImage: 'always' }, false, 'given'],
    ['then what its settings ask for', { ownImage: 'always' }, false, 'build'],
    ['a stock image for vLLM', {}, false, 'stock'],
    ['a stock image for vLLM without a watchdog', {}, true, 'stock'],
    ['a stock image for Ollama', { backend: 'ollama' }, false, 'stock'],
    ['an own one where Ollama’s key check cannot travel', { backend: 'ollama' }, true, 'build'],
    ['a stock image against all odds', { backend: 'ollama', ownImage: 'never' }, true, 'stock'],
  ])('is %s', (_name, wish, overrideIgnored, need) => {
    const found = imageNeed(spec(wish), overrideIgnored);
    expect(found.kind).toBe(need);
    expect(found.reason).not.toBe('');
  });

  it('is asked for as what it is placed as, by model and packages alone', () => {
    expect(requestFor(spec({ name: 'coder' }), 'pod', ['einops==0.8.1'])).toMatchObject({
      model: 'Qwen/Qwen3-8B',
      target: 'pod',
      packages: ['einops==0.8.1'],
      servedName: null,
    });
    expect(requestFor(spec(), 'serverless').target).toBe('queue');
    const balanced = spec({ serverless: { type: 'LOAD_BALANCER' } });
    expect(requestFor(balanced, 'serverless').target).toBe('load-balancer');
  });
});
