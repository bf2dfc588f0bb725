import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateConfigSchema } from '../../../src/main/settings/file-schema.ts';
import { fileSchema } from '../../../src/main/settings/config-file.ts';
import { loadConfig } from '../../../src/main/settings/load-config.ts';
import { repository } from '../../support/processes.ts';

const read = (name: string): string => readFileSync(join(repository, 'resources', name), 'utf8');
const example: unknown = JSON.parse(read('llm_config.example.json'));

const ajv = new Ajv2020({ allErrors: true, strict: false });
const addFormats = 'default' in addFormatsModule ? addFormatsModule.default : addFormatsModule;
addFormats(ajv);
const validate = ajv.compile(JSON.parse(read('config.schema.json')));

describe('resources/config.schema.json', () => {
  it('is what the configuration gives', () => {
    expect(read('config.schema.json')).toBe(generateConfigSchema());
  });

  it('describes every setting of the app in words or by its name and default', () => {
    const schema = JSON.parse(read('config.schema.json'));
    expect(schema).toMatchObject({
      title: expect.stringContaining('llm_config.json'),
      additionalProperties: false,
      properties: {
        mode: { enum: ['pod', 'serverless', 'auto'], description: expect.any(String) },
        proxy: { properties: { port: { default: 27_182, maximum: 65_535 } } },
        deployments: { type: 'array', items: { required: ['model'] } },
      },
    });
  });

  it('judges as the app does: whatever one value of the example is replaced by', () => {
    const paths = pathsOf(example, []);
    const values = fc.oneof(
      fc.constantFrom<unknown>('', 'x', 'pod', 'debug', -1, 0, 0.5, 3, 1e9, true, null, [], {}, ['a'], {
        a: 1,
      }),
      fc.string(),
      fc.integer(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, (path, value) => {
        const changed = replaced(example, path, value);
        expect(validate(changed)).toBe(fileSchema().safeParse(changed).success);
      }),
      { numRuns: 500 },
    );
  });
});

describe('resources/llm_config.example.json', () => {
  it('is accepted by the published schema and by the app, without a note', () => {
    validate(example);
    expect(validate.errors).toBeNull();
    const loaded = loadConfig({
      flags: { config: 'resources/llm_config.example.json', dataDir: '/data' },
      env: {},
      cwd: repository,
      home: '/home/me',
      platform: 'linux',
    });
    expect(loaded.notes).toEqual([]);
    expect(
      loaded.config.deployments.map((deployment) => [deployment.name, deployment.mode, deployment.backend]),
    ).toEqual([
      ['my-llm-pod', 'pod', 'vllm'],
      ['coder', 'auto', 'vllm'],
      ['llama', 'pod', 'ollama'],
    ]);
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [
    ...(path.length > 0 ? [path] : []),
    ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key])),
  ];
}

function replaced(value: unknown, [first, ...rest]: Path, next: unknown): unknown {
  if (first === undefined) return next;
  if (Array.isArray(value))
    return value.map((item, index) => (index === first ? replaced(item, rest, next) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === first ? replaced(item, rest, next) : item]),
  );
}
