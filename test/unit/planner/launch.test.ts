import { describe, expect, it } from 'vitest';
import { launchRecipe, type LaunchCandidate } from '../../../src/main/planner/launch.ts';
import { plan } from '../../../src/main/planner/plan.ts';
import type { ModelFacts } from '../../../src/main/planner/types.ts';
import { deploymentSpecSchema, type DeploymentSpec, type DeploymentWish } from '../../../src/shared/model.ts';
import { exact, inputOf, llama8b } from './facts.ts';

const A40: LaunchCandidate = {
  kind: 'pod',
  gpuTypeId: 'NVIDIA A40',
  gpuCount: 2,
  image: 'vllm/vllm-openai:v0.27.1',
  minCudaVersion: '13.0',
  containerDiskGb: 40,
};
const OLLAMA: LaunchCandidate = { ...A40, gpuCount: 1, image: 'ollama/ollama:0.33.0', minCudaVersion: null };
const WORKER: LaunchCandidate = { ...A40, kind: 'serverless', image: 'runpod/worker-v1-vllm:v2.25.2' };

const specOf = (wish: Partial<DeploymentWish>): DeploymentSpec =>
  deploymentSpecSchema.parse({ name: 'coder', model: 'Qwen/Qwen3-8B', ...wish });

const facts: ModelFacts = {
  ...llama8b,
  model: 'Qwen/Qwen3-8B',
  revision: 'b968826d9c46dd6066d109eabc6255188de91218',
  toolCallParser: 'hermes',
  reasoningParser: 'qwen3',
};

describe('a vLLM pod', () => {
  it('starts the stock image as the plan counted it', () => {
    expect(launchRecipe(specOf({ contextTokens: 16_384 }), A40, facts)).toEqual({
      image: 'vllm/vllm-openai:v0.27.1',
      argv: [
        '--model',
        'Qwen/Qwen3-8B',
        '--host',
        '0.0.0.0',
        '--port',
        '8000',
        '--served-model-name',
        'coder',
        'Qwen/Qwen3-8B',
        '--revision',
        'b968826d9c46dd6066d109eabc6255188de91218',
        '--max-model-len',
        '16384',
        '--gpu-memory-utilization',
        '0.90',
        '--max-num-seqs',
        '256',
        '--max-num-batched-tokens',
        '8192',
        '--tensor-parallel-size',
        '2',
        '--enable-auto-tool-choice',
        '--tool-call-parser',
        'hermes',
        '--reasoning-parser',
        'qwen3',
      ],
      env: { HF_XET_HIGH_PERFORMANCE: '1', VLLM_NO_USAGE_STATS: '1' },
      ports: ['8000/http'],
      disk: 40,
      minCudaVersion: '13.0',
      healthPath: '/health',
      modelServerPort: 8000,
      notes: [],
    });
  });

  it('carries no parser it does not know, and nothing about a revision nobody named', () => {
    const { argv } = launchRecipe(specOf({}), A40, null);
    expect(argv.join(' ')).not.toMatch(/parser|auto-tool|--revision|kv-cache|--dtype/);
  });

  it('uses half precision before Ampere, unless the weights are half already', () => {
    const t4 = { ...A40, gpuTypeId: 'Tesla T4', gpuCount: 1 };
    expect(launchRecipe(specOf({}), t4, facts).argv.join(' ')).toContain('--dtype half');
    expect(launchRecipe(specOf({}), t4, { ...facts, dtype: exact('float16') }).argv.join(' ')).not.toContain(
      '--dtype',
    );
    expect(launchRecipe(specOf({}), A40, facts).argv.join(' ')).not.toContain('--dtype');
  });

  it('puts the user’s own arguments and variables last', () => {
    const recipe = launchRecipe(
      specOf({ extraArgs: ['--enforce-eager'], env: { HF_HOME: '/x' }, kvCacheDtype: 'fp8' }),
      A40,
      facts,
    );
    expect(recipe.argv.at(-1)).toBe('--enforce-eager');
    expect(recipe.argv.join(' ')).toContain('--kv-cache-dtype fp8');
    expect(recipe.env['HF_HOME']).toBe('/x');
  });

  it('keeps weights on a network volume, and then needs little disk', () => {
    const volume = { networkVolumeId: 'vol1', path: '/workspace' };
    const recipe = launchRecipe(specOf({ volume }), A40, facts);
    expect(recipe.env).toMatchObject({
      HF_HOME: '/workspace/huggingface',
      VLLM_CACHE_ROOT: '/workspace/vllm',
    });
    expect(recipe.disk).toBe(20);
    expect(launchRecipe(specOf({ containerDiskGb: 77 }), A40, facts).disk).toBe(77);
  });

  it('uses a custom image as it is, but knows another tag of the stock image', () => {
    const custom = launchRecipe(specOf({ image: 'me/llm:1', extraArgs: ['--go'] }), A40, facts);
    expect(custom).toMatchObject({ image: 'me/llm:1', argv: ['--go'], minCudaVersion: null });
    const newer = launchRecipe(specOf({ image: 'vllm/vllm-openai:v0.28.0' }), A40, facts);
    expect(newer.image).toBe('vllm/vllm-openai:v0.28.0');
    expect(newer.argv[0]).toBe('--model');
    expect(newer.minCudaVersion).toBe('13.0');
  });

  it('serves weights from where an image or a volume has them', () => {
    const baked = launchRecipe(
      specOf({ image: 'me/llm:1', modelPath: '/models/qwen', revision: 'v1' }),
      A40,
      facts,
    );
    expect(baked.argv.slice(0, 2)).toEqual(['--model', '/models/qwen']);
    expect(baked.argv).not.toContain('--revision');
    expect(baked).toMatchObject({ image: 'me/llm:1', minCudaVersion: null, disk: 20 });
  });

  it('takes the image the plan chose for the host’s CUDA', () => {
    const older = { ...A40, image: 'vllm/vllm-openai:v0.27.1-cu129', minCudaVersion: '12.9' };
    expect(launchRecipe(specOf({}), older, facts)).toMatchObject({
      image: 'vllm/vllm-openai:v0.27.1-cu129',
      minCudaVersion: '12.9',
    });
  });

  it('refuses to hide the key that lets a pod stop itself', () => {
    expect(() => launchRecipe(specOf({ env: { RUNPOD_API_KEY: 'x' } }), A40, facts)).toThrow(
      expect.objectContaining({ code: 'invalid_input', details: { field: 'env.RUNPOD_API_KEY' } }),
    );
  });

  it.each(['gpt-mine', 'o-coder', 'my-o3'])(
    'warns of the name %s, which editors take for OpenAI’s',
    (name) => {
      expect(launchRecipe(specOf({ name }), A40, facts).notes[0]).toContain(name);
    },
  );
});

describe('an Ollama pod', () => {
  const spec = specOf({ model: 'llama3.2:3b', backend: 'ollama', contextTokens: 16_384, concurrency: 2 });

  it('is set up by variables and stays loaded', () => {
    expect(launchRecipe(spec, OLLAMA, null)).toMatchObject({
      image: 'ollama/ollama:0.33.0',
      argv: [],
      env: {
        OLLAMA_HOST: '0.0.0.0:11434',
        OLLAMA_KEEP_ALIVE: '-1',
        OLLAMA_CONTEXT_LENGTH: '16384',
        OLLAMA_NUM_PARALLEL: '2',
        OLLAMA_FLASH_ATTENTION: '1',
      },
      ports: ['11434/http'],
      minCudaVersion: null,
      healthPath: '/api/version',
      modelServerPort: 11_434,
    });
  });

  it('spreads over several GPUs, shrinks the cache and uses a volume when told', () => {
    const wish = { kvCacheDtype: 'fp8' as const, volume: { networkVolumeId: 'v' } };
    const { env } = launchRecipe(
      { ...spec, ...specOf({ ...wish, backend: 'ollama' }) },
      { ...OLLAMA, gpuCount: 2 },
      null,
    );
    expect(env).toMatchObject({
      OLLAMA_SCHED_SPREAD: '1',
      OLLAMA_KV_CACHE_TYPE: 'q8_0',
      OLLAMA_MODELS: '/workspace/ollama',
    });
  });

  it('uses the ROCm image on AMD', () => {
    const rocm = { ...OLLAMA, image: 'ollama/ollama:0.33.0-rocm' };
    expect(launchRecipe(spec, rocm, null).image).toBe('ollama/ollama:0.33.0-rocm');
  });
});

describe('serverless', () => {
  it('trap 28: sets RunPod’s worker up by variables, the GPU count included', () => {
    const recipe = launchRecipe(specOf({ extraArgs: ['--a', "it's {}"] }), WORKER, facts);
    expect(recipe).toMatchObject({
      image: 'runpod/worker-v1-vllm:v2.25.2',
      argv: [],
      ports: [],
      env: {
        MODEL_NAME: 'Qwen/Qwen3-8B',
        MODEL_REVISION: 'b968826d9c46dd6066d109eabc6255188de91218',
        OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'coder',
        MAX_MODEL_LEN: '32768',
        TENSOR_PARALLEL_SIZE: '2',
        ENABLE_AUTO_TOOL_CHOICE: 'true',
        TOOL_CALL_PARSER: 'hermes',
        REASONING_PARSER: 'qwen3',
        VLLM_EXTRA_ARGS: `--a 'it'\\''s {}'`,
      },
    });
  });

  it('runs the stock image behind the load balancer, with all three port settings', () => {
    const recipe = launchRecipe(specOf({ serverless: { type: 'LOAD_BALANCER' } }), WORKER, facts);
    expect(recipe).toMatchObject({
      image: 'vllm/vllm-openai:v0.27.1',
      ports: ['8000/http'],
      env: { PORT: '8000', PORT_HEALTH: '8000', HEALTH_CHECK_PATH: '/health' },
    });
  });

  it('runs Ollama’s stock image, which loads its model by itself and tells so at a path of its own', () => {
    const wish = {
      backend: 'ollama' as const,
      model: 'qwen3:8b',
      serverless: { type: 'LOAD_BALANCER' as const },
    };
    const volume = { networkVolumeId: 'v', path: '/workspace' };
    const worker = { ...WORKER, image: 'ollama/ollama:0.33.0', minCudaVersion: null };
    const recipe = launchRecipe(specOf({ ...wish, volume }), worker, null);
    expect(recipe).toMatchObject({
      image: 'ollama/ollama:0.33.0',
      argv: [],
      healthPath: '/ping',
      modelServerPort: 11_434,
      minCudaVersion: null,
      env: {
        PORT: '11434',
        PORT_HEALTH: '11434',
        HEALTH_CHECK_PATH: '/ping',
        RPLM_PRELOAD: 'qwen3:8b',
        OLLAMA_MODELS: '/workspace/ollama',
        OLLAMA_KEEP_ALIVE: '-1',
      },
    });
    expect(launchRecipe(specOf({ ...wish, image: 'me/x:1' }), worker, null).healthPath).toBe('/api/version');
  });
});

it('a plan’s arguments are those of the recipe, but for the name', () => {
  const [candidate] = plan(inputOf({ model: facts.model, contextTokens: 16_384 }, facts)).candidates;
  if (candidate === undefined) throw new Error('no candidate');
  const { argv, image, disk } = launchRecipe(specOf({ contextTokens: 16_384 }), candidate, facts);
  expect(argv.filter((argument) => argument !== 'coder')).toEqual(candidate.args);
  expect([image, disk]).toEqual([candidate.image, candidate.containerDiskGb]);
});
