import { describe, expect, it } from 'vitest';
import { redactFacts } from '../../../src/main/logs/redact.ts';
import { AppError } from '../../../src/shared/errors.ts';

describe('redactFacts', () => {
  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'Set-Cookie',
    'x-api-key',
    'api_key',
    'apiKey',
    'runpodApiKey',
    'RUNPOD_API_KEY',
    'HF_TOKEN',
    'token',
    'accessToken',
    'client_secret',
    'password',
    'docker-token',
    'proxyKey',
    'prompt',
    'messages',
  ])('takes out what stands under %s, at any depth', (name) => {
    const text = JSON.stringify(redactFacts({ a: [{ b: { [name]: 'hunter2hunter2' } }] }));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('[redacted]');
  });

  it('keeps what only sounds secret', () => {
    const facts = {
      tokens: 12,
      maxTokens: 4096,
      tokensPerSecond: 3.5,
      token: true,
      apiKey: null,
      cacheKey: 'abc',
      keyId: 'k_1',
      secret: '',
      author: 'me',
    };
    expect(redactFacts(facts)).toEqual(facts);
  });

  it('shows the names of an environment, never its values', () => {
    expect(redactFacts({ pod: { env: { VLLM_API_KEY: 'x', MODEL: 'opt' } } })).toEqual({
      pod: { env: { VLLM_API_KEY: '[redacted]', MODEL: '[redacted]' } },
    });
  });

  it('tells errors with their causes; stacks only of errors nobody foresaw', () => {
    const cause = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' });
    const error = new AppError('runpod_unreachable', 'No answer.', {
      cause,
      requestId: 'req-1',
      details: { apiKey: 'hunter2hunter2' },
    });
    expect(redactFacts({ error })).toEqual({
      error: {
        type: 'AppError',
        message: 'No answer.',
        code: 'runpod_unreachable',
        requestId: 'req-1',
        details: { apiKey: '[redacted]' },
        cause: {
          type: 'TypeError',
          message: 'fetch failed',
          code: 'ECONNRESET',
          stack: expect.stringContaining('TypeError: fetch failed'),
        },
      },
    });
    expect(redactFacts(new AggregateError([new Error('one')], 'all'))).toMatchObject({
      message: 'all',
      errors: [{ message: 'one' }],
    });
  });

  it('writes every kind of value in a form that JSON can hold', () => {
    const when = new Date('2026-11-24T00:00:00Z');
    expect(
      redactFacts({
        when,
        never: new Date(Number.NaN),
        url: new URL('http://127.0.0.1:1/x'),
        bytes: Buffer.from('secret'),
        set: new Set([1]),
        map: new Map([['token', 'abc']]),
        headers: new Headers({ authorization: 'Bearer abc', accept: 'x' }),
        big: 5n,
        symbol: Symbol('s'),
        call: () => 1,
        nothing: null,
      }),
    ).toEqual({
      when: '2026-11-24T00:00:00.000Z',
      never: 'Invalid Date',
      url: 'http://127.0.0.1:1/x',
      bytes: '[6 bytes]',
      set: [1],
      map: { token: '[redacted]' },
      headers: { accept: 'x', authorization: '[redacted]' },
      big: '5',
      symbol: 'Symbol(s)',
      call: undefined,
      nothing: null,
    });
  });

  it('is bounded: cycles, depth, width and length', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    const shared = { n: 1 };
    const deep = { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } };
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index]));
    const safe = redactFacts({
      loop,
      both: [shared, shared],
      deep,
      wide,
      many: Array(500).fill(0),
      long: 'x'.repeat(1e6),
    });
    expect(safe['loop']).toEqual({ name: 'loop', self: '[circular]' });
    expect(safe['both']).toEqual([{ n: 1 }, { n: 1 }]);
    expect(JSON.stringify(safe['deep'])).toContain('[deeper]');
    expect(safe['wide']).toMatchObject({ k0: 0, '…': '450 more' });
    expect(safe['many']).toContain('… 450 more');
    expect(JSON.stringify(safe).length).toBeLessThan(20_000);
  });

  it('keeps a line’s own level, time and message', () => {
    expect(redactFacts({ level: 'x', time: 1, msg: 'y', other: 2 })).toEqual({
      level_: 'x',
      time_: 1,
      msg_: 'y',
      other: 2,
    });
  });
});
