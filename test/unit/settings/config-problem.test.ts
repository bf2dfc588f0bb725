import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  configError,
  describeSchema,
  foundText,
  problemsOf,
  valueAt,
} from '../../../src/main/settings/config-problem.ts';

describe('what a value may be, in words', () => {
  it.each([
    [z.int(), 'a whole number'],
    [z.int().min(1), 'a whole number from 1'],
    [z.int().min(1).max(64), 'a whole number from 1 up to 64'],
    [z.number().positive().max(2), 'a number above 0 up to 2'],
    [z.boolean(), 'true or false'],
    [z.string(), 'a text'],
    [z.string().max(80), 'a text of at most 80 characters'],
    [z.url(), 'a URL such as https://example.com'],
    [z.enum(['pod', 'auto']), 'one of "pod", "auto"'],
    [z.array(z.string()), 'a list'],
    [z.array(z.string()).max(3), 'a list of at most 3'],
    [z.record(z.string(), z.string()), 'an object'],
    [z.strictObject({ from: z.string(), to: z.string() }), 'an object with from, to'],
    [z.number().nullable(), 'a number or null'],
    [z.unknown(), 'another value'],
  ])('%#: is %s', (schema, text) => {
    expect(describeSchema(schema)).toBe(text);
  });
});

describe('a value that was found', () => {
  it('is shown short, and never where it could be a secret', () => {
    expect(foundText(undefined, ['a'])).toBe('nothing');
    expect(foundText({ a: 1 }, ['a'])).toBe('{"a":1}');
    expect(foundText('x'.repeat(100), ['a'])).toHaveLength(61);
    expect(foundText('hunter2', ['env', 'ANYTHING'])).toBe('a text that is not shown');
    expect(foundText('hunter2', ['targets', 0, 'apiKey'])).toBe('a text that is not shown');
    expect(foundText(7, ['targets', 0, 'apiKey'])).toBe('7');
    expect(foundText(() => 1, ['a'])).toBe('function');
  });

  it('is looked for along its path, which may lead nowhere', () => {
    expect(valueAt({ a: [{ b: 3 }] }, ['a', 0, 'b'])).toBe(3);
    expect(valueAt({ a: 1 }, ['a', 'b', 'c'])).toBeUndefined();
    expect(valueAt(null, ['a'])).toBeUndefined();
  });
});

const schema = z.strictObject({
  port: z.int().min(1),
  url: z.url(),
  path: z.string().startsWith('/'),
  name: z.string().regex(/^[a-z]+$/),
  model: z.string().regex(/^[a-z]+$/, 'must be a model id'),
});

const told = (value: unknown): string[] => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return problemsOf(parsed.error, schema, value, (path) => `f:${path.join('.')}`).map(
    ({ where, found, allowed }) => `${where} ${found} → ${allowed}`,
  );
};

describe('problems of a file', () => {
  it('name the place, what was found and what is allowed', () => {
    expect(told({ port: 0, url: 'x', path: 'x', name: 'A', model: 'A' })).toEqual([
      'f:port 0 → a whole number from 1',
      'f:url "x" → a URL such as https://example.com',
      'f:path "x" → a text that begins with "/"',
      'f:name "A" → a text matching /^[a-z]+$/',
      'f:model "A" → must be a model id',
    ]);
  });

  it('help with a key that is not known', () => {
    const good = { port: 1, url: 'https://a.b', path: '/', name: 'a', model: 'a' };
    expect(told({ ...good, prot: 1 })).toEqual(['f:prot an unknown key → did you mean "port"?']);
    expect(told({ ...good, data_dir: '/x' })[0]).toContain('--data-dir');
    expect(told({ ...good, runpod_api_key: 'x' })[0]).toContain('secrets never stand in this file');
    expect(told({ ...good, zzzzzzzzzzzz: 1 })[0]).toContain('one of port, url, path, name, model');
  });

  it('are told up to twenty', () => {
    const problem = { where: 'f:1', path: '', found: 'nothing', allowed: 'JSON' };
    expect(configError([problem]).message).toBe('f:1: found nothing; allowed: JSON');
    const many = configError(Array.from({ length: 23 }, () => ({ ...problem, path: 'a.b' })));
    expect(many.message.split('\n')).toHaveLength(21);
    expect(many.message).toContain('f:1: a.b: found');
    expect(many.message).toContain('and 3 more');
  });
});
