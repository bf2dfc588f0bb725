import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { anthropicError } from '../../../src/main/proxy/dialects/errors.ts';
import { connectionError, upstreamError } from '../../../src/main/proxy/upstream/errors.ts';
import { joinSources, UserTargets } from '../../../src/main/proxy/user-targets.ts';
import { userTargetSchema, type UserTargetConfig } from '../../../src/shared/targets.ts';

const fail = (status: number, body: unknown, headers: Record<string, string> = {}): AppError =>
  upstreamError({
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    targetName: 'pod',
  });

describe('what a model server or its gateway answers instead of success', () => {
  it.each([
    [404, '404 page not found', 'upstream_rejected'],
    [404, '<html>', 'upstream_unreachable'],
    [524, '<html>', 'upstream_timeout'],
    [504, '', 'upstream_timeout'],
    [500, '<html>', 'upstream_failed'],
    [418, 'tea', 'upstream_rejected'],
    [302, { detail: 'moved' }, 'upstream_failed'],
    [429, { error: { message: 'slow' } }, 'rate_limited'],
    [503, { error: 'busy' }, 'upstream_overloaded'],
    [529, { error: { message: 'busy' } }, 'upstream_overloaded'],
    [504, { error: 'late' }, 'upstream_timeout'],
    [500, { detail: ['a', 'b'] }, 'upstream_failed'],
    [401, { error: 'key' }, 'upstream_rejected'],
    [400, { error: 'no workers available' }, 'upstream_unreachable'],
    [400, { message: 'the maximum context length is 10' }, 'context_length_exceeded'],
    [422, {}, 'upstream_rejected'],
  ] as const)('%i %j is %s', (status, body, code) => {
    expect(fail(status, body).code).toBe(code);
  });

  it('waits as told, in bounds; otherwise as seems right', () => {
    const waits = ['7.2', '99999', 'soon', '-1'].map(
      (value) => fail(429, { error: 'x' }, { 'retry-after': value }).retryAfterSeconds,
    );
    expect(waits).toEqual([8, 3600, 5, 5]);
  });

  it('names no address and has an end', () => {
    const { message } = fail(400, { error: `see https://abc-8000.proxy.runpod.net/v1 ${'x'.repeat(900)}` });
    expect(message).not.toContain('runpod.net');
    expect(message.length).toBeLessThan(450);
  });

  it('broken connections: the client’s leaving, unreached, broken off', () => {
    expect(connectionError(new DOMException('x', 'AbortError'), 'pod').code).toBe('client_closed');
    expect(connectionError(new Error('x'), 'pod').code).toBe('upstream_unreachable');
    const known = new AppError('upstream_timeout', 'x');
    expect(connectionError(known, 'pod')).toBe(known);
  });

  it('has an Anthropic type for every status', () => {
    const types = [400, 401, 402, 403, 404, 413, 429, 500, 504, 529].map(
      (status) => anthropicError(new AppError('internal', 'x'), status)['type'],
    );
    expect(types).toEqual([
      'invalid_request_error',
      'authentication_error',
      'billing_error',
      'permission_error',
      'not_found_error',
      'request_too_large',
      'rate_limit_error',
      'api_error',
      'timeout_error',
      'overloaded_error',
    ]);
  });
});

describe('servers the user adds', () => {
  const target = (fields: object): UserTargetConfig =>
    userTargetSchema.parse({ name: 'own', baseUrl: 'http://127.0.0.1:1/v1/', models: ['a'], ...fields });

  it.each([
    ['plain http to another machine', { baseUrl: 'http://server.example/v1' }],
    ['a password in the address', { baseUrl: 'https://u:p@server.example/v1' }],
    ['a key that is not set', { apiKeyEnv: 'NOT_SET' }],
  ])('refuses %s', (_what, fields) => {
    expect(() => new UserTargets([target(fields)], {})).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
  });

  it('are one target a model unless the server has one name for all', async () => {
    const many = new UserTargets([target({ models: ['a', 'b'], apiKeyEnv: 'K' })], { K: 'secret' });
    expect(many.list().map((one) => [one.name, one.models, one.upstream()?.headers])).toEqual([
      ['own-a', ['a'], { authorization: 'Bearer secret' }],
      ['own-b', ['b'], { authorization: 'Bearer secret' }],
    ]);
    const one = new UserTargets([target({ models: ['a', 'b'], servedModel: 'c' })], {});
    const [only] = one.list();
    expect([only?.models, only?.upstream()?.servedModel, only?.upstream()?.baseUrl]).toEqual([
      ['a', 'b'],
      'c',
      'http://127.0.0.1:1/v1',
    ]);
    expect(await only?.ensureReady(new AbortController().signal)).toBe(only?.upstream());
    only?.reportUnreachable();
    only?.lease().end(true);
    const joined = joinSources(many, one);
    expect(joined.list()).toHaveLength(3);
    joined.onChange(() => {})();
  });

  it('are replaced when the configuration changes, and only those that changed', () => {
    const [a, b] = [target({ name: 'a' }), target({ name: 'b', models: ['b'] })];
    const source = new UserTargets([a, b], {});
    let told = 0;
    const stop = source.onChange(() => told++);
    const [first, second] = source.list();
    source.update([target({ name: 'a' }), b]);
    expect([told, source.list()[0]]).toEqual([0, first]);
    source.update([target({ name: 'a', baseUrl: 'http://127.0.0.1:2/v1' }), b]);
    expect(told).toBe(1);
    expect(source.list().map((one) => one.upstream()?.baseUrl)).toEqual([
      'http://127.0.0.1:2/v1',
      'http://127.0.0.1:1/v1',
    ]);
    expect(source.list()[1]).toBe(second);
    expect(first?.upstream()?.baseUrl).toBe('http://127.0.0.1:1/v1');
    expect(() => source.update([target({ name: 'c', apiKeyEnv: 'NOT_SET' })])).toThrow(/NOT_SET/);
    expect([told, source.list().length]).toEqual([1, 2]);
    stop();
    source.update([]);
    expect([told, source.list()]).toEqual([1, []]);
  });
});
