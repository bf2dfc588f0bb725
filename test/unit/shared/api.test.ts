import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { events, methods, streams } from '../../../src/shared/api.ts';

describe('the contract', () => {
  it('is plain data throughout: every schema can be published', () => {
    const schemas = [
      ...Object.values(methods).flatMap(({ input, output }) => [input, output]),
      ...Object.values(events),
      ...Object.values(streams).flatMap(({ input, item }) => [input, item]),
    ];
    expect(schemas.length).toBeGreaterThan(60);
    for (const schema of schemas) {
      expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow();
      expect(() => z.toJSONSchema(schema, { io: 'output' })).not.toThrow();
    }
  });

  it('refuses unknown input everywhere, so that a misspelt field is never ignored', () => {
    const lenient = Object.entries({ ...methods, ...streams }).filter(
      ([, { input }]) => z.toJSONSchema(input, { io: 'input' }).additionalProperties !== false,
    );
    expect(lenient.map(([name]) => name)).toEqual([]);
  });

  it('names methods by their subject, and takes nothing where nothing is needed', () => {
    expect(Object.keys(methods).filter((name) => !/^[a-z]+\.[a-zA-Z]+$/.test(name))).toEqual([]);
    expect(methods['app.status'].input.parse(undefined)).toEqual({});
  });

  it('lets no secret out but keys of the local endpoint', () => {
    const outputs = Object.entries(methods).map(([name, { output }]): [string, string] => [
      name,
      JSON.stringify(z.toJSONSchema(output, { io: 'output' })),
    ]);
    const withKey = outputs.filter(([, schema]) => /"(?:key|secret|token|password|apiKey)":\{/.test(schema));
    expect(withKey.map(([name]) => name)).toEqual(['proxy.key', 'keys.make']);
  });
});
