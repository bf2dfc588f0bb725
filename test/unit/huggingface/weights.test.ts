import { describe, expect, it } from 'vitest';
import { assembleFacts, type HubFindings } from '../../../src/main/huggingface/assemble-facts.ts';
import { configSchema, modelInfoSchema } from '../../../src/main/huggingface/hub-schemas.ts';
import { parseModelName } from '../../../src/main/huggingface/model-name.ts';
import { parametersOf } from '../../../src/main/huggingface/parameters.ts';
import { weightsOf } from '../../../src/main/huggingface/weights.ts';

const file = (path: string, size: number) => ({ path, size });

describe('the files a server loads', () => {
  it('are those the index names, not the second copy beside them', () => {
    const files = [
      file('model-00001-of-00002.safetensors', 5000),
      file('model-00002-of-00002.safetensors', 3000),
      file('consolidated.safetensors', 8000),
      file('original/consolidated.00.pth', 8000),
    ];
    const indexed = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    expect(weightsOf(files, indexed, null)).toEqual({
      bytes: { value: 8000, provenance: 'exact', source: '2 files of the safetensors index' },
      format: 'safetensors',
    });
    expect(weightsOf(files, null, null)?.bytes.value).toBe(8000);
    expect(weightsOf(files, ['gone.safetensors'], null)?.bytes.value).toBe(8000);
  });

  it('leave out adapters and folders, but take a lone consolidated file', () => {
    expect(
      weightsOf(
        [
          file('adapter_model.safetensors', 1),
          file('weights.safetensors', 7),
          file('onnx/model.safetensors', 9),
        ],
        null,
        null,
      )?.bytes.value,
    ).toBe(7);
    expect(weightsOf([file('consolidated.safetensors', 8)], null, null)?.bytes.value).toBe(8);
  });

  it('are one GGUF: the one asked for, all its parts, never the projector', () => {
    const files = [
      file('m-Q4_K_M.gguf', 40),
      file('m-Q4_K_S.gguf', 39),
      file('m-IQ4_K_M.gguf', 38),
      file('Q8_0/m-Q8_0-00001-of-00002.gguf', 50),
      file('Q8_0/m-Q8_0-00002-of-00002.gguf', 30),
      file('mmproj-F16.gguf', 5),
    ];
    expect(weightsOf(files, null, 'q8_0')).toMatchObject({
      bytes: { value: 80, provenance: 'exact' },
      format: 'gguf',
    });
    expect(weightsOf(files, null, 'Q4_K_S')?.bytes.value).toBe(39);
    expect(weightsOf(files, null, null)?.bytes).toEqual({
      value: 40,
      provenance: 'derived',
      source: 'm-Q4_K_M.gguf',
    });
    expect(weightsOf(files, null, 'Q2_K')).toBeNull();
    expect(weightsOf([file('only-IQ1_S.gguf', 3)], null, null)?.bytes.value).toBe(3);
  });

  it('are PyTorch files where there is nothing newer', () => {
    expect(
      weightsOf(
        [file('pytorch_model.bin', 250), file('flax_model.msgpack', 250), file('training_args.bin', 1)],
        null,
        null,
      ),
    ).toMatchObject({
      bytes: { value: 250 },
      format: 'bin',
    });
    expect(weightsOf([file('README.md', 1)], null, null)).toBeNull();
  });
});

describe('parameters by the hub’s counts', () => {
  const info = (value: object) => modelInfoSchema.parse(value);

  it('are believed for plain types, and not for packed ones (gpt-oss-120b shows 118 billion bytes)', () => {
    expect(parametersOf(info({ safetensors: { parameters: { BF16: 8_190_735_360 } } }))?.value).toBe(
      8_190_735_360,
    );
    expect(parametersOf(info({ safetensors: { parameters: { BF16: 100, F8_E4M3: 900 } } }))?.value).toBe(
      1000,
    );
    expect(
      parametersOf(info({ safetensors: { parameters: { BF16: 2_167_371_072, U8: 118_244_966_400 } } })),
    ).toBeUndefined();
    expect(parametersOf(info({ safetensors: { parameters: { F16: 1, I32: 1 } } }))).toBeUndefined();
    expect(parametersOf(info({ gguf: { total: 7_615_616_512 } }))?.value).toBe(7_615_616_512);
    expect(parametersOf(info({}))).toBeUndefined();
  });
});

describe('facts put together', () => {
  const findings = (rest: Partial<HubFindings>): HubFindings => ({
    model: 'org/model',
    sha: 'a'.repeat(40),
    info: modelInfoSchema.parse({}),
    weights: { bytes: { value: 2000, provenance: 'exact', source: 'x' }, format: 'safetensors' },
    config: configSchema.parse({ torch_dtype: 'bfloat16' }),
    ...rest,
  });

  it('halve a 32-bit checkpoint, which servers load in 16 bits', () => {
    const config = configSchema.parse({ torch_dtype: 'float32' });
    expect(assembleFacts(findings({ config }))?.weightBytes).toMatchObject({
      value: 1000,
      provenance: 'derived',
    });
    const stored = modelInfoSchema.parse({ safetensors: { parameters: { F32: 500 } } });
    expect(assembleFacts(findings({ info: stored }))?.weightBytes.value).toBe(1000);
    const mixed = modelInfoSchema.parse({ safetensors: { parameters: { BF16: 500, F32: 1 } } });
    expect(assembleFacts(findings({ info: mixed, config }))?.weightBytes.value).toBe(2000);
  });

  it('fall back on parameters where there are no files, and are nothing without both', () => {
    const info = modelInfoSchema.parse({ safetensors: { parameters: { BF16: 500 } } });
    expect(assembleFacts(findings({ info, weights: null }))?.weightBytes).toEqual({
      value: 1000,
      provenance: 'derived',
      source: 'parameters × 16 bits',
    });
    expect(assembleFacts(findings({ weights: null }))).toBeNull();
  });

  it('say gated for both kinds of gates, and read a GGUF header', () => {
    const of = (info: object) => assembleFacts(findings({ info: modelInfoSchema.parse(info) }));
    expect(of({ gated: 'manual' })?.gated).toBe(true);
    expect(of({ gated: false })?.gated).toBe(false);
    const weights = { bytes: { value: 5, provenance: 'exact', source: 'm.gguf' }, format: 'gguf' } as const;
    const gguf = assembleFacts(
      findings({
        weights,
        config: null,
        info: modelInfoSchema.parse({ gguf: { total: 9, context_length: 32_768 } }),
      }),
    );
    expect(gguf).toMatchObject({
      quantization: { value: 'gguf' },
      maxContextTokens: { value: 32_768 },
      parameters: { value: 9 },
    });
  });
});

it.each([
  ['Qwen/Qwen3-8B', { kind: 'hub', repo: 'Qwen/Qwen3-8B', ggufQuant: null }],
  ['hf.co/unsloth/Qwen3-8B-GGUF:Q6_K', { kind: 'hub', repo: 'unsloth/Qwen3-8B-GGUF', ggufQuant: 'Q6_K' }],
  ['unsloth/Qwen3-8B-GGUF:Q6_K', { kind: 'hub', repo: 'unsloth/Qwen3-8B-GGUF', ggufQuant: 'Q6_K' }],
  ['llama3.2:3b', { kind: 'ollama', name: 'llama3.2:3b' }],
  ['someone/model:7b', { kind: 'ollama', name: 'someone/model:7b' }],
])('%s', (model, parsed) => {
  expect(parseModelName(model)).toEqual(parsed);
});
