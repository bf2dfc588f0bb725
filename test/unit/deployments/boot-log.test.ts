import { describe, expect, it } from 'vitest';
import { readBootLine } from '../../../src/main/deployments/pod/boot-log.ts';

describe('what a line of a pod’s log means', () => {
  it.each([
    ['system', 'create container vllm/vllm-openai:v0.27.1', null],
    ['system', 'v0.27.1 Pulling from vllm/vllm-openai', { kind: 'pulling', detail: 'Pulling the image' }],
    [
      'system',
      '4f4fb700ef54 Pulling fs layer',
      { kind: 'pulling', detail: 'Layer 4f4fb7: pulling fs layer' },
    ],
    [
      'system',
      '4f4fb700ef54 Downloading [=====>               ]  421.0MB/842MB',
      { kind: 'pulling', detail: 'Layer 4f4fb7: downloading 421.0MB/842MB' },
    ],
    ['system', '4f4fb700ef54 Pull complete', { kind: 'pulling', detail: 'Layer 4f4fb7: pull complete' }],
    ['system', 'Status: Downloaded newer image for x', { kind: 'pulling', detail: 'The image is there' }],
    ['system', 'Status: Image is up to date for x', { kind: 'pulling', detail: 'The image is there' }],
    ['system', 'start container for vllm/vllm-openai:v0.27.1: begin', { kind: 'container-start' }],
    [
      'container',
      'Loading safetensors checkpoint shards:  75% Completed | 3/4 [00:03<00:01,  1.10s/it]',
      { kind: 'loading', detail: 'Loading weights 75 %' },
    ],
    [
      'container',
      'model-00001-of-00004.safetensors:  45%|████▌     | 2.24G/4.98G [00:10<00:12, 218MB/s]',
      { kind: 'loading', detail: 'Downloading weights 45 %' },
    ],
    [
      'container',
      '(EngineCore pid=271) INFO 11-24 09:01:02 [gpu_model_runner.py:2405] Starting to load model Qwen/Qwen3-8B...',
      { kind: 'loading', detail: 'Loading weights' },
    ],
    [
      'container',
      'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  52%|█████▏    | 35/67',
      { kind: 'compiling', detail: 'Capturing CUDA graphs 52 %' },
    ],
    ['container', 'INFO Dynamo bytecode transform time: 6.7 s', { kind: 'compiling', detail: 'Compiling' }],
    [
      'container',
      'INFO:     Application startup complete.',
      { kind: 'compiling', detail: 'Starting the server' },
    ],
    [
      'container',
      'watchdog: armed deadline=1795600000 idle=1800 boot_grace=2700 action=terminate client=python3',
      {
        kind: 'guard-armed',
        detail: 'deadline=1795600000 idle=1800 boot_grace=2700 action=terminate client=python3',
      },
    ],
    [
      'container',
      'watchdog: unarmed: RunPod gave the pod no RUNPOD_API_KEY',
      {
        kind: 'guard-absent',
        reason: 'The watchdog could not arm itself: RunPod gave the pod no RUNPOD_API_KEY',
      },
    ],
    [
      'container',
      'vllm: error: unrecognized arguments: {"entrypoint":["bash","-c"]',
      { kind: 'override-ignored' },
    ],
    [
      'container',
      'Error: unknown command "{\\"entrypoint\\":[\\"bash" for "ollama"',
      { kind: 'override-ignored' },
    ],
    ['container', 'INFO 127.0.0.1 - "GET /health HTTP/1.1" 200 OK', null],
    ['container', '', null],
  ] as const)('%s: %s', (source, line, expected) => {
    expect(readBootLine(source, line)).toEqual(expected);
  });

  it.each([
    ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.16 GiB.', 'boot_failed', 'fatal'],
    [
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`',
      'boot_failed',
      'fatal',
    ],
    [
      'ValueError: To serve at least one request with the model’s max seq len (131072), (18.0 GiB KV cache is needed, which is larger than the available KV cache memory (6.7 GiB).',
      'boot_failed',
      'fatal',
    ],
    [
      'ValueError: Free memory on device (2.1/23.5 GiB) on startup is less than desired GPU memory utilization',
      'boot_failed',
      'fatal',
    ],
    ['OSError: You are trying to access a gated repo.', 'model_gated', 'fatal'],
    ['huggingface_hub.utils._errors.RepositoryNotFoundError: 401 Client Error.', 'model_unknown', 'fatal'],
    ['vllm: error: argument --dtype: invalid choice: "fp7"', 'boot_failed', 'fatal'],
    ['Error: unknown flag: --bogus', 'boot_failed', 'fatal'],
    [
      'pull access denied for me/private, repository does not exist or may require docker login',
      'image_invalid',
      'fatal',
    ],
    ['bash: line 1: perl: command not found', 'image_invalid', 'fatal'],
    ['toomanyrequests: You have reached your pull rate limit.', 'boot_failed', 'host'],
    ['nvidia-container-cli: requirement error: unsatisfied condition: cuda>=13.0', 'boot_failed', 'host'],
    ['RuntimeError: No CUDA GPUs are available', 'boot_failed', 'host'],
    ['RuntimeError: Failed to infer device type', 'boot_failed', 'host'],
    ['OSError: [Errno 28] No space left on device', 'boot_failed', 'fatal'],
  ] as const)('trouble: %s', (line, code, scope) => {
    for (const source of ['container', 'system'] as const) {
      expect(readBootLine(source, line)).toMatchObject({ kind: 'trouble', trouble: { code, scope, line } });
    }
  });

  it('is not fooled by a model that talks about errors', () => {
    expect(readBootLine('container', 'INFO request 7: prompt "what does out of memory mean"')).toBeNull();
  });
});
